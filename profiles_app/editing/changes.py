"""Creating, changing, deleting and restoring one profile, each in one transaction.

Writes as the ingestion does (profiles_app/ingest/write_profiles.py), with the row locked first, so
that what was checked is still so when it is written. A change that changes nothing writes nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson
from django.utils import timezone

from profiles_app.editing.fingerprints import take_fingerprint
from profiles_app.errors import CannotApply, Conflict, NotFound
from profiles_app.ingest import limits, profile_rows
from profiles_app.ingest.catalog import Place, find_excess_properties
from profiles_app.ingest.operations import check_count
from profiles_app.ingest.outcome import RecordProblem
from profiles_app.ingest.profile_rows import Target
from profiles_app.ingest.transactions import hold_people, run_in_transaction
from profiles_app.ingest.typed import RESERVED_NAMES
from profiles_app.ingest.values import check_value, read_stored
from profiles_app.ingest.write_profiles import write_targets
from profiles_app.models import EditKind, GroupKey, Profile, ProfileEdit, Project, Scope
from profiles_app.selectors.edits import RESTORABLE_FOR


@dataclass(frozen=True, kw_only=True)
class Key:
    """Which profile, and on whose behalf it is changed: `user_id` is None for a script."""

    project: Project
    group_key: GroupKey | None
    distinct_id: str
    user_id: int | None = None

    @property
    def place(self) -> Place:
        group_key_id = self.group_key.pk if self.group_key else None
        return Place(project_id=self.project.pk, scope=Scope.PROFILE, group_key_id=group_key_id)


@dataclass(frozen=True, kw_only=True)
class Change:
    """Properties to set and to remove.

    `seen`: fingerprints of the values that somebody saw when they decided; where a present value
    is another, nothing is written.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    unset: frozenset[str] = frozenset()
    seen: Mapping[str, str] = field(default_factory=dict)


class ProfileExists(Conflict):
    """Somebody has this id."""

    code = "profile_exists"


class ChangedMeanwhile(Conflict):
    """Others changed what was to be changed. `present` holds the values now, where they are set."""

    code = "changed_meanwhile"

    def __init__(self, message: str, *, names: list[str], present: dict[str, Any]) -> None:
        super().__init__(message, details=[{"path": name, "code": self.code, "message": message} for name in names])
        self.names = names
        self.present = present


def create_profile(key: Key, values: Mapping[str, Any]) -> Profile:
    """A new profile with these properties; also of somebody known by events alone.

    Raises `ProfileExists`, and `CannotApply` for values over a limit or none at all.
    """
    check_values(key.place, values)
    if not values:
        raise CannotApply("Give at least one property: an ID without a property and without an event is nobody.")

    def create() -> Profile:
        profile_rows.insert_buried(key.place, [key.distinct_id])
        target = _find(key)
        assert target is not None
        if target.draft.present:
            raise ProfileExists(f"A profile with the ID “{key.distinct_id}” exists already. Nothing was changed.")
        return _write(key, target, Change(values=values), EditKind.CREATE)

    return run_in_transaction(create)


def change_profile(key: Key, change: Change) -> Profile:
    """Sets and removes properties of a profile that exists; returns it as it is then.

    Who loses their last property and has no event is deleted by it, and can be restored.
    Raises `NotFound`, `ChangedMeanwhile`, and `CannotApply` for values over a limit.
    """
    check_values(key.place, change.values)

    def apply() -> Profile:
        if change.unset:
            hold_people(key.project.pk)
        target = _find_present(key)
        _refuse_meanwhile(change, target.draft.present)
        return _write(key, target, change, EditKind.CHANGE)

    return run_in_transaction(apply)


def delete_profile(key: Key) -> None:
    """Removes all properties; they are kept for restoring. Events stay. Nothing happens to
    somebody without properties. Raises `NotFound`."""

    def delete() -> None:
        hold_people(key.project.pk)
        target = _find_present(key)
        if not target.draft.present:
            return
        profile = Profile.objects.get(pk=target.row_id)
        target.draft.wipe()
        write_targets(key.place, [target])
        _record(key, profile, EditKind.DELETE, before=target.draft.present)

    run_in_transaction(delete)


def restore_profile(key: Key) -> Profile:
    """Brings back what the last edit deleted. What was set since stays as it is.

    Raises `NotFound` where there is nothing to restore.
    """

    def restore() -> Profile:
        target = _find(key)
        edit = ProfileEdit.objects.filter(profile_id=target.row_id).order_by("-id").first() if target else None
        too_old = timezone.now() - RESTORABLE_FOR
        if target is None or edit is None or edit.kind != EditKind.DELETE or edit.at < too_old:
            raise NotFound("There is nothing to restore: the profile was not deleted here, or too long ago.")
        before = read_stored(edit.before)
        kept = {name: value for name, value in before.items() if target.draft.present.get(name) is None}
        restored = _write(key, target, Change(values=kept), EditKind.RESTORE)
        if target.is_gone and edit.created_at:
            restored.created_at = edit.created_at
            Profile.objects.filter(pk=target.row_id).update(created_at=edit.created_at)
        return restored

    return run_in_transaction(restore)


