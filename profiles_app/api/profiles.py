"""/api/v1/profiles: pages of people, how many there are, and one of them."""

from typing import Any, Final

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from profiles_app.api.answers import Count, OneProfile, ProfilesPage, show_person
from profiles_app.api.authentication import check_may_change
from profiles_app.api.cursors import read_position, write_position
from profiles_app.api.parameters import (
    MOST_NAMES,
    Cursor,
    DistinctId,
    FilterTree,
    KindOfGroup,
    Limit,
    Name,
    Names,
    Parameters,
    PropertyValues,
    Text,
)
from profiles_app.api.schema import NOTHING, describe
from profiles_app.api.views import ProjectView
from profiles_app.display.labels import UPDATED_AT
from profiles_app.editing.changes import Change, Key, change_profile, delete_profile, restore_profile
from profiles_app.editing.fingerprints import take_fingerprint
from profiles_app.errors import BadInput
from profiles_app.filters.tree import Population
from profiles_app.models import Project
from profiles_app.selectors.people import PeopleQuery, Person, count_people, read_people
from profiles_app.selectors.profiles import get_profile

DEFAULT_LIMIT: Final = 100
_LONGEST_SEARCH: Final = 255


class PeopleParameters(Parameters):
    """Which people."""

    filter = FilterTree(required=False, help_text="A tree of the filter language (docs/filters.md).")
    population = serializers.ChoiceField(
        [population.value for population in Population],
        required=False,
        help_text="`profiles`: people with at least one property, the default; `all`: everybody. "
        "The filter may say it instead.",
    )
    search = Text(
        required=False,
        allow_blank=True,
        max_length=_LONGEST_SEARCH,
        help_text="Part of a name, an e-mail or a distinct id; case does not matter.",
    )
    group_key = KindOfGroup(required=False, help_text="The key of a kind of group: asks for groups, not users.")


class ProfilesParameters(PeopleParameters):
    """Which people, in which order, and what of them."""

    columns = Names(required=False, help_text="The properties to return; all, where it is missing.")
    sort = Text(
        required=False,
        min_length=1,
        max_length=256,
        help_text="A property's name, with `-` first for descending and `+` where the name itself begins with a "
        "sign. People without the property come last. Default: `-$last_seen`.",
    )
    cursor = Cursor()
    limit = Limit(default=DEFAULT_LIMIT)


class ProfileParameters(Parameters):
    """Which kind of profile."""

    group_key = KindOfGroup(required=False, help_text="The key of a kind of group: asks for a group, not a user.")


class ProfileByIdParameters(ProfileParameters):
    """Which profile."""

    distinct_id = DistinctId(help_text="The distinct id, any that there is.")


@describe(
    get=("list_profiles", "List profiles", ProfilesParameters, ProfilesPage),
    post=("query_profiles", "List profiles, for long filters", ProfilesParameters, ProfilesPage),
)
class Profiles(ProjectView):
    """A page of the people whom a filter matches, and how many they are in all.

    Follow `next` with the same parameters until it is null; meanwhile, nobody who stays as they are comes
    twice or is left out.
    """

    def get(self, request: Request) -> Response:
        chosen = self.read(ProfilesParameters)
        query = make_query(self.project, chosen, user_id=self.user_id)
        page, total = read_people(query, at=read_position(chosen.get("cursor"), query), limit=chosen["limit"])
        return Response(
            {
                "total": total,
                "next": write_position(page.next, query),
                "results": [self._show(person, chosen) for person in page.people],
            }
        )

    def _show(self, person: Person, chosen: dict[str, Any]) -> dict[str, Any]:
        return show_person(person, group_key=chosen.get("group_key"), columns=chosen.get("columns"))

    def post(self, request: Request) -> Response:
        return self.get(request)


@describe(
    get=("count_profiles", "Count profiles", PeopleParameters, Count),
    post=("query_count", "Count profiles, for long filters", PeopleParameters, Count),
)
class ProfilesCount(ProjectView):
    """How many people a filter matches, exactly."""

    def get(self, request: Request) -> Response:
        query = make_query(self.project, self.read(PeopleParameters), user_id=self.user_id)
        return Response({"total": count_people(query)})

    def post(self, request: Request) -> Response:
        return self.get(request)


