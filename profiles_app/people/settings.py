"""The settings of a project: one page that every member reads, and the changes that admins make."""

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from profiles_app.errors import BadInput
from profiles_app.http.doors import MemberRequest, admin_action, member_page
from profiles_app.models import Project, Role
from profiles_app.people.forms import (
    GroupKeyForm,
    GroupLabelForm,
    MemberForm,
    ProjectForm,
    RoleForm,
    ServiceAccountForm,
)
from profiles_app.people.frame import render_page
from profiles_app.people.reveal import forget_revealed, read_revealed, reveal_next
from profiles_app.selectors.access import Access, get_group_key
from profiles_app.selectors.members import get_member, get_service_account, list_members
from profiles_app.services import group_keys, projects


@member_page
def settings(request: MemberRequest, access: Access) -> HttpResponse:
    """The page; a secret that was just made is on it once."""
    revealed = read_revealed(request)
    response = _show(request, access, revealed=revealed)
    if revealed:
        forget_revealed(response, path=_address(access.project))
    return response


@admin_action
def change_project(request: MemberRequest, access: Access) -> HttpResponse:
    form = ProjectForm(request.POST, initial={"time_zone": access.project.timezone})
    if not form.is_valid():
        return _show(request, access, status=422, project_form=form)
    projects.change_project(access.project, **form.cleaned_data)
    return _done(request, access, "The project is changed.", part="project")


@admin_action
def rotate_secret(request: MemberRequest, access: Access) -> HttpResponse:
    secret = projects.rotate_secret(access.project)
    return _done(request, access, what=f"New secret of {access.project.name}", secret=secret)


@admin_action
def add_member(request: MemberRequest, access: Access) -> HttpResponse:
    form = MemberForm(request.POST)
    try:
        if form.is_valid():
            made = projects.add_member(
                access.project, email=form.cleaned_data["email"], role=Role(form.cleaned_data["role"])
            )
            email = made.membership.user.email
            if made.password:
                return _done(request, access, what=f"Password for {email}", secret=made.password)
            return _done(request, access, f"{email} is a member now.", part="members")
    except BadInput as problem:
        form.add_error("email", problem.message)
    return _show(request, access, status=422, member_form=form)


@admin_action
def change_role(request: MemberRequest, access: Access, membership_id: int) -> HttpResponse:
    member, form = get_member(access.project, membership_id), RoleForm(request.POST)
    if not form.is_valid():
        raise BadInput("Choose one of the roles.")
    try:
        projects.change_role(member, role=Role(form.cleaned_data["role"]))
    except BadInput as problem:
        return _show(request, access, status=422, members_problem=problem.message)
    return _done(request, access, f"{member.user.email} is {member.get_role_display().lower()} now.", part="members")


@admin_action
def remove_member(request: MemberRequest, access: Access, membership_id: int) -> HttpResponse:
    member = get_member(access.project, membership_id)
    try:
        projects.remove_member(member)
    except BadInput as problem:
        return _show(request, access, status=422, members_problem=problem.message)
    if member.user_id == request.user.pk:
        return redirect("home")
    return _done(request, access, f"{member.user.email} is no longer a member.", part="members")


@admin_action
def add_group_key(request: MemberRequest, access: Access) -> HttpResponse:
    form = GroupKeyForm(request.POST)
    try:
        if form.is_valid():
            made = group_keys.add_group_key(access.project, **form.cleaned_data)
            return _done(request, access, f"{made.label} are in the left bar now.", part="group-keys")
    except BadInput as problem:
        form.add_error("key", problem.message)
    return _show(request, access, status=422, group_key_form=form)


@admin_action
def rename_group_key(request: MemberRequest, access: Access, group_key_id: int) -> HttpResponse:
    group_key, form = get_group_key(access.project, group_key_id), GroupLabelForm(request.POST)
    if not form.is_valid():
        return _show(request, access, status=422, group_keys_problem="A label has 1 to 100 characters, on one line.")
    group_keys.rename_group_key(group_key, label=form.cleaned_data["label"])
    return _done(request, access, f"{group_key.key} is shown as {group_key.label} now.", part="group-keys")


@admin_action
def delete_group_key(request: MemberRequest, access: Access, group_key_id: int) -> HttpResponse:
    group_key = get_group_key(access.project, group_key_id)
    number = group_keys.delete_group_key(group_key)
    groups = "1 group" if number == 1 else f"{number:,} groups"
    return _done(request, access, f"{group_key.label} are deleted: {groups}.", part="group-keys")


@admin_action
def create_service_account(request: MemberRequest, access: Access) -> HttpResponse:
    form = ServiceAccountForm(request.POST)
    if not form.is_valid():
        return _show(request, access, status=422, service_account_form=form)
    made = projects.create_service_account(access.project, name=form.cleaned_data["name"])
    return _done(request, access, what=f"Secret of {made.account.username}", secret=made.secret)


@admin_action
def delete_service_account(request: MemberRequest, access: Access, account_id: int) -> HttpResponse:
    account = get_service_account(access.project, account_id)
    projects.delete_service_account(account)
    return _done(request, access, f"{account.username} is deleted.", part="service-accounts")


def _show(request: MemberRequest, access: Access, *, status: int = 200, **context: Any) -> HttpResponse:
    """The page with its forms; a form in `context` comes back with its errors."""
    project = access.project
    forms: dict[str, Form] = {
        "project_form": ProjectForm(initial={"name": project.name, "time_zone": project.timezone}),
        "member_form": MemberForm(),
        "group_key_form": GroupKeyForm(),
        "service_account_form": ServiceAccountForm(),
    }
    page = {
        "here": "settings",
        "members": list_members(project),
        "roles": Role.choices,
        "group_counts": group_keys.count_groups(project) if access.is_admin else {},
        "service_accounts": project.service_accounts.order_by("username"),
    }
    return render_page(request, "people/settings.html", access, page | forms | context, status=status)


def _done(
    request: MemberRequest, access: Access, message: str = "", *, part: str = "", what: str = "", secret: str = ""
) -> HttpResponse:
    """Back to the page, with a message or with a secret to show once."""
    address = _address(access.project)
    response = redirect(f"{address}#{part}" if part else address)
    if message:
        messages.success(request, message)
    if secret:
        reveal_next(request, response, what=what, secret=secret, path=address)
    return response


def _address(project: Project) -> str:
    return reverse("settings", kwargs={"project_id": project.pk})
