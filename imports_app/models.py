"""Imports: a file, what is to become of it, and the ledger of what was written."""

import secrets
from typing import Final

from django.db import models

from profiles_app.models import GroupKey, Project, User
from profiles_app.models.fields import TransactionIdField


class State(models.TextChoices):
    """Where an import stands."""

    UPLOADED = "uploaded", "Uploaded"
    MAPPED = "mapped", "Mapped"
    CHECKING = "checking", "Checking"
    CHECKED = "checked", "Checked"
    RUNNING = "running", "Importing"
    DONE = "done", "Imported"
    CANCELLED = "cancelled", "Cancelled"
    UNDOING = "undoing", "Undoing"
    UNDONE = "undone", "Undone"
    FAILED = "failed", "Failed"


class Work(models.TextChoices):
    """What a worker has to do for an import; nothing for most of its life."""

    NONE = "", "Nothing"
    READ = "read", "Read the file"
    CHECK = "check", "Check"
    IMPORT = "import", "Import"
    UNDO = "undo", "Undo"


class Empty(models.TextChoices):
    """What an empty cell means for a profile that has the property."""

    KEEP = "keep", "Leave the property as it is"
    CLEAR = "clear", "Clear the property"


# Before it changed anything, an import may be mapped anew, checked, started, or thrown away.
PENDING: Final = (State.UPLOADED, State.MAPPED, State.CHECKING, State.CHECKED)
# It may have changed profiles.
BEGUN: Final = (State.RUNNING, State.DONE, State.CANCELLED, State.UNDOING, State.UNDONE, State.FAILED)


def make_nonce() -> str:
    """What random ids are made from, so that each row gets the same one however often it is read."""
    return secrets.token_hex(16)


class Import(models.Model):
    """One CSV file on its way into the profiles of users, or of one kind of group.

    `reading` is a `reading.dialect.Dialect` as JSON, `detected` the same as it was found. `bytes_read` are
    of the file, while it is being read. `facts`: what the reading found (`mapping.facts`). `columns`: the mapping
    (`mapping.columns`). `read` and the four numbers after it are of the check, and from the start on of the
    import; they count rows of the file.
    `moment` is the "Updated at" of every profile that the import changes.
    """

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="imports", db_index=False)
    # PostgreSQL deletes the imports of a kind of group with it: the constraint is in the migration.
    group_key = models.ForeignKey(GroupKey, on_delete=models.CASCADE, null=True, related_name="+", db_constraint=False)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    name = models.CharField(max_length=255)
    bytes = models.BigIntegerField()
    bytes_read = models.BigIntegerField(default=0, db_default=0)
    nonce = models.CharField(max_length=32, default=make_nonce)

    state = models.CharField(max_length=10, choices=State.choices, default=State.UPLOADED)
    work = models.CharField(max_length=10, choices=Work.choices, default=Work.NONE, blank=True)
    problem = models.TextField(blank=True, default="")
    # Renewed by the worker while it works; tries without a step forward.
    beat_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    cancel_asked = models.BooleanField(default=False)

    reading = models.JSONField(default=dict)
    detected = models.JSONField(default=dict)
    facts = models.JSONField(default=dict)
    columns = models.JSONField(default=list)
    empty = models.CharField(max_length=5, choices=Empty.choices, default=Empty.KEEP)
    unguard = models.BooleanField(default=False)

    read = models.BigIntegerField(default=0)
    created = models.BigIntegerField(default=0)
    updated = models.BigIntegerField(default=0)
    unchanged = models.BigIntegerField(default=0)
    rejected = models.BigIntegerField(default=0)
    duplicates = models.BigIntegerField(default=0)
    samples = models.JSONField(default=list)

    moment = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    restored = models.BigIntegerField(default=0)
    removed = models.BigIntegerField(default=0)
    kept = models.BigIntegerField(default=0)
    undone_to = models.BigIntegerField(default=0)

    class Meta:
        indexes = [
            # The page of a project's imports, newest first.
            models.Index(fields=["project", "-id"], name="import_of_project"),
            # The clock that looks for work that nobody does.
            models.Index(fields=["work"], name="import_with_work", condition=~models.Q(work="")),
        ]

    def __str__(self) -> str:
        return self.name


class Chunk(models.Model):
    """The ledger: rows that were written in one transaction, with this line. A number is done once.

    `rejected` counts rows that only the writing could refuse; they are listed in `problems`.
    """

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    of = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="chunks", db_index=False, db_constraint=False)
    number = models.PositiveIntegerField()
    rows = models.PositiveIntegerField()
    created = models.PositiveIntegerField()
    updated = models.PositiveIntegerField()
    unchanged = models.PositiveIntegerField()
    rejected = models.PositiveIntegerField(default=0)
    problems = models.JSONField(default=list)
    written_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            # No chunk twice; the progress of an import.
            models.UniqueConstraint(fields=["of", "number"], name="import_chunk_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.of_id}: {self.number}"


class Change(models.Model):
    """A profile as it was before an import changed it; `properties` is null for one that the import made.

    `xid` is the transaction of the import's change: while the profile still has it, nobody changed it since.
    `kept`: the undo left it as it is.
    """

    pk = models.CompositePrimaryKey("of_id", "profile_id")
    of = models.ForeignKey(
        Import, on_delete=models.CASCADE, related_name="changes", db_index=False, db_constraint=False
    )
    profile_id = models.BigIntegerField()
    xid: TransactionIdField[int, int] = TransactionIdField()
    properties = models.JSONField(null=True)
    updated_at = models.DateTimeField(null=True)
    kept = models.BooleanField(default=False, db_default=False)

    def __str__(self) -> str:
        return f"{self.of_id}: {self.profile_id}"


class RememberedMapping(models.Model):
    """The mapping that was last imported with, for files of one shape (the hash of header or width)."""

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+", db_index=False)
    group_key = models.ForeignKey(GroupKey, on_delete=models.CASCADE, null=True, related_name="+", db_constraint=False)
    shape = models.CharField(max_length=64)
    columns = models.JSONField()
    empty = models.CharField(max_length=5, choices=Empty.choices)
    used_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            # A file that was just read: the mapping of the last one like it.
            models.UniqueConstraint(
                fields=["project", "group_key", "shape"], name="import_mapping_unique", nulls_distinct=False
            ),
        ]

    def __str__(self) -> str:
        return self.shape
