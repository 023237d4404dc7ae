"""How large cohorts were."""

from django.db import models

from cohorts_app.models.cohort import Cohort


class Size(models.Model):
    """One recording of a cohort's size: `size`, or the `error` in words that kept it from being found.

    `version` and `revision` are those of the cohort that was measured. `took` is in seconds, of the whole
    question. `is_past`: computed later, for a moment before the recording. `members` is who was in it, as a
    bitmap: bit 0 (the highest of the first byte) stands for the profile `first_id`; compressed by zlib. None
    where it was not kept, or is old.
    """

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    cohort = models.ForeignKey(
        Cohort, on_delete=models.DO_NOTHING, related_name="sizes", db_index=False, db_constraint=False
    )
    at = models.DateTimeField()
    size = models.BigIntegerField(null=True)
    version = models.PositiveIntegerField()
    revision = models.BigIntegerField()
    error = models.CharField(max_length=500, blank=True, default="")
    took = models.FloatField(default=0)
    is_past = models.BooleanField(default=False)
    first_id = models.BigIntegerField(null=True)
    members = models.BinaryField(null=True)

    class Meta:
        constraints = [
            # The sizes of some cohorts over time; a trigger deletes them with their cohort by it.
            models.UniqueConstraint(fields=["cohort", "at"], name="cohort_size_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.cohort_id} at {self.at}: {self.size}"
