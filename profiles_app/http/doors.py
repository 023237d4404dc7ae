"""Doors of the pages: who gets in, before a view sees the request.

Anonymous visitors are sent to sign in, outsiders of the project get 404, analysts get 403 where
only admins may act; all of that before the method of the request matters.
"""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, Final
from urllib.parse import urlsplit

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from profiles_app.models import User
from profiles_app.selectors.access import get_access, get_admin_access

_READING: Final = ("GET", "HEAD")
View = Callable[..., HttpResponse]


class MemberRequest(HttpRequest):
    """A request of somebody who is signed in."""

    user: User
    htmx: HtmxDetails


def signed_in(view: View) -> View:
    """For pages of a person that belong to no project."""

    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, **arguments: Any) -> HttpResponse:
        return view(request, **arguments) if request.user.is_authenticated else _send_to_sign_in(request)

    return guarded


def member_page(view: View) -> View:
    """A page that members read. The view gets their `Access` after the request."""
    return _admit_members(view, methods=_READING)


def member_form(view: View) -> View:
    """A page that members read, with a form that they send to it: for what is their own, such as the
    columns that they see."""
    return _admit_members(view, methods=(*_READING, "POST"))


def _admit_members(view: View, *, methods: Sequence[str]) -> View:
    @signed_in
    @wraps(view)
    def guarded(request: MemberRequest, *, project_id: int, **arguments: Any) -> HttpResponse:
        access = get_access(request.user, project_id)
        if request.method not in methods:
            return HttpResponseNotAllowed(methods)
        response = view(request, access, **arguments)
        patch_vary_headers(response, ["HX-Request"])
        return response

    return guarded


def admin_page(view: View) -> View:
    """A page, or a part of one, that only admins need."""

    @signed_in
    @wraps(view)
    def guarded(request: MemberRequest, *, project_id: int, **arguments: Any) -> HttpResponse:
        access = get_admin_access(request.user, project_id)
        if request.method not in _READING:
            return HttpResponseNotAllowed(_READING)
        response = view(request, access, **arguments)
        patch_vary_headers(response, ["HX-Request"])
        return response

    return guarded


def member_action(view: View) -> View:
    """A change that every member may make, by POST; of what, the view decides."""

    @signed_in
    @wraps(view)
    def guarded(request: MemberRequest, *, project_id: int, **arguments: Any) -> HttpResponse:
        access = get_access(request.user, project_id)
        return view(request, access, **arguments) if request.method == "POST" else HttpResponseNotAllowed(["POST"])

    return guarded


def admin_action(view: View) -> View:
    """A change that only admins make, by POST."""

    @signed_in
    @wraps(view)
    def guarded(request: MemberRequest, *, project_id: int, **arguments: Any) -> HttpResponse:
        access = get_admin_access(request.user, project_id)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        return view(request, access, **arguments)

    return guarded


def is_local_address(address: str, request: HttpRequest) -> bool:
    """Whether it is a path of this site, so that a link to it cannot lead people elsewhere."""
    return address.startswith("/") and url_has_allowed_host_and_scheme(address, allowed_hosts={request.get_host()})


def _send_to_sign_in(request: HttpRequest) -> HttpResponse:
    """To the sign-in page, and from there back here; a POST is not repeated."""
    htmx = getattr(request, "htmx", None)
    if htmx:
        current = urlsplit(htmx.current_url or "")
        back = f"{current.path}?{current.query}" if current.query else current.path
        return HttpResponseClientRedirect(redirect_to_login(back or "/").url)
    return redirect_to_login(request.get_full_path() if request.method in _READING else "/")
