"""Writing profile updates: one batch, a handful of statements, nothing lost to a concurrent one.

The order of locks is the same for every batch: catalog, new rows by distinct id, then existing
rows by id. So batches wait for each other, and do not block each other.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from django.db import connection

from profiles_app.ingest import limits
from profiles_app.ingest.binary import NULL, copy_rows, encode_instant, encode_jsonb
from profiles_app.ingest.catalog import Place, learn_properties
from profiles_app.ingest.engage import Step, Update
from profiles_app.ingest.operations import DELETE, OPERATIONS, UNSET, Draft, check_count
from profiles_app.ingest.outcome import Note, Outcome, RecordProblem
from profiles_app.ingest.transactions import hold_people, run_in_transaction
from profiles_app.ingest.values import Signature


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The updates of one batch for one set of profiles, in their order, and what they introduce."""

    place: Place
    updates: list[Update]
    signature: Signature
    dates: set[str]


@dataclass(slots=True, kw_only=True)
class Target:
    """One profile while a batch is applied to it. `is_gone`: deleted before, nobody at present."""

    row_id: int
    is_gone: bool
    draft: Draft = field(default_factory=Draft)
    updated_at: float | None = None


@dataclass(kw_only=True)
class Written:
    """What a batch did."""

    notes: list[Note] = field(default_factory=list)
    void: set[int] = field(default_factory=set)
    created: int = 0
    updated: int = 0
    deleted: int = 0


def write_updates(plan: Plan, outcome: Outcome) -> None:
    """Applies the updates in one transaction and adds what became of them to `outcome`."""
    written = run_in_transaction(lambda: _write(plan))
    outcome.failed.extend(written.notes)
    outcome.void |= written.void & {note.index for note in outcome.failed}
    outcome.count("profiles_created", written.created)
    outcome.count("profiles_updated", written.updated)
    outcome.count("profiles_deleted", written.deleted)


def _write(plan: Plan) -> Written:
    written = Written()
    if any(update.removes for update in plan.updates):
        hold_people(plan.place.project_id, alone=True)
    names = learn_properties(plan.place, plan.signature, plan.dates)
    inserted = _insert_missing(plan)
    targets = _lock_targets(plan, read_all=names > limits.PROPERTIES)
    _apply(plan.updates, targets, written)
    changed = [target for target in targets.values() if _is_changed(target)]
    _store(changed)
    _bury_empty(targets.values(), inserted, written)
    written.created = len(inserted)
    written.updated = sum(target.row_id not in inserted and not target.draft.wiped for target in changed)
    return written


_INSERT_MISSING: Final = """
INSERT INTO profiles_app_profile (project_id, group_key_id, distinct_id, properties, created_at)
SELECT %s, %s, distinct_id, '{}', now() FROM unnest(%s::text[]) AS incoming (distinct_id)
ON CONFLICT (project_id, group_key_id, distinct_id) DO NOTHING
RETURNING id
"""


def _insert_missing(plan: Plan) -> set[int]:
    """Empty rows for new people, in the order of their distinct ids; returns their row ids."""
    creators = sorted({update.distinct_id for update in plan.updates if update.creates})
    if not creators:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(_INSERT_MISSING, [plan.place.project_id, plan.place.group_key_id, creators])
        return {row_id for (row_id,) in cursor.fetchall()}


_LOCK: Final = """
SELECT id, distinct_id, deleted_at IS NOT NULL,
       CASE WHEN %s OR distinct_id = ANY(%s) THEN properties::text END
FROM profiles_app_profile
WHERE project_id = %s AND group_key_id IS NOT DISTINCT FROM %s AND distinct_id = ANY(%s)
ORDER BY id FOR NO KEY UPDATE
"""


def _lock_targets(plan: Plan, *, read_all: bool) -> dict[str, Target]:
    """The rows of the batch by distinct id, locked, with their properties where they are needed."""
    everyone = {update.distinct_id for update in plan.updates}
    readers = {update.distinct_id for update in plan.updates if update.reads}
    group_key_id = plan.place.group_key_id
    # "IS NOT DISTINCT FROM" keeps an index from being used, so the statement says what is meant.
    statement = _LOCK.replace("IS NOT DISTINCT FROM %s", "IS NULL" if group_key_id is None else "= %s")
    values: list[Any] = [read_all, list(readers), plan.place.project_id, group_key_id, list(everyone)]
    with connection.cursor() as cursor:
        cursor.execute(statement, [value for value in values if value is not None])
        return {distinct_id: _make_target(*row) for row_id, distinct_id, *rest in cursor for row in [(row_id, *rest)]}


def _make_target(row_id: int, is_gone: bool, properties: str | None) -> Target:
    present = orjson.loads(properties) if properties is not None else {}
    return Target(row_id=row_id, is_gone=is_gone, draft=Draft(present=present))


def _apply(updates: list[Update], targets: dict[str, Target], written: Written) -> None:
    for update in updates:
        target = targets.get(update.distinct_id)
        if target is None:
            continue  # It removes from somebody who does not exist.
        try:
            _apply_update(update, target, written)
        except RecordProblem as problem:
            written.notes.append(Note(index=update.index, field=problem.field, message=problem.message))


