"""Filters that are too long for an address."""

from typing import Final

from django.db import models
from django.db.models.functions import Now

from profiles_app.models.project import Project

DIGEST_LENGTH: Final = 32


class StoredFilter(models.Model):
    """The condition of a filter, named in addresses by its digest. It never changes and is never removed,
    so that a link to it goes on working."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="stored_filters", db_index=False)
    digest = models.CharField(max_length=DIGEST_LENGTH)
    where = models.JSONField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            # Storing a filter once; reading the one that an address names.
            models.UniqueConstraint(fields=["project", "digest"], name="stored_filter_unique"),
        ]

    def __str__(self) -> str:
        return self.digest