class ChangeParameters(ProfileParameters):
    """What to change of a profile."""

    set = PropertyValues(help_text="Properties and their new values; others stay as they are.")
    unset = serializers.ListField(
        child=Name(), required=False, max_length=MOST_NAMES, help_text="The properties to remove."
    )
    expect = PropertyValues(
        help_text="Properties and the values that they are believed to have, null for none: where one has another, "
        "nothing is changed, and the answer is 409."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        set_names, unset_names = attrs.get("set", {}).keys(), frozenset(attrs.get("unset", ()))
        if not set_names and not unset_names:
            raise serializers.ValidationError("Give properties to change by set or unset.", code="required")
        if set_names & unset_names:
            both = min(set_names & unset_names)[:60]
            raise serializers.ValidationError({"unset": [f"“{both}” is in set too."]}, code="contradiction")
        return attrs


class ChangeByIdParameters(ChangeParameters):
    """What to change, and of which profile."""

    distinct_id = DistinctId(help_text="The distinct id, any that there is.")


@describe(
    get=("get_profile", "Get a profile", ProfileParameters, OneProfile),
    patch=("change_profile", "Change a profile", ChangeParameters, OneProfile),
    delete=("delete_profile", "Delete a profile", ProfileParameters, NOTHING),
)
class Profile(ProjectView):
    """One profile, also of a user without properties.

    PATCH sets and removes properties of a profile that exists, all or none, and answers with the profile as it
    is then. DELETE removes all properties; events stay, and with them a user without a profile. For 30 days it can
    be restored. Analysts may only read.

    The address takes ids with slashes, blanks and percent signs, encoded. Ids that end in `/`, `/events` or
    `/restore`, or are the name of another address here (`count`, `export.csv`): use
    `/api/v1/profile?distinct_id=…`.
    """

    def get(self, request: Request, distinct_id: str) -> Response:
        return _answer_profile(self.project, distinct_id, self.read(ProfileParameters))

    def patch(self, request: Request, distinct_id: str) -> Response:
        return _change(self, distinct_id, ChangeParameters)

    def delete(self, request: Request, distinct_id: str) -> Response:
        return _delete(self, distinct_id, ProfileParameters)


@describe(
    get=("get_profile_by_id", "Get a profile, whatever its id", ProfileByIdParameters, OneProfile),
    patch=("change_profile_by_id", "Change a profile, whatever its id", ChangeByIdParameters, OneProfile),
    delete=("delete_profile_by_id", "Delete a profile, whatever its id", ProfileByIdParameters, NOTHING),
)
class ProfileById(ProjectView):
    """One profile by a distinct id in the query string, or in the body of a PATCH: good for any id."""

    def get(self, request: Request) -> Response:
        chosen = self.read(ProfileByIdParameters)
        return _answer_profile(self.project, chosen["distinct_id"], chosen)

    def patch(self, request: Request) -> Response:
        return _change(self, None, ChangeByIdParameters)

    def delete(self, request: Request) -> Response:
        return _delete(self, None, ProfileByIdParameters)


class RestoreParameters(Parameters):
    """Which kind of profile."""

    group_key = KindOfGroup(required=False, help_text="The key of a kind of group: a group, not a user.")


class RestoreByIdParameters(RestoreParameters):
    """Which profile."""

    distinct_id = DistinctId(help_text="The distinct id, any that there was.")


@describe(post=("restore_profile", "Restore a deleted profile", RestoreParameters, OneProfile))
class ProfileRestore(ProjectView):
    """A profile that was deleted here or on a page in the last 30 days gets its properties back; what was set
    meanwhile stays. Where there is nothing to restore, the answer is 404."""

    def post(self, request: Request, distinct_id: str) -> Response:
        return _restore(self, distinct_id, RestoreParameters)


@describe(
    post=("restore_profile_by_id", "Restore a deleted profile, whatever its id", RestoreByIdParameters, OneProfile)
)
class ProfileRestoreById(ProjectView):
    """The same with the distinct id in the body: good for any id."""

    def post(self, request: Request) -> Response:
        return _restore(self, None, RestoreByIdParameters)


def _change(view: ProjectView, distinct_id: str | None, kind: type[ChangeParameters]) -> Response:
    check_may_change(view.request, view.project)
    chosen = view.read(kind)
    change = Change(
        values=chosen.get("set", {}),
        unset=frozenset(chosen.get("unset", ())),
        seen={name: take_fingerprint(value) for name, value in chosen.get("expect", {}).items()},
    )
    profile = change_profile(_make_key(view, distinct_id, chosen), change)
    return Response(show_person(profile, group_key=chosen.get("group_key"), columns=None))


def _delete(view: ProjectView, distinct_id: str | None, kind: type[ProfileParameters]) -> Response:
    check_may_change(view.request, view.project)
    delete_profile(_make_key(view, distinct_id, view.read(kind)))
    return Response(status=204)


def _restore(view: ProjectView, distinct_id: str | None, kind: type[RestoreParameters]) -> Response:
    check_may_change(view.request, view.project)
    chosen = view.read(kind)
    profile = restore_profile(_make_key(view, distinct_id, chosen))
    return Response(show_person(profile, group_key=chosen.get("group_key"), columns=None))


def _make_key(view: ProjectView, distinct_id: str | None, chosen: dict[str, Any]) -> Key:
    """The id of the path, else of the parameters."""
    return Key(
        project=view.project,
        group_key=chosen.get("group_key"),
        distinct_id=chosen["distinct_id"] if distinct_id is None else distinct_id,
        user_id=view.user_id,
    )


def _answer_profile(project: Project, distinct_id: str, chosen: dict[str, Any]) -> Response:
    group_key = chosen.get("group_key")
    profile = get_profile(project, group_key=group_key, distinct_id=distinct_id)
    return Response(show_person(profile, group_key=group_key, columns=None))


def make_query(project: Project, chosen: dict[str, Any], *, user_id: int | None) -> PeopleQuery:
    """The query of the parameters, on behalf of a person or of a script. Raises `BadInput`."""
    sort, descending = _parse_sort(chosen.get("sort", ""))
    return PeopleQuery(
        project=project,
        group_key=chosen.get("group_key"),
        population=choose_population(chosen),
        search=chosen.get("search", "").strip(),
        filter=chosen.get("filter"),
        sort=sort,
        descending=descending,
        user_id=user_id,
    )


def choose_population(chosen: dict[str, Any]) -> Population:
    """The population of the parameter, else of the filter."""
    tree = chosen.get("filter")
    said = chosen.get("population")
    if said:
        return Population(said)
    return Population(tree.population) if tree is not None else Population.PROFILES


def _parse_sort(text: str) -> tuple[str, bool]:
    """`-name` is descending, `+name` or `name` ascending."""
    if not text:
        return UPDATED_AT, True
    name = text[1:] if text[0] in "+-" else text
    if not name:
        raise BadInput("sort: Name a property.", details=[{"path": "sort", "code": "blank", "message": "No name."}])
    return name, text[0] == "-"