def _apply_update(update: Update, target: Target, written: Written) -> None:
    """Applies the steps; a value that cannot be applied is noted and the others are applied."""
    draft = target.draft
    before = _copy(draft) if draft.present else None
    if not sum(_apply_step(step, draft, update.index, written) for step in update.steps):
        written.void.add(update.index)
    if before is not None:
        _check_count_or_restore(target, before)
    if update.updated_at is not None:
        target.updated_at = max(target.updated_at or 0.0, update.updated_at)


def _apply_step(step: Step, draft: Draft, index: int, written: Written) -> int:
    """Returns how many values were applied."""
    if step.key == DELETE:
        draft.wipe()
        return 1
    if step.key == UNSET:
        for name in step.values:
            draft.unset(name)
        return len(step.values)
    return sum(_apply_value(step.key, name, value, draft, index, written) for name, value in step.values.items())


def _apply_value(key: str, name: str, value: Any, draft: Draft, index: int, written: Written) -> bool:
    try:
        OPERATIONS[key].apply(draft, name, value)
    except RecordProblem as problem:
        written.notes.append(Note(index=index, field=problem.field, message=problem.message, partial=True))
        return False
    return True


def _copy(draft: Draft) -> Draft:
    return Draft(present=draft.present, changes=dict(draft.changes), gone=set(draft.gone), wiped=draft.wiped)


def _check_count_or_restore(target: Target, before: Draft) -> None:
    try:
        check_count(target.draft)
    except RecordProblem:
        target.draft = before
        raise


def _is_changed(target: Target) -> bool:
    draft = target.draft
    return bool(draft.changes) or (not target.is_gone and (draft.wiped or bool(draft.gone)))


_MAKE_INCOMING: Final = """
CREATE TEMPORARY TABLE IF NOT EXISTS incoming_profile
    (id bigint, wiped boolean, updated_at timestamptz, gone jsonb, changes jsonb) ON COMMIT DELETE ROWS;
DELETE FROM incoming_profile;
"""
_COPY_INCOMING: Final = (
    "COPY pg_temp.incoming_profile (id, wiped, updated_at, gone, changes) FROM STDIN (FORMAT BINARY)"
)
_UPDATE: Final = """
UPDATE profiles_app_profile AS present SET
    properties = CASE
        WHEN incoming.wiped THEN incoming.changes
        WHEN incoming.gone IS NULL THEN present.properties || incoming.changes
        ELSE (present.properties - ARRAY(SELECT jsonb_array_elements_text(incoming.gone))) || incoming.changes
    END,
    updated_at = CASE
        WHEN incoming.wiped AND incoming.changes = '{}' THEN NULL
        ELSE greatest(present.updated_at, incoming.updated_at)
    END,
    created_at = CASE WHEN present.deleted_at IS NULL THEN present.created_at ELSE now() END,
    deleted_at = CASE WHEN incoming.changes = '{}' THEN present.deleted_at END,
    xid = pg_current_xact_id()
FROM pg_temp.incoming_profile AS incoming WHERE present.id = incoming.id
"""


def _store(changed: list[Target]) -> None:
    if not changed:
        return
    with connection.cursor() as cursor:
        cursor.execute(_MAKE_INCOMING)
        copy_rows(cursor, _COPY_INCOMING, map(_encode, changed))
        cursor.execute(_UPDATE)


def _encode(target: Target) -> bytes:
    draft = target.draft
    return b"".join(
        (
            b"\0\5\0\0\0\x08",
            target.row_id.to_bytes(8, "big"),
            b"\0\0\0\1\1" if draft.wiped else b"\0\0\0\1\0",
            NULL
            if target.updated_at is None
            else b"\0\0\0\x08" + encode_instant(target.updated_at).to_bytes(8, "big", signed=True),
            encode_jsonb(orjson.dumps(sorted(draft.gone))) if draft.gone else NULL,
            encode_jsonb(orjson.dumps(draft.changes)),
        )
    )


_BURY: Final = """
UPDATE profiles_app_profile AS present SET deleted_at = now(), xid = pg_current_xact_id()
WHERE id = ANY(%s) AND properties = '{}' AND deleted_at IS NULL
AND NOT EXISTS (SELECT FROM profiles_app_event AS event WHERE event.profile_id = present.id)
"""


def _bury_empty(targets: Iterable[Target], inserted: set[int], written: Written) -> None:
    """Who is left with no property and has no event is nobody."""
    suspects = [target for target in targets if not target.draft.changes and _may_be_empty(target, inserted)]
    written.deleted = sum(target.draft.wiped and not target.is_gone for target in suspects)
    if suspects:
        with connection.cursor() as cursor:
            cursor.execute(_BURY, [[target.row_id for target in suspects]])


def _may_be_empty(target: Target, inserted: set[int]) -> bool:
    return target.row_id in inserted or target.draft.wiped or bool(target.draft.gone)
