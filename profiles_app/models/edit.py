"""What people changed on profiles through Roster's own pages and its API."""

from django.db import models

from profiles_app.models.profile import Profile
from profiles_app.models.project import Project
from profiles_app.models.user import User


class EditKind(models.TextChoices):
    """What was done to the profile."""

    CREATE = "create", "Created"
    CHANGE = "change", "Changed"
    DELETE = "delete", "Deleted"
    RESTORE = "restore", "Restored"


class ProfileEdit(models.Model):
    """One change of one profile: the history of its values, and what a deletion can be undone with.

    `before` and `after` hold the properties concerned; one that is missing there was not set.
    `by` is unset for scripts, and for people whose account is gone. `created_at` is that of a
    profile that was deleted. The daily task and the ingestion's `$delete` remove rows
    (docs/decisions/editing.md).
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+", db_index=False)
    # Without a constraint: groups are deleted by the thousand, and their edits beforehand.
    profile = models.ForeignKey(
        Profile, on_delete=models.CASCADE, related_name="edits", db_index=False, db_constraint=False
    )
    kind = models.CharField(max_length=10, choices=EditKind.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    created_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            # The history of one profile, and its last edit; deleting them with the profile.
            models.Index(fields=["profile", "id"], name="profile_edit_of_profile"),
            # The daily task: what is too old.
            models.Index(fields=["at"], name="profile_edit_at"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d}"
