"""Writing profile updates: one batch, a handful of statements, nothing lost to a concurrent one.

Two ways, chosen by what the batch asks for:

- *merge*, when no operation needs to know the present values: one `INSERT … ON CONFLICT DO
  UPDATE` that adds the changes to what is there;
- *rewrite*, otherwise: lock the rows, read the properties that are needed, apply, update.

Both take rows in the order of their distinct ids, and rewriting adds no rows while it holds
locks. So batches wait for each other in one direction, and never in a circle.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from profiles_app.ingest import limits, profile_rows
from profiles_app.ingest.catalog import Place, count_names, find_dates, learn_properties
from profiles_app.ingest.engage import Step, Update
from profiles_app.ingest.operations import DELETE, OPERATIONS, SET, UNSET, Draft, check_count
from profiles_app.ingest.outcome import Note, Outcome, RecordProblem
from profiles_app.ingest.profile_rows import Target
from profiles_app.ingest.transactions import hold_people, run_in_transaction
from profiles_app.ingest.values import Signature, sign


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The updates of one batch for one set of profiles, in their order.

    `signature`: of the values in the batch.
    """

    place: Place
    updates: list[Update]
    signature: Signature


@dataclass(kw_only=True)
class Written:
    """What a batch did."""

    notes: list[Note] = field(default_factory=list)
    void: set[int] = field(default_factory=set)
    created: int = 0
    updated: int = 0
    deleted: int = 0


class _SomebodyIsNew(Exception):
    """Undoes the transaction, and with it the locks."""


def write_updates(plan: Plan, outcome: Outcome) -> None:
    """Applies the updates in one transaction and adds what became of them to `outcome`."""
    written = _merge_or_rewrite(plan)
    outcome.failed.extend(written.notes)
    outcome.void |= written.void
    outcome.count("profiles_created", written.created)
    outcome.count("profiles_updated", written.updated)
    outcome.count("profiles_deleted", written.deleted)


def _merge_or_rewrite(plan: Plan) -> Written:
    # Nobody can have more properties than there are names; only near the limit are they counted.
    near_limit = count_names(plan.place) + len(plan.signature) > limits.PROPERTIES
    keys = {step.key for update in plan.updates for step in update.steps}
    if not near_limit and keys <= {SET}:
        return run_in_transaction(lambda: _merge(plan))
    try:
        return run_in_transaction(lambda: _rewrite(plan, read_all=near_limit))
    except _SomebodyIsNew:
        creators = {update.distinct_id for update in plan.updates if update.creates}
        with transaction.atomic():
            profile_rows.insert_buried(plan.place, sorted(creators))
        return run_in_transaction(lambda: _rewrite(plan, read_all=near_limit))


def _merge(plan: Plan) -> Written:
    written = Written()
    targets: dict[str, Target] = {}
    for update in plan.updates:
        target = targets.get(update.distinct_id)
        if target is None:
            target = targets[update.distinct_id] = Target(distinct_id=update.distinct_id)
        _apply_update(update, target, written)
    changed = [target for _, target in sorted(targets.items()) if target.draft.changes]
    written.created, written.updated = profile_rows.merge(plan.place, changed)
    learn_properties(plan.place, plan.signature, find_dates([target.draft.changes for target in changed]))
    return written


def _rewrite(plan: Plan, *, read_all: bool) -> Written:
    written = Written()
    if any(update.removes for update in plan.updates):
        hold_people(plan.place.project_id)
    everyone = {update.distinct_id for update in plan.updates}
    readers = everyone if read_all else {update.distinct_id for update in plan.updates if update.reads}
    targets = profile_rows.lock(plan.place, everyone, readers)
    if any(update.creates and update.distinct_id not in targets for update in plan.updates):
        raise _SomebodyIsNew
    _apply_all(plan.updates, targets, written, counted=read_all)
    changed = write_targets(plan.place, targets.values())
    profile_rows.forget_edits([target.row_id for target in targets.values() if target.draft.wiped])
    written.deleted = sum(target.draft.wiped and not target.is_gone for target in _list_suspects(targets.values()))
    written.created = sum(target.is_gone for target in changed)
    written.updated = sum(not target.is_gone and bool(target.draft.changes or target.draft.gone) for target in changed)
    return written


def write_targets(place: Place, targets: Collection[Target]) -> list[Target]:
    """Writes the drafts of locked rows and learns their names; who is left with no property and has
    no event is nobody. Whoever removes properties has called `hold_people` before the rows were
    locked. Returns those that changed."""
    changed = [target for target in targets if target.is_changed]
    profile_rows.update(changed)
    profile_rows.bury_empty([target.row_id for target in _list_suspects(targets)])
    changes = [target.draft.changes for target in changed]
    learn_properties(place, sign(changes), find_dates(changes))
    return changed


def _list_suspects(targets: Collection[Target]) -> list[Target]:
    return [target for target in targets if not target.draft.changes and (target.draft.wiped or target.draft.gone)]


def _apply_all(updates: list[Update], targets: dict[str, Target], written: Written, *, counted: bool) -> None:
    """Applies the updates in their order; with `counted`, none that has a profile over the limit."""
    for update in updates:
        target = targets.get(update.distinct_id)
        if target is None:
            # It removes from somebody who does not exist, or none of its values can be used.
            written.void.add(update.position)
            continue
        before = target.draft.copy() if counted else None
        _apply_update(update, target, written)
        if before is not None:
            _keep_within_limit(update, target, before, written)


def _apply_update(update: Update, target: Target, written: Written) -> None:
    """Applies the steps; a value that cannot be applied is noted and the others are applied."""
    draft = target.draft
    applied = 0
    for step in update.steps:
        if step.key == SET:
            draft.set_all(step.values)
            applied += len(step.values)
        else:
            applied += _apply_step(step, draft, update.position, written)
    if not applied:
        written.void.add(update.position)
    if update.updated_at is not None:
        target.updated_at = max(target.updated_at or 0, update.updated_at)


def _apply_step(step: Step, draft: Draft, index: int, written: Written) -> int:
    """Returns how many values were applied."""
    if step.key == DELETE:
        draft.wipe()
        return 1
    if step.key == UNSET:
        for name in step.values:
            draft.unset(name)
        return len(step.values)
    return sum(
        _apply_value(step.key, name, value, draft=draft, index=index, written=written)
        for name, value in step.values.items()
    )


def _apply_value(key: str, name: str, value: Any, *, draft: Draft, index: int, written: Written) -> bool:
    try:
        OPERATIONS[key].apply(draft, name, value)
    except RecordProblem as problem:
        written.notes.append(Note(index=index, field=problem.field, message=problem.message, partial=True))
        return False
    return True


def _keep_within_limit(update: Update, target: Target, before: Draft, written: Written) -> None:
    try:
        check_count(target.draft)
    except RecordProblem as problem:
        target.draft = before
        written.notes.append(Note(index=update.position, field=problem.field, message=problem.message))
