"""What people chose to see in the table."""

from django.db import models

from profiles_app.models.project import GroupKey, Project
from profiles_app.models.user import User


class ColumnChoice(models.Model):
    """The columns that a person chose in a project, of users or of one kind of group.

    `names` are properties in their order, without the name, which is always shown; none is a choice
    too. Without a row the table shows its usual columns.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="column_choices", db_index=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="column_choices", db_index=False)
    group_key = models.ForeignKey(GroupKey, on_delete=models.CASCADE, null=True, db_index=False)
    names = models.JSONField(default=list)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            # The table: the choice of this person here.
            models.UniqueConstraint(
                fields=["user", "project", "group_key"], name="column_choice_unique", nulls_distinct=False
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {len(self.names)} columns"
