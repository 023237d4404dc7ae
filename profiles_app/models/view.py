"""Saved views: states of the table with a name."""

from typing import Final

from django.db import models
from django.db.models.functions import Lower

from profiles_app.models.project import GroupKey, Project
from profiles_app.models.user import User

VIEW_NAME_LENGTH: Final = 100


class SavedView(models.Model):
    """A state of the table of users, or of one kind of group, for its owner or for the whole project.

    `query` is the state as an address has it, without the page. `version` rises with each change, so that
    nobody writes over what they have not seen. A shared view outlives its owner.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="views", db_index=False)
    group_key = models.ForeignKey(GroupKey, on_delete=models.CASCADE, null=True, db_index=False)
    owner = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="views", db_index=False)
    name = models.CharField(max_length=VIEW_NAME_LENGTH)
    shared = models.BooleanField(default=False)
    query = models.TextField()
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            # The menu: the shared views of a table. One name for one of them.
            models.UniqueConstraint(
                "project", "group_key", Lower("name"),
                name="view_shared_unique", condition=models.Q(shared=True), nulls_distinct=False,
            ),
            # The menu: somebody's own views.
            models.UniqueConstraint(
                "project", "group_key", "owner", Lower("name"),
                name="view_private_unique", condition=models.Q(shared=False), nulls_distinct=False,
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name
