"""Changes of many people at once, from the selection on the Users page."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from profiles_app.models.project import GroupKey, Project
from profiles_app.models.user import User


class BulkKind(models.TextChoices):
    """What is done to each of the people."""

    SET = "set", "Set a property"
    UNSET = "unset", "Remove a property"
    DELETE = "delete", "Delete"


class BulkState(models.TextChoices):
    """A draft has its people, and waits for somebody to confirm it."""

    DRAFT = "draft", "Draft"
    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    CANCELLED = "cancelled", "Cancelled"
    FAILED = "failed", "Failed"


class BulkChange(models.Model):
    """One change of the people who were selected when it was drafted.

    Of `people`, `done` have been looked at: `changed`, `unchanged` because they were so already, `refused`
    for a limit, and the rest had gone meanwhile. `beat_at` is when a worker last took it up or finished a
    chunk; `tries`: how often since then. `back` is the address that it was selected on.
    """

    id: models.AutoField[int, int] = models.AutoField(primary_key=True)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="bulk_changes", db_index=False)
    group_key = models.ForeignKey(GroupKey, on_delete=models.CASCADE, null=True)
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, choices=BulkKind.choices)
    name = models.CharField(max_length=255, blank=True)
    value = models.JSONField(null=True)
    back = models.TextField()
    state = models.CharField(max_length=10, choices=BulkState.choices, default=BulkState.DRAFT)
    people = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            # The worker's clock: changes that lost their worker, and drafts that nobody confirmed.
            models.Index(fields=["beat_at"], name="bulk_change_open", condition=models.Q(ended_at=None)),
            # Deleting a project.
            models.Index(fields=["project"], name="bulk_change_of_project"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.people}"

    @property
    def is_over(self) -> bool:
        return self.ended_at is not None

    @property
    def gone(self) -> int:
        """How many of those looked at were not there any more."""
        return self.done - self.changed - self.unchanged - self.refused


class BulkChunk(models.Model):
    """A part of the people of a change: rows that are changed in one transaction."""

    change = models.ForeignKey(BulkChange, on_delete=models.CASCADE, related_name="chunks", db_index=False)
    place = models.PositiveIntegerField()
    ids = ArrayField(models.BigIntegerField())
    done = models.BooleanField(default=False)

    class Meta:
        constraints = [
            # The next chunk of a change.
            models.UniqueConstraint(fields=["change", "place"], name="bulk_chunk_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.change_id}: {self.place}"
