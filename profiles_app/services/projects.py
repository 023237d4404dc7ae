"""Creating and changing projects and who belongs to them.

What is secret is answered once, by the function that makes it, and stored as a hash.
"""

import secrets
from dataclasses import dataclass
from typing import Final

from django.db import transaction

from profiles_app.errors import BadInput
from profiles_app.models import Membership, Project, Role, ServiceAccount, User
from profiles_app.models.project import hash_secret, make_secret, make_token

# Without letters and digits that look alike: passwords are read aloud and typed.
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"


@dataclass(frozen=True, kw_only=True)
class NewProject:
    project: Project
    secret: str


@dataclass(frozen=True, kw_only=True)
class NewMember:
    """`password` is empty for somebody who had an account already."""

    membership: Membership
    password: str


@dataclass(frozen=True, kw_only=True)
class NewServiceAccount:
    account: ServiceAccount
    secret: str


def make_password() -> str:
    """A one-time password: four groups of four, about 90 random bits."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))


@transaction.atomic
def create_project(name: str, *, owner: User, time_zone: str = "UTC", token: str = "", secret: str = "") -> NewProject:
    """A project whose admin is `owner`. An empty token or secret is made at random."""
    secret = secret or make_secret()
    project = Project.objects.create(
        name=name, timezone=time_zone, token=token or make_token(), secret_hash=hash_secret(secret)
    )
    Membership.objects.create(project=project, user=owner, role=Role.ADMIN)
    return NewProject(project=project, secret=secret)


def change_project(project: Project, *, name: str, time_zone: str) -> None:
    """A new name and time zone."""
    project.name, project.timezone = name, time_zone
    project.save(update_fields=["name", "timezone"])


def rotate_secret(project: Project) -> str:
    """A new secret; the old one stops working at once."""
    secret = make_secret()
    project.secret_hash = hash_secret(secret)
    project.save(update_fields=["secret_hash"])
    return secret


@transaction.atomic
def add_member(project: Project, *, email: str, role: Role) -> NewMember:
    """The person with this address joins; without an account they get one and a password.

    Raises `BadInput` for somebody who is a member already.
    """
    email = email.strip().lower()
    user, is_new = User.objects.get_or_create(email=email)
    password = make_password() if is_new else ""
    if is_new:
        user.set_password(password)
        user.save(update_fields=["password"])
    membership, joined = Membership.objects.get_or_create(project=project, user=user, defaults={"role": role})
    if not joined:
        raise BadInput(f"{email} is a member already.")
    return NewMember(membership=membership, password=password)


@transaction.atomic
def change_role(membership: Membership, *, role: Role) -> None:
    """Raises `BadInput` rather than leave the project without an admin."""
    if role != Role.ADMIN:
        _check_another_admin(membership)
    membership.role = role
    membership.save(update_fields=["role"])


@transaction.atomic
def remove_member(membership: Membership) -> None:
    """They keep their account. Raises `BadInput` rather than leave the project without an admin."""
    _check_another_admin(membership)
    membership.delete()


def _check_another_admin(membership: Membership) -> None:
    # The lock lets two admins who leave at the same moment see each other go.
    Project.objects.select_for_update().get(pk=membership.project_id)
    admins = Membership.objects.filter(project_id=membership.project_id, role=Role.ADMIN)
    if not admins.exclude(pk=membership.pk).exists():
        raise BadInput("A project needs an admin, and this is the last one. Make somebody else an admin first.")


def create_service_account(project: Project, *, name: str) -> NewServiceAccount:
    """An account for a script. The user name is the name with a random ending, so it is unique."""
    secret = make_secret()
    account = ServiceAccount.objects.create(
        project=project, username=f"{name}.{secrets.token_hex(3)}", secret_hash=hash_secret(secret)
    )
    return NewServiceAccount(account=account, secret=secret)


def delete_service_account(account: ServiceAccount) -> None:
    """Its secret stops working at once."""
    account.delete()
