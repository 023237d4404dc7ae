"""One place that turns a `UserFacingError` into a page, a fragment or JSON."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from profiles_app.errors import NotFound, UserFacingError

GetResponse = Callable[[HttpRequest], HttpResponse]


class UserFacingErrorMiddleware:
    """Answers a `UserFacingError` that a view raised, in the form that the caller reads."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return answer_error(request, error) if isinstance(error, UserFacingError) else None


def answer_error(request: HttpRequest, error: UserFacingError) -> HttpResponse:
    """JSON below /api/, a fragment for htmx, otherwise a page; with the error's status."""
    if request.path.startswith("/api/"):
        body = {"error": {"code": error.code, "message": error.message, "details": error.details}}
        return JsonResponse(body, status=error.status)
    name = "errors/_error.html" if getattr(request, "htmx", False) else "errors/error.html"
    return render(request, name, {"error": error}, status=error.status)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's 404 handler, in Roster's look."""
    return answer_error(request, NotFound("There is nothing at this address. It may have been moved or deleted."))
