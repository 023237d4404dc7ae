"""The catalog: which property and event names have been seen, and with which kinds of value."""

import enum
from typing import Final

from django.db import models
from django.db.models.functions import Now

from profiles_app.models.project import GroupKey, Project


class Kind(enum.IntFlag):
    """Kinds of value, as bits: a property may hold different kinds on different people."""

    STRING = 1
    NUMBER = 2
    BOOLEAN = 4
    DATE = 8
    LIST = 16
    OBJECT = 32


class Scope(models.TextChoices):
    """Where a property lives."""

    PROFILE = "profile", "Profile"
    EVENT = "event", "Event"


NAME_LENGTH: Final = 255


class PropertyDefinition(models.Model):
    """A property name seen on the profiles of users, of one kind of group, or on events.

    `kinds` is a sum of `Kind` bits and only grows. `last_seen` moves about once an hour.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="property_definitions", db_index=False)
    scope = models.CharField(max_length=10, choices=Scope.choices)
    group_key = models.ForeignKey(GroupKey, on_delete=models.CASCADE, null=True, db_index=False)
    name = models.CharField(max_length=NAME_LENGTH)
    kinds = models.PositiveSmallIntegerField(default=0)
    label = models.CharField(max_length=100, blank=True, db_default="")
    hidden = models.BooleanField(default=False, db_default=False)
    first_seen = models.DateTimeField(db_default=Now())
    last_seen = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            # Learning a name; listing the names of a scope for menus and columns.
            models.UniqueConstraint(
                fields=["project", "scope", "group_key", "name"], name="property_unique", nulls_distinct=False
            ),
        ]

    def __str__(self) -> str:
        return self.label or self.name


class EventName(models.Model):
    """An event name seen in a project; events refer to it by number."""

    id: models.AutoField[int, int] = models.AutoField(primary_key=True)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="event_names", db_index=False)
    name = models.CharField(max_length=NAME_LENGTH)
    label = models.CharField(max_length=100, blank=True, db_default="")
    hidden = models.BooleanField(default=False, db_default=False)
    first_seen = models.DateTimeField(db_default=Now())
    last_seen = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            # Ingestion: the number of a name; menus: the names of a project.
            models.UniqueConstraint(fields=["project", "name"], name="event_name_unique"),
        ]

    def __str__(self) -> str:
        return self.label or self.name
