"""Signing in that failed."""

from django.db import models


class SignInFailures(models.Model):
    """How often signing in failed, for one place or for one account tried from one place.

    `key` is a hash of it. From `ends_at` on the row counts for nothing, and an hourly task removes it.
    """

    key = models.CharField(max_length=64, primary_key=True)
    failures = models.PositiveIntegerField()
    ends_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.failures} until {self.ends_at.isoformat()}"
