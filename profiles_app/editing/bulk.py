"""Changing many people at once: drafted with their ids, confirmed, then done in chunks.

Who is concerned is settled when the draft is made, which is what somebody confirms the number of. Each
chunk is one transaction that also counts itself, so a worker that is killed loses nothing and repeats
nothing: whoever takes the change up goes on behind the last chunk.
"""

from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone

from profiles_app.editing.changes import check_values, is_set_to
from profiles_app.errors import Conflict, NotFound
from profiles_app.ingest import profile_rows
from profiles_app.ingest.catalog import Place
from profiles_app.ingest.operations import check_count
from profiles_app.ingest.outcome import RecordProblem
from profiles_app.ingest.profile_rows import Target
from profiles_app.ingest.transactions import hold_people, run_in_transaction
from profiles_app.ingest.values import read_stored
from profiles_app.ingest.write_profiles import write_targets
from profiles_app.locks import hold_lock
from profiles_app.models import (
    BulkChange,
    BulkChunk,
    BulkKind,
    BulkState,
    EditKind,
    GroupKey,
    Profile,
    ProfileEdit,
    Project,
    Scope,
)
from profiles_app.selectors.people import PeopleQuery, list_ids

# People of one transaction. So many are changed while somebody waits; more are left to the worker.
CHUNK: Final = 1_000

_OPEN: Final = (BulkState.WAITING, BulkState.RUNNING)
_LOST_AFTER: Final = timedelta(seconds=15)
_DRAFTS_KEPT: Final = timedelta(days=1)
# Chunks of one change that fail one after another.
_MOST_TRIES: Final = 5
_LOCK: Final = 0x526F7342  # "RosB"; the second half of the key is the change.


def draft_change(query: PeopleQuery, *, kind: BulkKind, user_id: int, back: str) -> BulkChange:
    """A change of the people whom the query matches at this moment. Nothing is done to them before
    `confirm_change`."""
    ids = list_ids(query)
    with transaction.atomic():
        change = BulkChange.objects.create(
            project=query.project, group_key=query.group_key, by_id=user_id, kind=kind, people=len(ids), back=back
        )
        parts = (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK))
        chunks = (BulkChunk(change=change, place=place, ids=part) for place, part in enumerate(parts))
        BulkChunk.objects.bulk_create(chunks, batch_size=100)
    return change


def get_change(project: Project, change_id: int) -> BulkChange:
    """Raises `NotFound`, also for a draft that was thrown away."""
    change = BulkChange.objects.filter(project=project, pk=change_id).select_related("group_key", "by").first()
    if change is None:
        raise NotFound("This change does not exist any more. Select the people again.")
    return change


def list_running(project: Project, group_key: GroupKey | None) -> list[BulkChange]:
    """Changes that wait for the worker or that it is at, the oldest first."""
    running = BulkChange.objects.filter(project=project, group_key=group_key, ended_at=None, state__in=_OPEN)
    return list(running.select_related("group_key").order_by("pk"))


def confirm_change(change: BulkChange, *, kind: BulkKind, name: str = "", value: Any = None) -> None:
    """A draft becomes a change to be run. Raises `CannotApply` for a value over a limit, and `Conflict`
    for what was confirmed or cancelled already."""
    if kind == BulkKind.SET:
        check_values(_place_of(change), {name: value})
    confirmed = BulkChange.objects.filter(pk=change.pk, state=BulkState.DRAFT).update(
        state=BulkState.WAITING, kind=kind, name=name, value=value, beat_at=timezone.now()
    )
    if not confirmed:
        raise Conflict("This was started already, or cancelled. Nothing was done a second time.")


def cancel_change(change: BulkChange) -> None:
    """Stops behind the chunk that is being done; what was done stays. Does nothing to what is over."""
    with transaction.atomic():
        held = BulkChange.objects.select_for_update().get(pk=change.pk)
        if not held.is_over:
            _end(held, BulkState.CANCELLED)


def run_change(change_id: int) -> None:
    """Does what is left of a change, unless another process is at it."""
    with hold_lock(_LOCK, change_id) as held:
        if held and _begin(change_id):
            while run_in_transaction(partial(_run_next, change_id)):
                pass


def list_lost() -> list[int]:
    """Changes that wait for a worker, or have lost theirs. Each is listed once in a while."""
    now = timezone.now()
    lost = BulkChange.objects.filter(state__in=_OPEN, beat_at__lt=now - _LOST_AFTER)
    ids = list(lost.values_list("pk", flat=True))
    BulkChange.objects.filter(pk__in=ids, state__in=_OPEN).update(beat_at=now)
    return ids


