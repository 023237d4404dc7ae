"""The answers of the API, and their description for the schema."""

from collections.abc import Iterable
from typing import Any

from rest_framework import serializers

from profiles_app.models import EventName, GroupKey, Profile, PropertyDefinition
from profiles_app.models.catalog import Kind
from profiles_app.selectors.activity import FeedEvent
from profiles_app.selectors.people import Person

_KINDS = [kind.name.lower() for kind in Kind if kind.name]


class OneProfile(serializers.Serializer[Any]):
    distinct_id = serializers.CharField()
    group_key = serializers.CharField(allow_null=True, help_text="The key of the kind of group; null for a user.")
    properties = serializers.DictField()
    updated_at = serializers.DateTimeField(
        allow_null=True, help_text="The last update of the profile; null where there was none."
    )
    created_at = serializers.DateTimeField()


class ProfilesPage(serializers.Serializer[Any]):
    total = serializers.IntegerField(min_value=0)
    next = serializers.CharField(allow_null=True, help_text="The `cursor` of the next page; null at the end.")
    results = OneProfile(many=True)


class Count(serializers.Serializer[Any]):
    total = serializers.IntegerField(min_value=0)


class OneEvent(serializers.Serializer[Any]):
    event = serializers.CharField()
    time = serializers.DateTimeField()
    distinct_id = serializers.CharField(help_text="Who did it.")
    properties = serializers.DictField()


class EventsPage(serializers.Serializer[Any]):
    next = serializers.CharField(allow_null=True, help_text="The `cursor` of the next page; null at the end.")
    results = OneEvent(many=True)


class OneEventName(serializers.Serializer[Any]):
    name = serializers.CharField()
    # A field of this name hides an attribute that only fields inside other serializers have.
    label = serializers.CharField(  # type: ignore[assignment]
        help_text="What people read instead of the name; empty for the name itself."
    )
    hidden = serializers.BooleanField(help_text="Whether menus leave it out.")
    first_seen = serializers.DateTimeField()
    last_seen = serializers.DateTimeField(help_text="Moves about once an hour.")


class OneProperty(OneEventName):
    kinds = serializers.ListField(
        child=serializers.ChoiceField(_KINDS), help_text="The kinds of value that were ever seen."
    )


class EventNamesPage(serializers.Serializer[Any]):
    next = serializers.CharField(allow_null=True)
    results = OneEventName(many=True)


class PropertiesPage(serializers.Serializer[Any]):
    next = serializers.CharField(allow_null=True)
    results = OneProperty(many=True)


class OneValue(serializers.Serializer[Any]):
    value = serializers.JSONField(help_text="A string, a number or a boolean; elements of lists one by one.")
    count = serializers.IntegerField(min_value=1)


class Values(serializers.Serializer[Any]):
    results = OneValue(many=True)


def show_person(
    person: Person | Profile, *, group_key: GroupKey | None, columns: Iterable[str] | None
) -> dict[str, Any]:
    """A profile as the API gives it, with these of its properties."""
    return {
        "distinct_id": person.distinct_id,
        "group_key": group_key.key if group_key else None,
        "properties": choose_properties(person.properties, columns),
        "updated_at": person.updated_at,
        "created_at": person.created_at,
    }


def choose_properties(properties: dict[str, Any], names: Iterable[str] | None) -> dict[str, Any]:
    """Those of these names that are there; all for None."""
    return properties if names is None else {name: properties[name] for name in names if name in properties}


def show_event(event: FeedEvent, *, distinct_id: str) -> dict[str, Any]:
    """An event of a feed. `distinct_id` is whose feed it is, for events that do not say who did them."""
    return {
        "event": event.name,
        "time": event.time,
        "distinct_id": event.actor.distinct_id if event.actor else distinct_id,
        "properties": event.properties,
    }


def show_name(name: EventName | PropertyDefinition) -> dict[str, Any]:
    """A name of the catalog."""
    return {
        "name": name.name,
        "label": name.label,
        "hidden": name.hidden,
        "first_seen": name.first_seen,
        "last_seen": name.last_seen,
    }


def show_property(definition: PropertyDefinition) -> dict[str, Any]:
    """A property of the catalog with the kinds of its values."""
    kinds = [kind.name.lower() for kind in Kind if kind.name and definition.kinds & kind]
    return show_name(definition) | {"kinds": kinds}
