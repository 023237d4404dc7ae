"""Projects, who belongs to them, and what may send to and read from them."""

import secrets
import unicodedata
import zoneinfo
from hashlib import sha256
from typing import Final

from django.core.exceptions import ValidationError
from django.db import models

from profiles_app.models.user import User

# Unicode's control characters, and its separators of lines and of paragraphs.
_BREAKS: Final = frozenset({"Cc", "Zl", "Zp"})


class Role(models.TextChoices):
    """What a member may do: an analyst looks and exports, an admin also changes and imports."""

    ADMIN = "admin", "Admin"
    ANALYST = "analyst", "Analyst"


def make_token() -> str:
    """A project token: names the project in what SDKs send. Not a secret: browsers carry it."""
    return secrets.token_hex(16)


def make_secret() -> str:
    """A project or service account secret, 192 random bits."""
    return secrets.token_urlsafe(24)


def hash_secret(secret: str) -> str:
    """How a secret is stored: SHA-256, which suffices for random text of 192 bits and is quick
    enough to check on every request."""
    return sha256(secret.encode()).hexdigest()


def check_time_zone(name: str) -> None:
    """Raises `ValidationError` unless `name` is an IANA time zone such as Europe/Oslo."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(f"“{name}” is not a time zone. Choose one such as Europe/Oslo.")


def is_one_line(text: str) -> bool:
    """Whether pages and SDKs can show it as a name: no control characters, no line breaks."""
    return not any(unicodedata.category(character) in _BREAKS for character in text)


def check_one_line(text: str) -> None:
    """Raises `ValidationError` unless `is_one_line`."""
    if not is_one_line(text):
        raise ValidationError("Write it on one line, without control characters.")


class Project(models.Model):
    """One set of people and events. Every other row belongs to exactly one project."""

    id: models.AutoField[int, int] = models.AutoField(primary_key=True)
    name = models.CharField(max_length=100)
    token = models.CharField(max_length=64, default=make_token)
    secret_hash = models.CharField(max_length=64)
    # Raised when events or rows of people are deleted; see profiles_app/ingest/people.py.
    people_epoch = models.BigIntegerField(default=0, db_default=0, editable=False)
    timezone = models.CharField(max_length=64, default="UTC", validators=[check_time_zone])
    created_at = models.DateTimeField(auto_now_add=True)
    members = models.ManyToManyField(User, through="Membership", related_name="projects")

    class Meta:
        constraints = [
            # Ingestion finds the project of a record by its token.
            models.UniqueConstraint(fields=["token"], name="project_token_unique"),
            # Basic auth finds the project by the hash of its secret.
            models.UniqueConstraint(fields=["secret_hash"], name="project_secret_unique"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """The time zone in which the project's days begin and its times are shown."""
        return zoneinfo.ZoneInfo(self.timezone)


class Membership(models.Model):
    """A person's role in a project."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships", db_index=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices)

    class Meta:
        constraints = [
            # Access: the membership of this person in this project; the project switcher.
            models.UniqueConstraint(fields=["user", "project"], name="membership_unique"),
            models.CheckConstraint(condition=models.Q(role__in=["admin", "analyst"]), name="membership_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.project}: {self.role}"


class ServiceAccount(models.Model):
    """A name and a secret for scripts, valid for one project."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="service_accounts")
    username = models.CharField(max_length=100)
    secret_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            # Basic auth finds the account by its name.
            models.UniqueConstraint(fields=["username"], name="service_account_username_unique"),
        ]

    def __str__(self) -> str:
        return self.username


class GroupKey(models.Model):
    """A kind of group, such as `company`: the property that names the group, and its label."""

    id: models.AutoField[int, int] = models.AutoField(primary_key=True)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="group_keys", db_index=False)
    key = models.CharField(max_length=255)
    label = models.CharField(max_length=100)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            # Ingestion: the group key of a record; the left bar: the groups of a project.
            models.UniqueConstraint(fields=["project", "key"], name="group_key_unique"),
        ]

    def __str__(self) -> str:
        return self.label
