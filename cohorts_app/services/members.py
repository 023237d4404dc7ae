"""Adding members to static cohorts, by what the engine finds."""

from array import array
from typing import Any, Final

from django.db import connection, transaction
from sqlglot import exp

from cohorts_app.models import Cohort, Kind
from cohorts_app.selectors.cohorts import Actor
from cohorts_app.services.cohorts import Fields, check_may_change, create_cohort, hold_members, touch_members
from profiles_app.errors import BadInput
from profiles_app.selectors.people import PeopleQuery, match_people

_AT_ONCE: Final = 50_000
_CHOOSE: Final = "CREATE TEMPORARY TABLE chosen_people (id bigint PRIMARY KEY) ON COMMIT DROP"
# Somebody who was in it, was deleted and came again is new in it.
_ADD: Final = """
INSERT INTO cohorts_app_member AS present (cohort_id, profile_id, born_at, added_at)
SELECT %(cohort)s, p.id, p.created_at, now() FROM chosen_people JOIN profiles_app_profile AS p USING (id)
WHERE p.project_id = %(project)s AND p.group_key_id IS NOT DISTINCT FROM %(group_key)s AND p.deleted_at IS NULL
ORDER BY p.id
ON CONFLICT (cohort_id, profile_id) DO UPDATE SET born_at = excluded.born_at, added_at = excluded.added_at
WHERE present.born_at <> excluded.born_at
"""


def add_people(actor: Actor, cohort: Cohort, query: PeopleQuery) -> int:
    """Adds all whom a query matches now. Returns how many were not in it yet. Raises `BadInput`, `BadFilter`,
    `NotAllowed` and `TooSlow`."""
    check_static(actor, cohort)
    if (query.group_key.pk if query.group_key else None) != cohort.group_key_id:
        raise BadInput("These are of another kind than the members of the cohort. Choose a cohort of their kind.")
    ids = _find_ids(query)
    with transaction.atomic():
        return _add(cohort, ids)


def create_list_of(actor: Actor, fields: Fields, query: PeopleQuery) -> Cohort:
    """A static cohort of all whom a query matches now. Raises what `create_cohort` and `add_people` do, and
    then there is none."""
    ids = _find_ids(query)
    with transaction.atomic():
        cohort = create_cohort(actor, fields, kind=Kind.STATIC, group_key=query.group_key)
        _add(cohort, ids)
    cohort.refresh_from_db()
    return cohort


def check_static(actor: Actor, cohort: Cohort) -> None:
    """Raises `BadInput` for a cohort that has no list, and `NotAllowed`."""
    check_may_change(actor, cohort)
    if not cohort.is_static:
        raise BadInput(
            "This cohort is a filter: its members follow from it. Change the filter, or make a static cohort."
        )


def _find_ids(query: PeopleQuery) -> "array[int]":
    """Before anything is written: a transaction that has written would read everything for itself."""
    ids = array("q")
    with match_people(query, reads=1) as matches:
        people, condition = matches.question.people, matches.where()
        chosen = exp.select(people.id.copy()).where(condition).from_(people.relation())
        for rows in matches.question.stream(chosen, size=_AT_ONCE):
            ids.extend(number for (number,) in rows)
    return ids


def _add(cohort: Cohort, ids: "array[int]") -> int:
    """How many were not in it yet."""
    names = {"cohort": cohort.pk, "project": cohort.project_id, "group_key": cohort.group_key_id}
    hold_members(cohort.pk)
    with connection.cursor() as cursor:
        cursor.execute(_CHOOSE)
        copy: Any = cursor.copy("COPY chosen_people FROM STDIN")
        with connection.wrap_database_errors, copy as stream:
            for start in range(0, len(ids), _AT_ONCE):
                stream.write("".join(f"{number}\n" for number in ids[start : start + _AT_ONCE]))
        cursor.execute(_ADD, names)
        added: int = cursor.rowcount
        cursor.execute("DROP TABLE chosen_people")
    touch_members(cohort.pk)
    return added
