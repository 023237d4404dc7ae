"""What the settings page lists."""

from django.db.models import QuerySet

from profiles_app.errors import NotFound
from profiles_app.models import Membership, Project, ServiceAccount


def list_members(project: Project) -> QuerySet[Membership]:
    """Everybody in the project, by address, each with their account."""
    return project.memberships.select_related("user").order_by("user__email")


def get_member(project: Project, membership_id: int) -> Membership:
    """Raises `NotFound` for somebody of another project."""
    found = list_members(project).filter(pk=membership_id).first()
    if found is None:
        raise NotFound("This person is not a member of the project any more.")
    return found


def get_service_account(project: Project, account_id: int) -> ServiceAccount:
    """Raises `NotFound` for an account of another project."""
    found = project.service_accounts.filter(pk=account_id).first()
    if found is None:
        raise NotFound("This service account does not exist any more.")
    return found
