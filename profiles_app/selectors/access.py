"""Who may see what. Access lives in the fetch: what somebody may not see does not exist for them."""

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser

from profiles_app.errors import NotAllowed, NotFound
from profiles_app.models import GroupKey, Membership, Project, Role, User


@dataclass(frozen=True, kw_only=True)
class Access:
    """A person's way into one project."""

    project: Project
    role: Role
    user_id: int

    @property
    def is_admin(self) -> bool:
        return self.role == Role.ADMIN


def list_projects(user: User) -> list[Project]:
    """The projects of a person, by name."""
    return list(user.projects.order_by("name", "id"))


def get_access(user: User | AnonymousUser, project_id: int) -> Access:
    """The project and this person's role in it. Raises `NotFound` for outsiders and for ids that
    do not exist, alike."""
    membership = (
        Membership.objects.select_related("project").filter(user_id=user.pk, project_id=project_id).first()
        if user.pk
        else None
    )
    if membership is None:
        raise NotFound("This project does not exist, or you are not a member of it.")
    return Access(project=membership.project, role=Role(membership.role), user_id=membership.user_id)


def get_admin_access(user: User | AnonymousUser, project_id: int) -> Access:
    """The same for what only admins may do. Raises `NotAllowed` for analysts."""
    access = get_access(user, project_id)
    if not access.is_admin:
        raise NotAllowed("Only admins of this project may do this. Ask one of them.")
    return access


def get_group_key(project: Project, group_key_id: int) -> GroupKey:
    """A group key of this project. Raises `NotFound`."""
    try:
        return project.group_keys.get(pk=group_key_id)
    except GroupKey.DoesNotExist:
        raise NotFound("This kind of group does not exist in this project.") from None


def get_optional_group_key(project: Project, group_key_id: int | None) -> GroupKey | None:
    """The same; None, which stands for users, for None."""
    return None if group_key_id is None else get_group_key(project, group_key_id)
