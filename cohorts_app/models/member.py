"""Who is in a static cohort."""

from django.db import models

from cohorts_app.models.cohort import Cohort
from profiles_app.models import Profile


class Member(models.Model):
    """One person or group in a static cohort.

    `born_at` is the profile's `created_at` when it was added. Somebody who is deleted and comes again gets
    another one, so the row stands for nobody from the deletion on, with nothing to be written then.
    Foreign keys would cost a check for each of a million rows: a trigger of the cohort's table deletes
    the rows of a deleted cohort.
    """

    pk = models.CompositePrimaryKey("cohort_id", "profile_id")
    cohort = models.ForeignKey(
        Cohort, on_delete=models.DO_NOTHING, related_name="members", db_index=False, db_constraint=False
    )
    # The cohorts of one person.
    profile = models.ForeignKey(Profile, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False)
    born_at = models.DateTimeField()
    added_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.profile_id} in {self.cohort_id}"
