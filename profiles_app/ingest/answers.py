"""The forms in which senders read what became of their records."""

import base64
import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, JsonResponse

from profiles_app.errors import UserFacingError
from profiles_app.ingest.outcome import Note, Outcome

_PIXEL: Final = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
_CALLBACK: Final = re.compile(r"[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*", re.ASCII)
_NOT_PRINTABLE: Final = re.compile(r"[^\x20-\x7e]")
_SOME_FAILED: Final = "Some data points in the request failed validation."


@dataclass(frozen=True, kw_only=True)
class Form:
    """How the sender wants the answer: `1`, JSON, per-record errors, a script or a picture."""

    verbose: bool = False
    strict: bool = False
    dry_run: bool = False
    picture: bool = False
    callback: str = ""


def parse_form(options: dict[str, str], *, always_strict: bool) -> Form:
    """The form from query and form fields. `always_strict`: per-record errors unless the sender
    says anything else (as for /import, where SDKs send `verbose=0` or `verbose=1` and expect it)."""
    verbose = _is_on(options.get("verbose"))
    strict = options.get("strict")
    return Form(
        verbose=verbose,
        strict=_is_on(strict) if strict is not None else always_strict and "verbose" not in options,
        dry_run=_is_on(options.get("dry_run")),
        picture=_is_on(options.get("img")),
        callback=options.get("callback", ""),
    )


def _is_on(value: str | None) -> bool:
    return value is not None and value.strip().lower() not in {"", "0", "false"}


def answer_outcome(outcome: Outcome, form: Form) -> HttpResponse:
    """The answer for a request that was understood, with the number of failures in a header."""
    if form.strict or form.dry_run:
        response: HttpResponse = _answer_strictly(outcome, form)
    elif form.verbose:
        response = JsonResponse({"status": int(outcome.good_records > 0), "error": _summarise(outcome)})
    else:
        response = _answer_briefly(outcome.good_records > 0, form)
    return _add_headers(response, outcome)


def _answer_strictly(outcome: Outcome, form: Form) -> JsonResponse:
    status = HTTPStatus.BAD_REQUEST if outcome.failed else HTTPStatus.OK
    body: dict[str, Any] = {
        "code": int(status),
        "num_records_imported": outcome.good_records,
        "status": "OK" if status == HTTPStatus.OK else status.phrase,
    }
    if outcome.failed:
        body |= {"error": _SOME_FAILED, "failed_records": [_show_note(note) for note in outcome.failed]}
    if outcome.warnings:
        body["warnings"] = [_show_note(note) for note in outcome.warnings]
    if form.dry_run:
        body |= {"dry_run": True, "would": outcome.counts}
    return JsonResponse(body, status=status)


def _show_note(note: Note) -> dict[str, Any]:
    message = f"'{note.field}' {note.message}" if note.field else note.message
    return {"index": note.index, "insert_id": note.insert_id, "field": note.field, "message": message}


def _summarise(outcome: Outcome) -> str | None:
    """One sentence: how many failed, and the first reason; or the first warning; or nothing."""
    if outcome.failed:
        return f"{outcome.failed_records} of {outcome.total} records failed; {outcome.failed[0].text}"
    return f"applied with a change: {outcome.warnings[0].text}" if outcome.warnings else None


def _answer_briefly(is_good: bool, form: Form) -> HttpResponse:
    if form.picture:
        return HttpResponse(_PIXEL, content_type="image/gif")
    if _CALLBACK.fullmatch(form.callback) and len(form.callback) <= 100:
        return HttpResponse(f"{form.callback}({int(is_good)});", content_type="text/javascript")
    return HttpResponse(str(int(is_good)), content_type="text/plain")


def _add_headers(response: HttpResponse, outcome: Outcome) -> HttpResponse:
    response["X-Failed-Records"] = str(outcome.failed_records)
    if summary := _summarise(outcome):
        response["X-Error"] = _fit_header(summary)
    return response


def _fit_header(text: str) -> str:
    """The text in the characters that a header may hold."""
    return _NOT_PRINTABLE.sub("?", text[:400].encode("ascii", "backslashreplace").decode())


def answer_error(error: UserFacingError, form: Form) -> HttpResponse:
    """The answer for a request that was refused as a whole; the message is always in it."""
    if form.strict or form.dry_run:
        phrase = HTTPStatus(error.status).phrase
        body: dict[str, Any] = {"code": error.status, "error": error.message, "status": phrase}
    else:
        body = {"error": error.message, "status": 0 if form.verbose else "error"}
    response = JsonResponse(body, status=error.status)
    response["X-Error"] = _fit_header(error.message)
    return response


def allow_origin(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Open CORS. Browser SDKs send with credentials, for which a wildcard is not enough; there is
    nothing to protect, since these addresses never read a cookie."""
    origin = request.headers.get("Origin")
    response["Access-Control-Allow-Origin"] = origin or "*"
    response["Vary"] = "Origin"
    if origin:
        response["Access-Control-Allow-Credentials"] = "true"
    response["Access-Control-Expose-Headers"] = "X-Failed-Records, X-Error"
    if request.method == "OPTIONS":
        response["Access-Control-Allow-Methods"] = "GET, POST, OPTIONS"
        asked = request.headers.get("Access-Control-Request-Headers", "")
        response["Access-Control-Allow-Headers"] = _fit_header(asked) or "*"
        response["Access-Control-Max-Age"] = "86400"
    return response
