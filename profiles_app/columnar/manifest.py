"""Reading and swapping the manifest."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.db import connection, transaction
from django.db.models import F

from profiles_app.columnar.folders import project_folder
from profiles_app.errors import NotFound
from profiles_app.models import SEGMENT_VERSION, Dataset, GroupKey, Manifest, Project, Segment

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
    or broken. Raises `NotFound` where the project is gone."""
    while True:
        manifest = Manifest.objects.filter(project_id=project_id).select_related("project").first()
        if manifest is None:
            return Generation(number=0, people_epoch=_read_epoch(project_id))
        if not _is_good(manifest):
            return Generation(number=manifest.generation, people_epoch=manifest.project.people_epoch)
        segments = tuple(Segment.objects.filter(project_id=project_id).order_by("id"))
        # The segments of the next generation must not be read under the watermarks of this one.
        if Manifest.objects.filter(project_id=project_id, generation=manifest.generation).exists():
            return Generation(
                number=manifest.generation,
                people_epoch=manifest.project.people_epoch,
                profiles_watermark=manifest.profiles_watermark,
                events_watermark=manifest.events_watermark,
                segments=segments,
            )


def _read_epoch(project_id: int) -> int:
    epoch = Project.objects.filter(pk=project_id).values_list("people_epoch", flat=True).first()
    if epoch is None:
        raise NotFound("This project was deleted.")
    return epoch


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


def forget_group_key(group_key: GroupKey) -> None:
    """Forgets the segments of a kind of group that is being deleted, within its transaction. Readers have
    to open the next generation: the files are cleared away."""
    Manifest.objects.filter(project_id=group_key.project_id).update(generation=F("generation") + 1)
    Segment.objects.filter(project_id=group_key.project_id, group_key=group_key).delete()


@transaction.atomic
def swap(
    project: Project,
    *,
    dataset: Dataset,
    watermark: int,
    after: Generation,
    replaced: Iterable[Segment],
    written: Sequence[Segment],
) -> bool:
    """Makes the next generation the present one. False where that cannot be: another compaction was
    faster, or a file was lost or rows were deleted meanwhile, or the project is gone."""
    if not Project.objects.filter(pk=project.pk).exists():
        return False
    Manifest.objects.get_or_create(project=project, defaults={"system": ""})
    manifest = Manifest.objects.select_for_update(of=("self",)).select_related("project").get(project=project)
    # Without the lock of a compaction, whose connection was lost, its new files may have been cleared away.
    if manifest.generation != after.number or not are_whole(written):
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
