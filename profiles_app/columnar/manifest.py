"""Reading and swapping the manifest."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.db import connection, transaction

from profiles_app.columnar.folders import project_folder
from profiles_app.models import SEGMENT_VERSION, Dataset, Manifest, Project, Segment

_SYSTEM: Final = "SELECT system_identifier::text FROM pg_control_system()"


@dataclass(frozen=True, kw_only=True)
class Generation:
    """The segments of a project, as far as they are good for anything.

    A watermark is None where there are no segments: everything has to be read from PostgreSQL.
    """

    number: int
    people_epoch: int = 0
    profiles_watermark: int | None = None
    events_watermark: int | None = None
    segments: tuple[Segment, ...] = ()

    def watermark(self, dataset: Dataset) -> int | None:
        return self.profiles_watermark if dataset == Dataset.PROFILES else self.events_watermark

    def list_segments(self, dataset: Dataset) -> list[Segment]:
        return [segment for segment in self.segments if segment.dataset == dataset]


def read_system() -> str:
    """Which cluster this is: transaction ids of another one mean something else."""
    with connection.cursor() as cursor:
        cursor.execute(_SYSTEM)
        (system,) = cursor.fetchone() or ("",)
    return str(system)


def read_generation(project_id: int) -> Generation:
    """The present generation; without segments where they are of another cluster, epoch or version,
    or broken."""
    manifest = Manifest.objects.filter(project_id=project_id).select_related("project").first()
    if manifest is None:
        epoch = Project.objects.values_list("people_epoch", flat=True).get(pk=project_id)
        return Generation(number=0, people_epoch=epoch)
    epoch = manifest.project.people_epoch
    if not _is_good(manifest):
        return Generation(number=manifest.generation, people_epoch=epoch)
    return Generation(
        number=manifest.generation,
        people_epoch=epoch,
        profiles_watermark=manifest.profiles_watermark,
        events_watermark=manifest.events_watermark,
        segments=tuple(Segment.objects.filter(project_id=project_id).order_by("id")),
    )


def _is_good(manifest: Manifest) -> bool:
    return (
        not manifest.broken
        and manifest.version == SEGMENT_VERSION
        and manifest.people_epoch == manifest.project.people_epoch
        and manifest.system == read_system()
    )


def are_whole(segments: Iterable[Segment]) -> bool:
    """Whether each file is there with its full length."""
    for segment in segments:
        try:
            size = (project_folder(segment.project_id) / segment.path).stat().st_size
        except OSError:
            return False
        if size != segment.bytes:
            return False
    return True


def mark_broken(project_id: int, *, generation: int) -> None:
    """Notes that a file of this generation is lost, so that the next compaction builds all anew."""
    Manifest.objects.filter(project_id=project_id, generation=generation).update(broken=True)


@transaction.atomic
def swap(
    project: Project,
    *,
    dataset: Dataset,
    watermark: int,
    after: Generation,
    replaced: Iterable[Segment],
    written: Iterable[Segment],
) -> bool:
    """Makes the next generation the present one. False where that cannot be: another compaction was
    faster, or a file was lost or rows were deleted meanwhile."""
    Manifest.objects.get_or_create(project=project, defaults={"system": ""})
    manifest = Manifest.objects.select_for_update(of=("self",)).select_related("project").get(project=project)
    if manifest.generation != after.number:
        return False
    if not _is_good(manifest):
        if after.segments:
            return False
        _start_anew(manifest, after)
    Segment.objects.filter(pk__in=[segment.pk for segment in replaced]).delete()
    Segment.objects.bulk_create(written)
    if dataset == Dataset.PROFILES:
        manifest.profiles_watermark = watermark
    else:
        manifest.events_watermark = watermark
    manifest.generation += 1
    manifest.save()
    return True


def _start_anew(manifest: Manifest, after: Generation) -> None:
    """Forgets all segments. The epoch is that from before the rows were read: if it has been raised
    since, what is written now is of no use either."""
    Segment.objects.filter(project_id=manifest.project_id).delete()
    manifest.system, manifest.version, manifest.broken = read_system(), SEGMENT_VERSION, False
    manifest.people_epoch = after.people_epoch
    manifest.profiles_watermark = manifest.events_watermark = None
