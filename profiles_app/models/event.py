"""What people did."""

from django.db import models

from profiles_app.models.catalog import EventName
from profiles_app.models.fields import LastWriterField
from profiles_app.models.profile import Profile
from profiles_app.models.project import Project


class Event(models.Model):
    """One event of one person.

    The table is partitioned by month of `time` (UTC), so it is made by a migration in SQL, and
    its partitions by `profiles_app.partitions`. It has one index for both the identity of an
    event and the activity feed; foreign keys are kept by the ingestion, which writes profiles,
    names and events in one transaction, and not by triggers that would run for each row.

    Two events with the same profile, time, name and `insert_id` are one; the latest wins. An
    event without `insert_id` equals no other.
    """

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    time = models.DateTimeField()
    profile = models.ForeignKey(
        Profile, on_delete=models.DO_NOTHING, related_name="events", db_constraint=False, db_index=False
    )
    received_at = models.DateTimeField()
    xid = LastWriterField()
    project = models.ForeignKey(
        Project, on_delete=models.DO_NOTHING, related_name="events", db_constraint=False, db_index=False
    )
    name = models.ForeignKey(
        EventName, on_delete=models.DO_NOTHING, related_name="events", db_constraint=False, db_index=False
    )
    insert_id = models.CharField(max_length=255, null=True)
    properties = models.JSONField(default=dict)

    class Meta:
        managed = False
        db_table = "profiles_app_event"

    def __str__(self) -> str:
        return f"{self.name_id} at {self.time.isoformat()}"
