"""The manifest of the columnar side."""

from django.db import models

from profiles_app.models.fields import TransactionIdField
from profiles_app.models.project import Project


class Segment(models.Model):
    """One set of Parquet files that holds every row written before `watermark`.

    `period` is the month of an events segment as `2026-11`, and empty for profiles.
    `path` is relative to the segments folder.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="segments", db_index=False)
    dataset = models.CharField(max_length=20)
    period = models.CharField(max_length=7, blank=True)
    path = models.CharField(max_length=255)
    rows = models.BigIntegerField()
    watermark = TransactionIdField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            # Reading: the segments of a project; compaction: replacing one.
            models.UniqueConstraint(fields=["project", "dataset", "period"], name="segment_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.dataset} {self.period}".strip()
