"""Cohorts."""

from django.db import models
from django.db.models.functions import Lower

from profiles_app.models import GroupKey, Project, User
from profiles_app.models.project import check_one_line


class Cohort(models.Model):
    """A saved filter with a name. Its members are whoever matches when somebody asks.

    `definition` is a whole filter document, as `profiles_app.filters.writing` writes it. Without a group
    key the cohort is one of people.
    """

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="cohorts", db_index=False)
    # Deleting a kind of group deletes its cohorts, by this index. PostgreSQL does it (the constraint is in the
    # migration), because kinds of groups are deleted in SQL.
    group_key = models.ForeignKey(
        GroupKey, on_delete=models.CASCADE, null=True, related_name="cohorts", db_constraint=False
    )
    name = models.CharField(max_length=100, validators=[check_one_line])
    definition = models.JSONField()
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            # Naming a cohort; listing those of a project by name.
            models.UniqueConstraint("project", Lower("name"), name="cohort_name_unique"),
            models.CheckConstraint(condition=~models.Q(name=""), name="cohort_name_not_empty"),
        ]

    def __str__(self) -> str:
        return self.name
