"""Who asks, and about which project."""

from typing import Final

from django.contrib.auth.models import AnonymousUser
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.request import Request

from profiles_app.api.request_fields import read_fields
from profiles_app.errors import BadInput, NotFound, NotSignedIn
from profiles_app.models import Project, User
from profiles_app.selectors.access import get_access, get_admin_access
from profiles_app.selectors.credentials import get_project_by_basic_auth

PROJECT_ID: Final = "project_id"
_NO_PROJECT: Final = "This project does not exist, or these credentials do not open it."


class ProjectAuthentication(BaseAuthentication):
    """Basic auth with the project's secret or a service account; or a signed-in session.

    `request.auth` becomes the `Project`. A session says by `project_id` which project it means; with
    Basic auth `project_id` may be given, and must then be the project of the credentials.
    """

    def authenticate(self, request: Request) -> tuple[User | AnonymousUser, Project]:
        """Raises `NotSignedIn`, `NotFound` for the project of somebody else, and `BadInput`."""
        header = request.headers.get("Authorization", "")
        return (AnonymousUser(), _get_by_header(request, header)) if header else _get_by_session(request)

    def authenticate_header(self, request: Request) -> str:
        return CHALLENGE


def check_may_change(request: Request, project: Project) -> None:
    """Credentials of the project change its profiles, and admins do. Raises `NotAllowed` for analysts."""
    if request.user.is_authenticated:
        get_admin_access(request.user, project.pk)


CHALLENGE: Final = 'Basic realm="Roster", charset="UTF-8"'


def _get_by_header(request: Request, header: str) -> Project:
    # The ingestion calls a project_id that does not fit wrong credentials; here it is not found.
    project = get_project_by_basic_auth(header, "")
    if str(read_fields(request).get(PROJECT_ID, project.pk)) != str(project.pk):
        raise NotFound(_NO_PROJECT)
    return project


def _get_by_session(request: Request) -> tuple[User, Project]:
    user = request._request.user  # DRF's own attribute would ask this class again.
    if not user.is_authenticated:
        raise NotSignedIn(
            "Send the project secret as the user name with an empty password, or a service account, by Basic auth."
        )
    # Raises DRF's PermissionDenied for a change that another site may have sent.
    SessionAuthentication().enforce_csrf(request)
    asked = str(read_fields(request).get(PROJECT_ID, ""))
    if not asked:
        raise BadInput("Say which project you mean with the parameter project_id.", details=[_MISSING])
    return user, get_access(user, _read_number(asked)).project


_MISSING: Final[dict[str, object]] = {"path": PROJECT_ID, "code": "required", "message": "This parameter is missing."}


def _read_number(text: str) -> int:
    """The id of a project. Raises `NotFound` for what can be none."""
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise NotFound(_NO_PROJECT)
    return int(text)
