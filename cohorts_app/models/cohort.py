"""Cohorts."""

from typing import Final

from django.db import models
from django.db.models.functions import Lower, Now

from profiles_app.models import GroupKey, Project, User
from profiles_app.models.project import check_one_line

LONGEST_NAME: Final = 100
LONGEST_DESCRIPTION: Final = 1_000
PROJECT: Final = "project"
PRIVATE: Final = "private"


class Kind(models.TextChoices):
    """Whether a cohort is a saved filter, or a list of people."""

    DYNAMIC = "dynamic", "Dynamic"
    STATIC = "static", "Static"


class Cohort(models.Model):
    """People or groups with a name: a saved filter, whose members are whoever matches when somebody asks, or
    a fixed list.

    `definition` is a whole filter document, as `profiles_app.filters.writing` writes it; a static cohort has
    none, and its `Member` rows instead. Without a group key the cohort is one of people. A private cohort
    is its maker's alone. `version` counts what people change; `revision` is another number after each
    change of a static cohort's members, and never one that was there before.

    What the last recording of its size found stands in the `size_…` columns: the last good value with its
    time, and what went wrong since. `size_due_at` is when the next one is due.
    """

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="cohorts", db_index=False)
    # Deleting a kind of group deletes its cohorts, by this index. PostgreSQL does it (the constraint is in the
    # migration), because kinds of groups are deleted in SQL.
    group_key = models.ForeignKey(
        GroupKey, on_delete=models.CASCADE, null=True, related_name="cohorts", db_constraint=False
    )
    name = models.CharField(max_length=LONGEST_NAME, validators=[check_one_line])
    description = models.CharField(max_length=LONGEST_DESCRIPTION, blank=True, default="", db_default="")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.DYNAMIC, db_default=Kind.DYNAMIC.value)
    definition = models.JSONField(null=True)
    is_private = models.BooleanField(default=False, db_default=False)
    is_verified = models.BooleanField(default=False, db_default=False)
    version = models.PositiveIntegerField(default=1, db_default=1)
    revision = models.BigIntegerField(default=0, db_default=0)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    size = models.BigIntegerField(null=True)
    size_at = models.DateTimeField(null=True)
    size_error = models.CharField(max_length=500, blank=True, default="", db_default="")
    size_tries = models.PositiveSmallIntegerField(default=0, db_default=0)
    size_due_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            # Naming a cohort; listing those of a project by name.
            models.UniqueConstraint("project", Lower("name"), name="cohort_name_unique"),
            models.CheckConstraint(condition=~models.Q(name=""), name="cohort_name_not_empty"),
            models.CheckConstraint(
                condition=models.Q(kind=Kind.STATIC, definition__isnull=True)
                | models.Q(kind=Kind.DYNAMIC, definition__isnull=False),
                name="cohort_has_filter_or_list",
            ),
        ]
        indexes = [
            # The recording of sizes: those that are due.
            models.Index(fields=["size_due_at"], name="cohort_size_due"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_static(self) -> bool:
        return self.kind == Kind.STATIC

    @property
    def visibility(self) -> str:
        return PRIVATE if self.is_private else PROJECT
