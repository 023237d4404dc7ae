"""Lists of distinct ids or e-mails that somebody brought, and what became of each line."""

from typing import Final

from django.db import models

from cohorts_app.models.cohort import Cohort
from profiles_app.models import User

LONGEST_TEXT: Final = 300


class Identify(models.TextChoices):
    """What the lines of a list are."""

    EITHER = "either", "Distinct IDs or e-mails"
    DISTINCT_ID = "distinct_id", "Distinct IDs"
    EMAIL = "email", "E-mails"


class ListState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"


class Outcome(models.IntegerChoices):
    """What became of a line."""

    ADDED = 1, "added"
    CREATED = 2, "created and added"
    ALREADY = 3, "already there"
    UNKNOWN = 4, "unknown"
    AMBIGUOUS = 5, "ambiguous: several people have this e-mail"
    BLANK = 6, "blank"
    DUPLICATE = 7, "duplicate of a line before"
    REMOVED = 8, "removed"
    ABSENT = 9, "was not in the cohort"


class MemberList(models.Model):
    """A list of lines that add people to a static cohort, or remove them.

    It is applied in one transaction that holds this row: `WAITING` and not locked, nobody works on it.
    `counts` says how many lines had each outcome, by its name; a line that has no `ListOutcome` was added
    (or removed).
    """

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    # By this index a cohort's lists are deleted with it (a trigger does it), and shown.
    cohort = models.ForeignKey(Cohort, on_delete=models.DO_NOTHING, related_name="lists", db_constraint=False)
    made_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    removes = models.BooleanField(default=False)
    identify = models.CharField(max_length=12, choices=Identify.choices)
    creates_unknown = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=ListState.choices, default=ListState.WAITING)
    error = models.CharField(max_length=500, blank=True, default="")
    lines = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"List {self.pk} of cohort {self.cohort_id}"


class ListLine(models.Model):
    """One line as it was brought, without blanks at its ends."""

    pk = models.CompositePrimaryKey("list_id", "line")
    list = models.ForeignKey(
        MemberList, on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    line = models.PositiveIntegerField()
    text = models.CharField(max_length=LONGEST_TEXT)

    def __str__(self) -> str:
        return self.text


class ListOutcome(models.Model):
    """What became of one line, unless it did what the list is for."""

    pk = models.CompositePrimaryKey("list_id", "line")
    list = models.ForeignKey(
        MemberList, on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    line = models.PositiveIntegerField()
    outcome = models.PositiveSmallIntegerField()

    def __str__(self) -> str:
        return f"{self.line}: {Outcome(self.outcome).label}"
