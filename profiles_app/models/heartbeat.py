"""Signs of life of the worker."""

from django.db import models


class WorkerHeartbeat(models.Model):
    """When a Celery worker last said that it runs; `/healthz` reads it."""

    name = models.CharField(max_length=255, primary_key=True)
    beat_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