def check_values(place: Place, values: Mapping[str, Any]) -> None:
    """Whether profiles of this place may have these properties. Raises `CannotApply`."""
    for name, value in values.items():
        if not 0 < len(name) <= limits.NAME_LENGTH:
            message = f"The name of a property has 1 to {limits.NAME_LENGTH} characters."
            raise CannotApply(message, details=[{"path": name[:60], "code": CannotApply.code, "message": message}])
        if name in RESERVED_NAMES:
            message = f"“{name}” is kept by Roster itself; choose another name."
            raise CannotApply(message, details=[{"path": name, "code": CannotApply.code, "message": message}])
        _check(lambda name=name, value=value: check_value(value, name), name)  # type: ignore[misc]
    if len(orjson.dumps(dict(values))) > limits.RECORD_BYTES:
        raise CannotApply(
            f"The values may take {limits.RECORD_BYTES // 1024} KB together. Shorten some, or remove some."
        )
    excess = find_excess_properties(place, set(values))
    if excess:
        most = f"{limits.PROPERTY_NAMES:,}"
        message = f"“{min(excess)}” is a new name, and the project has {most} names, which is the limit."
        raise CannotApply(message, details=[{"path": min(excess), "code": CannotApply.code, "message": message}])


def _check(check: Callable[[], None], name: str) -> None:
    try:
        check()
    except RecordProblem as problem:
        message = f"{name}: {problem.message}" if name else problem.message[:1].upper() + problem.message[1:]
        raise CannotApply(
            message, details=[{"path": name, "code": CannotApply.code, "message": problem.message}]
        ) from None


def _find(key: Key) -> Target | None:
    """The row, locked, also where it stands for nobody."""
    # PostgreSQL stores no NUL, so nobody has one in their id.
    if "\0" in key.distinct_id:
        return None
    return profile_rows.lock(key.place, {key.distinct_id}, {key.distinct_id}).get(key.distinct_id)


def _find_present(key: Key) -> Target:
    target = _find(key)
    if target is not None and not target.is_gone:
        return target
    raise NotFound(
        "Nobody with this ID is in the project. They may have been deleted meanwhile: look for them in the table."
    )


def _refuse_meanwhile(change: Change, present: dict[str, Any]) -> None:
    names = [name for name, seen in change.seen.items() if take_fingerprint(present.get(name)) != seen]
    if names:
        listed = ", ".join(f"“{name}”" for name in names[:5]) + (" and others" if len(names) > 5 else "")
        message = f"{listed} changed meanwhile. Nothing was saved: look at what is there now, then decide."
        values = {name: present[name] for name in names if present.get(name) is not None}
        raise ChangedMeanwhile(message, names=names, present=values)


def _write(key: Key, target: Target, change: Change, kind: EditKind) -> Profile:
    """Applies the change to the locked row, and records it."""
    present, draft = target.draft.present, target.draft
    draft.set_all({name: value for name, value in change.values.items() if not is_set_to(present, name, value)})
    for name in change.unset & present.keys():
        draft.unset(name)
    _check(lambda: check_count(draft), "")
    profile = Profile.objects.get(pk=target.row_id)
    names = draft.changes.keys() | draft.gone
    if not names and kind == EditKind.CHANGE:
        return profile
    target.updated_at = int(timezone.now().timestamp() * 1000)
    is_end = kind == EditKind.CHANGE and draft.count() == 0
    write_targets(key.place, [target])
    before = present if is_end else {name: present[name] for name in names if name in present}
    _record(key, profile, EditKind.DELETE if is_end else kind, before=before, after=draft.changes)
    profile.refresh_from_db()
    return profile


def is_set_to(present: Mapping[str, Any], name: str, value: Any) -> bool:
    """Whether setting the property would change nothing."""
    return (name in present or value is None) and take_fingerprint(present.get(name)) == take_fingerprint(value)


def _record(
    key: Key, profile: Profile, kind: EditKind, *, before: dict[str, Any], after: dict[str, Any] | None = None
) -> None:
    """`profile` as it was before."""
    ProfileEdit.objects.create(
        project=key.project,
        profile=profile,
        kind=kind,
        at=datetime.now(UTC),
        by_id=key.user_id,
        before=before,
        after=after or {},
        created_at=profile.created_at if kind == EditKind.DELETE else None,
    )
