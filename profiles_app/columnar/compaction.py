"""PostgreSQL → segments: one round for one data set of one project.

A round reads what was written since the watermark, from one moment, writes new files beside the
old ones, and swaps the manifest. Killed anywhere before that, it leaves files that nobody names;
the next round removes them. Readers and writers never wait for it.
"""

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import duckdb
from django.conf import settings

from profiles_app.columnar import event_round, profile_round
from profiles_app.columnar.build import Build
from profiles_app.columnar.damage import SegmentsLost, is_damage
from profiles_app.columnar.folders import project_folder
from profiles_app.columnar.manifest import are_whole, mark_broken, read_generation, swap
from profiles_app.columnar.scratch import open_scratch
from profiles_app.columnar.source import open_source
from profiles_app.columnar.spill import remove_left_spills
from profiles_app.errors import NotFound
from profiles_app.locks import hold_lock
from profiles_app.models import Dataset, Project, Segment

_LOCK: Final = 0x526F7347
_ROUNDS: Final[Mapping[Dataset, Callable[[Build], None]]] = {
    Dataset.PROFILES: profile_round.run,
    Dataset.EVENTS: event_round.run,
}


@dataclass(frozen=True, kw_only=True)
class Compacted:
    """What a compaction did: rows per data set that stand in new files."""

    profiles: int = 0
    events: int = 0


def compact(project_id: int) -> Compacted | None:
    """Brings the segments of a project up to now. None where another process is at it, or there is
    no such project. Builds all anew where a file is missing."""
    project = Project.objects.filter(pk=project_id).first()
    if project is None:
        return None
    with hold_lock(_LOCK, project_id) as held:
        if not held:
            return None
        try:
            _check_files(project_id)
            _remove_leftovers(project_id)
            remove_left_spills()
            profiles = compact_dataset(project, Dataset.PROFILES)
            return Compacted(profiles=profiles, events=compact_dataset(project, Dataset.EVENTS))
        except NotFound:  # Deleted meanwhile.
            return None


def compact_dataset(project: Project, dataset: Dataset) -> int:
    """One round, by who holds the lock: how many rows stand in new files. Where an old file turns out to
    be damaged, all are made anew."""
    try:
        return _write(project, dataset)
    except SegmentsLost as lost:
        mark_broken(project.pk, generation=lost.generation)
        return _write(project, dataset)


def _write(project: Project, dataset: Dataset) -> int:
    after = read_generation(project.pk)
    try:
        with open_scratch(**settings.COMPACTION) as db, open_source() as source:
            build = Build(db=db, source=source, project=project, generation=after)
            _ROUNDS[dataset](build)
    except duckdb.Error as error:
        if is_damage(error, project.pk):
            raise SegmentsLost(after.number) from error
        raise
    # Rows that were read under a watermark must not be served under another.
    done = swap(
        project,
        dataset=dataset,
        watermark=source.watermark,
        after=after,
        replaced=build.replaced,
        written=build.written,
    )
    return sum(segment.rows for segment in build.written) if done else 0


def _check_files(project_id: int) -> None:
    generation = read_generation(project_id)
    if not are_whole(generation.segments):
        mark_broken(project_id, generation=generation.number)


def _remove_leftovers(project_id: int) -> None:
    """Files that the manifest does not name: of a round that was killed, or replaced by an earlier
    round. A reader that has one open keeps it; one that is about to open it tries again."""
    named = set(Segment.objects.filter(project_id=project_id).values_list("path", flat=True))
    with suppress(FileNotFoundError):
        for entry in os.scandir(project_folder(project_id)):
            if entry.name not in named:
                os.unlink(entry.path)
