"""The manifest of the columnar side: which files hold what, and up to which transaction."""

from typing import Final

from django.db import models

from profiles_app.models.fields import TransactionIdField
from profiles_app.models.project import GroupKey, Project

# Raised whenever files are written in another way: files of an older version are built anew.
SEGMENT_VERSION: Final = 2


class Dataset(models.TextChoices):
    """What the rows of a segment are."""

    PROFILES = "profiles", "Profiles"
    EVENTS = "events", "Events"


class Manifest(models.Model):
    """The present generation of a project's segments.

    Every row that a transaction below a watermark wrote is in the segments; an unset watermark
    says that nothing is. The segments are good for this cluster (`system`), this `people_epoch`
    and this `version` only, and not once a reader found one `broken`: then all are built anew.
    """

    project = models.OneToOneField(Project, on_delete=models.CASCADE, primary_key=True, related_name="manifest")
    generation = models.PositiveBigIntegerField(default=0)
    version = models.PositiveSmallIntegerField(default=1)
    system = models.CharField(max_length=20)
    people_epoch = models.BigIntegerField(default=0)
    profiles_watermark = TransactionIdField["int | None", "int | None"](null=True)
    events_watermark = TransactionIdField["int | None", "int | None"](null=True)
    broken = models.BooleanField(default=False)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"generation {self.generation} of project {self.project_id}"


class Segment(models.Model):
    """One immutable file of rows.

    Profiles: those of one population (users, or the groups of one key) with
    `least_id <= id < limit_id` (unset: no bound). Events: those of one `month` ("2026-11", or ""
    for a file that collects months with few rows), from `first_time` to `last_time`, with ids
    from `least_id` to below `limit_id`. `path` is relative to the folder of the project.
    `columns` maps a property's name to the forms that have a typed column, as a string of letters;
    where `whole` is unset, other properties than these occur too.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="segments", db_index=False)
    dataset = models.CharField(max_length=10, choices=Dataset.choices)
    group_key = models.ForeignKey(GroupKey, on_delete=models.CASCADE, null=True, db_index=False)
    month = models.CharField(max_length=7, blank=True)
    path = models.CharField(max_length=255)
    rows = models.BigIntegerField()
    bytes = models.BigIntegerField()
    least_id = models.BigIntegerField(null=True)
    limit_id = models.BigIntegerField(null=True)
    first_time = models.DateTimeField(null=True)
    last_time = models.DateTimeField(null=True)
    columns = models.JSONField(default=dict)
    whole = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            # Reading: the segments of a project.
            models.UniqueConstraint(fields=["project", "path"], name="segment_unique"),
        ]

    def __str__(self) -> str:
        return self.path
