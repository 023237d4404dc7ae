"""Every refusal in one shape: `{"error": {"code", "message", "details"}}`."""

import logging
from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.defaults import server_error as server_error_page
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.settings import api_settings

from profiles_app.api.authentication import CHALLENGE
from profiles_app.errors import (
    BadInput,
    NotAllowed,
    NotFound,
    TooLarge,
    Unavailable,
    UserFacingError,
    WrongMethod,
)

RETRY_AFTER: Final = "5"  # seconds
_log: Final = logging.getLogger(__name__)


class WrongMediaType(UserFacingError):
    code = "wrong_media_type"
    status = 415


# The first that fits is what is said.
_SAID: Final[tuple[tuple[type[Exception] | tuple[type[Exception], ...], type[UserFacingError], str], ...]] = (
    (exceptions.MethodNotAllowed, WrongMethod, "This address does not take this method."),
    (exceptions.PermissionDenied, NotAllowed, "With a session, a change carries the CSRF token (X-CSRFToken)."),
    (exceptions.APIException, BadInput, "This request cannot be read."),
    (Http404, NotFound, "There is nothing at this address."),
    (RequestDataTooBig, TooLarge, "The body of this request is too large."),
    (SuspiciousOperation, BadInput, "This request cannot be read."),
    ((OperationalError, InterfaceError), Unavailable, "The database cannot be reached at the moment. Ask again."),
)


def answer_error(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """DRF's exception handler. None, which raises again, for what is a bug."""
    known = _translate(error, context)
    if known is None:
        return None
    body = {"error": {"code": known.code, "message": known.message, "details": known.details}}
    response = Response(body, status=known.status)
    if isinstance(error, exceptions.MethodNotAllowed):
        response["Allow"] = ", ".join(context["view"].allowed_methods)
    if known.status == 401:
        response["WWW-Authenticate"] = CHALLENGE
    if isinstance(known, Unavailable):
        response["Retry-After"] = RETRY_AFTER
    return response


def _translate(error: Exception, context: Mapping[str, Any]) -> UserFacingError | None:
    """The error in Roster's words; None for a bug."""
    if isinstance(error, UserFacingError):
        return error
    if isinstance(error, exceptions.ValidationError):
        details = list(_list_problems(error.detail))
        return BadInput(_summarize(details), details=details)
    if isinstance(error, exceptions.UnsupportedMediaType):
        wanted = context["view"].parser_classes[0].media_type
        return WrongMediaType(f"The body is of a kind that is not read here: send {wanted}.")
    if isinstance(error, OperationalError | InterfaceError):
        _log.error("The database failed a request to the API: %s", error)
    return next((ours(message) for kind, ours, message in _SAID if isinstance(error, kind)), None)


def _list_problems(detail: Any, path: str = "") -> Iterator[dict[str, object]]:
    """DRF's nested problems as a flat list, each with its place."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            yield from _list_problems(inner, path + _say_step(name, path))
    elif isinstance(detail, list):
        for inner in detail:
            yield from _list_problems(inner, path)
    else:
        yield {"path": path, "code": detail.code, "message": str(detail)}


def _say_step(name: object, path: str) -> str:
    # Of all parameters together: that is no place.
    if name == api_settings.NON_FIELD_ERRORS_KEY:
        return ""
    return f"[{name}]" if isinstance(name, int) else f".{name}" if path else str(name)


def _summarize(details: list[dict[str, object]]) -> str:
    first = details[0]
    return f"{first['path']}: {first['message']}" if first["path"] else str(first["message"])


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's 500 handler: JSON below /api/, where programs read it, else the page."""
    if not request.path.startswith("/api/"):
        return server_error_page(request)
    message = "Roster failed at this request. The reason is in its log."
    return JsonResponse({"error": {"code": "server_error", "message": message, "details": []}}, status=500)
