"""Signing in and out, and the own password."""

from typing import Final

from django.contrib import messages
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.contrib.auth.forms import PasswordChangeForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from profiles_app.http.doors import MemberRequest, is_local_address, signed_in
from profiles_app.people.attempts import begin_try, forgive_try
from profiles_app.people.forms import SignInForm

_WRONG: Final = "E-mail and password do not belong together. Check both and try again."


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The form, and the way in."""
    if request.method != "POST":
        return _show_form(request, SignInForm(initial={"next": request.GET.get("next", "")}))
    form = SignInForm(request.POST)
    if form.is_valid() and _try_to_sign_in(request, form):
        target = form.cleaned_data["next"]
        return redirect(target if is_local_address(target, request) else "home")
    return _show_form(request, form, status=422)


def _try_to_sign_in(request: HttpRequest, form: SignInForm) -> bool:
    """Whether it worked; if not, the form says why, the same for wrong and for unknown."""
    email = form.cleaned_data["email"]
    refusal = begin_try(request, email)
    if refusal:
        form.add_error(None, refusal)
        return False
    user = authenticate(request, username=email, password=form.cleaned_data["password"])
    if user is None:
        form.add_error(None, _WRONG)
        return False
    forgive_try(request, email)
    login(request, user)
    return True


def _show_form(request: HttpRequest, form: SignInForm, *, status: int = 200) -> HttpResponse:
    return render(request, "people/sign_in.html", {"form": form}, status=status)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Ends the session."""
    logout(request)
    return redirect("sign-in")


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def change_password(request: MemberRequest) -> HttpResponse:
    """The own password; other sessions of the person end, this one goes on."""
    form = PasswordChangeForm(request.user, request.POST or None, label_suffix="")
    if request.method == "POST" and form.is_valid():
        form.save()
        update_session_auth_hash(request, request.user)
        messages.success(request, "Your password is changed.")
        return redirect("home")
    status = 422 if request.method == "POST" else 200
    return render(request, "people/password.html", {"form": form}, status=status)
