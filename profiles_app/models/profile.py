"""People and groups."""

from django.db import models

from profiles_app.models.fields import LastWriterField
from profiles_app.models.project import GroupKey, Project


class Profile(models.Model):
    """One person (no group key) or one group.

    A row with `deleted_at` unset is a *user*: somebody with a property or an event. With at least
    one property it is a *user with a profile*. A row with `deleted_at` set is nobody: its
    properties are empty and it waits to be purged; the next update or event revives it.

    `updated_at` (shown as "Updated at", `$last_seen`) moves with profile updates only, never
    with events; it is unset where no profile update ever came.
    `xid` is the transaction that last wrote the row, kept by a trigger. It has no index: which rows
    were written since a transaction is in the log `profiles_app_profile_change` (see
    docs/decisions/change-log.md), so that an update leaves all indexes of this table alone.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="profiles", db_index=False)
    group_key = models.ForeignKey(GroupKey, on_delete=models.CASCADE, null=True, db_index=False)
    distinct_id = models.CharField(max_length=255)
    properties = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)
    xid = LastWriterField()

    class Meta:
        constraints = [
            # Ingestion and the profile page: one profile by its distinct id. Begins with the
            # project, so listing a project's people uses it too.
            models.UniqueConstraint(
                fields=["project", "group_key", "distinct_id"], name="profile_unique", nulls_distinct=False
            ),
            models.CheckConstraint(condition=~models.Q(distinct_id=""), name="profile_distinct_id_not_empty"),
        ]

    def __str__(self) -> str:
        return self.distinct_id