def trim_drafts() -> int:
    """Deletes what was drafted long ago and never confirmed. Returns how many."""
    old = BulkChange.objects.filter(state=BulkState.DRAFT, created_at__lt=timezone.now() - _DRAFTS_KEPT)
    return old.delete()[1].get(BulkChange._meta.label, 0)


def _begin(change_id: int) -> bool:
    """Whether there is something to do."""
    now = timezone.now()
    with transaction.atomic():
        change = BulkChange.objects.select_for_update().filter(pk=change_id, state__in=_OPEN).first()
        if change is not None and change.tries >= _MOST_TRIES:
            _end(change, BulkState.FAILED)
            return False
    taken = BulkChange.objects.filter(pk=change_id, state__in=_OPEN)
    started = Coalesce("started_at", now)
    return bool(taken.update(state=BulkState.RUNNING, started_at=started, beat_at=now, tries=F("tries") + 1))


def _run_next(change_id: int) -> bool:
    """One chunk, in the caller's transaction. Whether there may be another."""
    change = BulkChange.objects.select_for_update().filter(pk=change_id, state=BulkState.RUNNING).first()
    if change is None:
        return False
    chunk = BulkChunk.objects.filter(change=change, done=False).order_by("place").first()
    if chunk is None:
        _end(change, BulkState.DONE)
        return False
    changed, unchanged, refused = _apply(change, chunk.ids)
    chunk.done = True
    chunk.save(update_fields=["done"])
    change.done += len(chunk.ids)
    change.changed += changed
    change.unchanged += unchanged
    change.refused += refused
    change.tries = 0
    change.beat_at = timezone.now()
    change.save(update_fields=["done", "changed", "unchanged", "refused", "tries", "beat_at"])
    return True


def _end(change: BulkChange, state: BulkState) -> None:
    change.state = state
    change.ended_at = timezone.now()
    change.save(update_fields=["state", "ended_at"])
    BulkChunk.objects.filter(change=change).delete()


def _apply(change: BulkChange, ids: list[int]) -> tuple[int, int, int]:
    """Changes these rows. How many were changed, were so already, and were refused."""
    place = _place_of(change)
    if change.kind != BulkKind.SET:
        hold_people(place.project_id)
    rows = Profile.objects.filter(project_id=place.project_id, group_key_id=place.group_key_id, pk__in=ids)
    everyone = set(rows.values_list("distinct_id", flat=True))
    targets = [target for target in profile_rows.lock(place, everyone, everyone).values() if not target.is_gone]
    refused = sum(not _plan(change, target) for target in targets)
    touched = [target for target in targets if target.is_changed]
    made_at = dict(rows.values_list("pk", "created_at"))
    now = timezone.now()
    edits = [_record(change, target, now=now, made_at=made_at[target.row_id]) for target in touched]
    for target in touched:
        target.updated_at = int(now.timestamp() * 1000)
    write_targets(place, touched)
    ProfileEdit.objects.bulk_create(edits)
    return len(touched), len(targets) - len(touched) - refused, refused


def _plan(change: BulkChange, target: Target) -> bool:
    """Enters the change into the draft of a row. Whether the row may be so."""
    draft = target.draft
    if change.kind == BulkKind.DELETE:
        if draft.present:
            draft.wipe()
    elif change.kind == BulkKind.UNSET:
        if change.name in draft.present:
            draft.unset(change.name)
    elif not is_set_to(draft.present, change.name, change.value):
        draft.set(change.name, read_stored(change.value))
        try:
            check_count(draft)
        except RecordProblem:
            draft.unset(change.name)
            draft.gone.clear()
            return False
    return True


def _record(change: BulkChange, target: Target, *, now: datetime, made_at: datetime) -> ProfileEdit:
    """The change in the history of one person. Who loses the last property is deleted by it."""
    draft = target.draft
    is_end = draft.count() == 0
    names = draft.present.keys() if is_end else draft.changes.keys() | draft.gone
    return ProfileEdit(
        project_id=change.project_id,
        profile_id=target.row_id,
        kind=EditKind.DELETE if is_end else EditKind.CHANGE,
        at=now,
        by_id=change.by_id,
        before={name: draft.present[name] for name in names if name in draft.present},
        after=draft.changes,
        created_at=made_at if is_end else None,
    )


def _place_of(change: BulkChange) -> Place:
    return Place(project_id=change.project_id, scope=Scope.PROFILE, group_key_id=change.group_key_id)
