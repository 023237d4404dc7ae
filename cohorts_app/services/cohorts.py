"""Making, changing and deleting cohorts.

Two people who change one cohort are told apart by its version: who comes second gets `Conflict`, and nothing
of either is lost.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from cohorts_app.definitions import check_definition
from cohorts_app.models import Cohort, Kind
from cohorts_app.models.cohort import LONGEST_DESCRIPTION, LONGEST_NAME
from cohorts_app.selectors.cohorts import Actor, list_users_of
from profiles_app.columnar.patterns import find_fault
from profiles_app.errors import BadInput, Conflict, NotAllowed
from profiles_app.filters.cohorts import Scope
from profiles_app.filters.errors import BadFilter
from profiles_app.filters.writing import write_filter
from profiles_app.models import GroupKey
from profiles_app.models.project import is_one_line

# More would make one page, and one run of the recording, too long.
MOST_COHORTS: Final = 1_000
_LOCK: Final = 0x436F686F  # "Coho"; the second half of the key is the project.
_MEMBERS_LOCK: Final = 0x4D656D62  # "Memb"; the second half of the key is the cohort.


@dataclass(frozen=True, kw_only=True)
class Fields:
    """What people set. `definition` is a filter document; None for a static cohort."""

    name: str
    description: str = ""
    definition: object = None
    is_private: bool = False
    is_verified: bool = False


def create_cohort(
    actor: Actor, fields: Fields, *, kind: Kind = Kind.DYNAMIC, group_key: GroupKey | None = None
) -> Cohort:
    """A new cohort. Raises `BadInput`, `BadFilter` and `NotAllowed`."""
    fields = _check(actor, fields, kind=kind, group_key=group_key, cohort=None)
    with transaction.atomic():
        _hold_cohorts(actor.project.pk)
        if Cohort.objects.filter(project=actor.project).count() >= MOST_COHORTS:
            raise BadInput(f"A project has at most {MOST_COHORTS:,} cohorts. Delete some that nobody uses.")
        cohort = Cohort(
            project=actor.project, group_key=group_key, kind=kind, created_by_id=actor.user_id, **vars(fields)
        )
        return _save(cohort)


def change_cohort(actor: Actor, cohort: Cohort, fields: Fields, *, version: int | None) -> Cohort:
    """The cohort with these fields. `version` is the one that the change was made over; None: whichever there
    is. Raises `Conflict`, `BadInput`, `BadFilter` and `NotAllowed`."""
    with transaction.atomic():
        _hold_cohorts(actor.project.pk)
        present = _lock(actor, cohort, version)
        fields = _check(actor, fields, kind=Kind(present.kind), group_key=present.group_key, cohort=present)
        if fields.is_private and not present.is_private:
            _check_nobody_else_uses(present)
        is_redefined = fields.definition != present.definition
        # The mark is an admin's word for a definition; another's change takes it off.
        if is_redefined and not actor.is_admin:
            fields = replace(fields, is_verified=False)
        for name, value in vars(fields).items():
            setattr(present, name, value)
        present.version += 1
        if is_redefined:
            present.size_due_at = timezone.now()
            present.size_tries = 0
        return _save(present)


def rename_cohort(actor: Actor, cohort: Cohort, name: str, *, version: int) -> Cohort:
    """The cohort with another name. Raises `Conflict`, `BadInput` and `NotAllowed`."""
    return change_cohort(actor, cohort, replace(fields_of(cohort), name=name), version=version)


def verify_cohort(actor: Actor, cohort: Cohort, *, is_verified: bool) -> Cohort:
    """The cohort with or without the mark of the admins. Raises `NotAllowed`."""
    return change_cohort(actor, cohort, replace(fields_of(cohort), is_verified=is_verified), version=None)


def duplicate_cohort(actor: Actor, cohort: Cohort) -> Cohort:
    """A copy with a name of its own, members included, that belongs to who made it."""
    with transaction.atomic():
        fields = replace(fields_of(cohort), name=_find_free_name(cohort), is_verified=False)
        made = create_cohort(actor, fields, kind=Kind(cohort.kind), group_key=cohort.group_key)
        if cohort.is_static:
            _copy_members(cohort, made)
    return made


def delete_cohorts(actor: Actor, cohorts: Iterable[Cohort]) -> int:
    """They and their members and sizes go; filters that used one say so. Returns how many. Raises
    `NotAllowed`, and then none is deleted."""
    cohorts = list(cohorts)
    for cohort in cohorts:
        check_may_change(actor, cohort)
    _, by_model = Cohort.objects.filter(pk__in=[cohort.pk for cohort in cohorts]).delete()
    return by_model.get(Cohort._meta.label, 0)


def fields_of(cohort: Cohort) -> Fields:
    """What people set, as it is."""
    return Fields(
        name=cohort.name,
        description=cohort.description,
        definition=cohort.definition,
        is_private=cohort.is_private,
        is_verified=cohort.is_verified,
    )


def _check(actor: Actor, fields: Fields, *, kind: Kind, group_key: GroupKey | None, cohort: Cohort | None) -> Fields:
    """The fields as they are stored."""
    _check_texts(fields)
    if fields.is_verified != (cohort is not None and cohort.is_verified) and not actor.is_admin:
        raise NotAllowed("Only admins of this project mark a cohort as verified. Ask one of them.")
    if fields.is_private and actor.user_id is None:
        raise BadInput("A private cohort belongs to somebody who is signed in; a script makes shared ones.")
    definition = None
    if kind == Kind.DYNAMIC:
        definition = _check_filter(actor, fields, group_key=group_key, cohort=cohort)
    return replace(fields, name=fields.name.strip(), description=fields.description.strip(), definition=definition)


def _check_texts(fields: Fields) -> None:
    name = fields.name.strip()
    if not name or len(name) > LONGEST_NAME or not is_one_line(name):
        raise _bad("name", f"Give the cohort a name of 1 to {LONGEST_NAME} characters, on one line.")
    if len(fields.description.strip()) > LONGEST_DESCRIPTION or "\0" in fields.description:
        raise _bad("description", f"A description has at most {LONGEST_DESCRIPTION:,} characters.")


def _bad(path: str, message: str) -> BadInput:
    return BadInput(message, details=[{"path": path, "code": "wrong_value", "message": message}])


def _check_filter(actor: Actor, fields: Fields, *, group_key: GroupKey | None, cohort: Cohort | None) -> Any:
    scope = Scope(project_id=actor.project.pk, group_key_id=group_key.pk if group_key else None, user_id=actor.user_id)
    try:
        tree = check_definition(
            fields.definition, scope=scope, check_pattern=find_fault, cohort=cohort, shared=not fields.is_private
        )
    except BadFilter:
        # Renaming what uses a cohort that is gone changes nothing about the fault.
        if cohort is not None and fields.definition == cohort.definition and fields.is_private == cohort.is_private:
            return cohort.definition
        raise
    return write_filter(tree)


def check_may_change(actor: Actor, cohort: Cohort) -> None:
    """Raises `NotAllowed`."""
    if not actor.may_change(cohort):
        raise NotAllowed("Only who made this cohort and the admins of the project may change it. Duplicate it instead.")


def _check_nobody_else_uses(cohort: Cohort) -> None:
    """Private, it would be gone for them."""
    others = [
        user for user in list_users_of(cohort) if not user.is_private or user.created_by_id != cohort.created_by_id
    ]
    if others:
        shared = [f"“{user.name}”" for user in others if not user.is_private]
        who = ", ".join(shared[:3]) if shared else "a private cohort of somebody else"
        raise BadInput(f"This cohort is used by {who}, so it stays shared. Take it out of there first.")


def _lock(actor: Actor, cohort: Cohort, version: int | None) -> Cohort:
    present = Cohort.objects.select_for_update(of=("self",)).filter(pk=cohort.pk).first()
    if present is None:
        raise Conflict("This cohort was deleted meanwhile. Copy what you wrote into a new one.")
    check_may_change(actor, present)
    if version is not None and present.version != version:
        raise Conflict(
            "Somebody else changed this cohort meanwhile. Nothing was saved: look at what it is now, then decide again."
        )
    return present


def _save(cohort: Cohort) -> Cohort:
    try:
        with transaction.atomic():
            cohort.save()
    except IntegrityError as error:
        if "cohort_name_unique" not in str(error):
            raise
        message = f"There is a cohort named “{cohort.name}” already, maybe a private one of somebody else. "
        raise _bad("name", f"{message}Choose another name.") from None
    return cohort


def _hold_cohorts(project_id: int) -> None:
    """Until the end of the transaction, no other cohort of the project changes: two that are changed at once
    could each be made to contain the other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, project_id])


