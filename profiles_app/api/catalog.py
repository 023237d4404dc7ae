"""/api/v1/properties and /api/v1/events: names and values, as autocomplete shows them."""

from typing import Any, Final

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from profiles_app.api.answers import EventNamesPage, PropertiesPage, Values, show_name, show_property
from profiles_app.api.cursors import fingerprint, read_cursor, write_cursor
from profiles_app.api.parameters import Cursor, KindOfGroup, Limit, Name, Parameters, Text
from profiles_app.api.schema import describe
from profiles_app.api.views import ProjectView
from profiles_app.models import Scope
from profiles_app.selectors.names import list_event_names, list_properties
from profiles_app.selectors.values import list_values

_LONGEST: Final = 255


class NamesParameters(Parameters):
    """Which names."""

    search = Text(
        required=False,
        default="",
        allow_blank=True,
        max_length=_LONGEST,
        help_text="Part of the name or the label; case does not matter.",
    )
    cursor = Cursor()
    limit = Limit(default=1_000)


class PropertiesParameters(NamesParameters):
    """Which properties."""

    scope = serializers.ChoiceField(Scope.values, default=Scope.PROFILE.value, help_text="Of profiles or of events.")
    group_key = KindOfGroup(required=False, help_text="Properties of the groups of this key, not of users.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return _check_scope(attrs)


class ChoiceParameters(Parameters):
    """Which values."""

    prefix = Text(
        required=False,
        default="",
        allow_blank=True,
        max_length=_LONGEST,
        help_text="How the values begin; case does not matter.",
    )
    limit = Limit(default=50)


class PropertyValuesParameters(ChoiceParameters):
    """Which values of which property."""

    name = Name(help_text="The property.")
    scope = serializers.ChoiceField(Scope.values, default=Scope.PROFILE.value, help_text="Of profiles or of events.")
    group_key = KindOfGroup(required=False, help_text="Of the groups of this key, not of users.")
    event = Name(required=False, help_text="With `scope=event`: of the events of this name alone.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "event" in attrs and attrs["scope"] != Scope.EVENT:
            raise serializers.ValidationError({"event": ["Goes with scope=event."]}, code="contradiction")
        return _check_scope(attrs)


class EventValuesParameters(ChoiceParameters):
    """Which values of which property of which event."""

    name = Name(help_text="The event.")
    property = Name(help_text="The property of the event.")


def _check_scope(attrs: dict[str, Any]) -> dict[str, Any]:
    if attrs["scope"] == Scope.EVENT and "group_key" in attrs:
        raise serializers.ValidationError({"group_key": ["Goes with scope=profile."]}, code="contradiction")
    return attrs


@describe(get=("list_properties", "List properties", PropertiesParameters, PropertiesPage))
class Properties(ProjectView):
    """The properties that were ever seen, by name, with the kinds of their values."""

    def get(self, request: Request) -> Response:
        chosen = self.read(PropertiesParameters)
        group_key = chosen.get("group_key")
        shown = fingerprint(
            "properties", self.project.pk, chosen["scope"], group_key and group_key.pk, chosen["search"]
        )
        found, last = list_properties(
            self.project,
            scope=Scope(chosen["scope"]),
            group_key=group_key,
            search=chosen["search"],
            after=_read(chosen, shown),
            limit=chosen["limit"],
        )
        return Response({"next": _write(last, shown), "results": [show_property(name) for name in found]})


@describe(get=("list_event_names", "List event names", NamesParameters, EventNamesPage))
class EventNames(ProjectView):
    """The event names that were ever seen, by name."""

    def get(self, request: Request) -> Response:
        chosen = self.read(NamesParameters)
        shown = fingerprint("event names", self.project.pk, chosen["search"])
        found, last = list_event_names(
            self.project, search=chosen["search"], after=_read(chosen, shown), limit=chosen["limit"]
        )
        return Response({"next": _write(last, shown), "results": [show_name(name) for name in found]})


@describe(get=("list_property_values", "List the values of a property", PropertyValuesParameters, Values))
class PropertyValues(ProjectView):
    """The values of a property, most frequent first, with how often each occurs."""

    def get(self, request: Request) -> Response:
        chosen = self.read(PropertyValuesParameters)
        return self._answer(chosen, scope=Scope(chosen["scope"]), event=chosen.get("event"), name=chosen["name"])

    def _answer(self, chosen: dict[str, Any], *, scope: Scope, event: str | None, name: str) -> Response:
        found = list_values(
            self.project,
            scope=scope,
            group_key=chosen.get("group_key"),
            event=event,
            name=name,
            prefix=chosen["prefix"],
            limit=chosen["limit"],
        )
        return Response({"results": [{"value": value, "count": count} for value, count in found]})


@describe(get=("list_event_values", "List the values of an event's property", EventValuesParameters, Values))
class EventValues(PropertyValues):
    """The values of a property on the events of one name, most frequent first."""

    def get(self, request: Request) -> Response:
        chosen = self.read(EventValuesParameters)
        return self._answer(chosen, scope=Scope.EVENT, event=chosen["name"], name=chosen["property"])


def _write(last: str | None, shown: str) -> str | None:
    return write_cursor(shown, last) if last is not None else None


def _read(chosen: dict[str, Any], shown: str) -> str:
    place = read_cursor(chosen.get("cursor"), shown)
    return str(place[0]) if place else ""
