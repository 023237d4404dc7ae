"""Which project the credentials of a script or an SDK belong to."""

import base64
import binascii

from profiles_app.errors import NotSignedIn
from profiles_app.models import Project, ServiceAccount
from profiles_app.models.project import hash_secret

_HOW = "Send the project secret as the user name, or the name and the secret of a service account, by Basic auth."


def get_projects_by_token(tokens: set[str]) -> dict[str, Project]:
    """The projects of these tokens; unknown tokens are left out."""
    return {project.token: project for project in Project.objects.filter(token__in=tokens)}


def get_project_by_basic_auth(header: str, project_id: str) -> Project:
    """The project of an `Authorization: Basic` header: its secret as the user name with an empty
    password, or a service account's name and secret. Raises `NotSignedIn`."""
    username, password = _parse_basic_auth(header)
    if password:
        return _get_by_service_account(username, password, project_id)
    project = Project.objects.filter(secret_hash=hash_secret(username)).first() if username else None
    if project is None:
        raise NotSignedIn(f"The project secret is not known. {_HOW}")
    return project


def _get_by_service_account(username: str, password: str, project_id: str) -> Project:
    account = (
        ServiceAccount.objects.select_related("project")
        .filter(username=username, secret_hash=hash_secret(password))
        .first()
    )
    if account is None:
        raise NotSignedIn(f"The service account or its secret is not known. {_HOW}")
    if project_id and project_id != str(account.project_id):
        raise NotSignedIn(f"This service account does not belong to the project {project_id[:20]!r}.")
    return account.project


def _parse_basic_auth(header: str) -> tuple[str, str]:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        raise NotSignedIn(f"Credentials are missing. {_HOW}")
    try:
        username, _, password = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        raise NotSignedIn(f"The Authorization header cannot be read. {_HOW}") from None
    if "\0" in username or "\0" in password:
        raise NotSignedIn(f"The Authorization header cannot be read. {_HOW}")
    return username, password