def _find_free_name(cohort: Cohort) -> str:
    taken = {
        name.lower() for name in Cohort.objects.filter(project_id=cohort.project_id).values_list("name", flat=True)
    }
    for number in range(1, MOST_COHORTS + 2):
        ending = " (copy)" if number == 1 else f" (copy {number})"
        name = cohort.name[: LONGEST_NAME - len(ending)] + ending
        if name.lower() not in taken:
            return name
    raise BadInput("This cohort was copied too often. Rename some of its copies.")


_COPY: Final = """
INSERT INTO cohorts_app_member (cohort_id, profile_id, born_at, added_at)
SELECT %s, profile_id, born_at, now() FROM cohorts_app_member WHERE cohort_id = %s
"""


def _copy_members(source: Cohort, target: Cohort) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_COPY, [target.pk, source.pk])
    touch_members(target.pk)


def hold_members(cohort_id: int) -> None:
    """Until the end of the transaction, nobody else changes the members of a static cohort."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_MEMBERS_LOCK, cohort_id])


def touch_members(cohort_id: int) -> None:
    """Says that the members of a static cohort are others now; in the transaction that changed them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE cohorts_app_cohort SET revision = nextval('cohorts_app_revision'), size_due_at = now(), "
            "size_tries = 0, updated_at = now() WHERE id = %s",
            [cohort_id],
        )
