"""Where somebody lands, and making a project."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from profiles_app.http.doors import MemberRequest, member_page, signed_in
from profiles_app.people.forms import ProjectForm
from profiles_app.people.reveal import reveal_next
from profiles_app.selectors.access import Access, list_projects
from profiles_app.services.projects import create_project


@require_http_methods(["GET", "HEAD"])
@signed_in
def home(request: MemberRequest) -> HttpResponse:
    """The first project's users; without a project, the way to make one."""
    projects = list_projects(request.user)
    if not projects:
        return render(request, "people/new_project.html", {"form": ProjectForm(), "first": True})
    return redirect("users", project_id=min(project.pk for project in projects))


@member_page
def project_home(request: MemberRequest, access: Access) -> HttpResponse:
    """A project begins with its users."""
    return redirect("users", project_id=access.project.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new_project(request: MemberRequest) -> HttpResponse:
    """A project of one's own."""
    form = ProjectForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        context = {"form": form, "first": not list_projects(request.user)}
        return render(request, "people/new_project.html", context, status=422 if request.method == "POST" else 200)
    made = create_project(form.cleaned_data["name"], owner=request.user, time_zone=form.cleaned_data["time_zone"])
    page = reverse("settings", kwargs={"project_id": made.project.pk})
    response = redirect(page)
    reveal_next(request, response, what=f"Secret of {made.project.name}", secret=made.secret, path=page)
    return response
