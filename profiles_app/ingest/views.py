"""/engage, /groups, /track and /import: no session, no CSRF, CORS open."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.core.signals import got_request_exception
from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from profiles_app.errors import BadInput, NotSignedIn, Unavailable, UserFacingError, WrongMethod
from profiles_app.ingest import take
from profiles_app.ingest.answers import Form, allow_origin, answer_error, answer_outcome, parse_form
from profiles_app.ingest.body import read_body
from profiles_app.ingest.outcome import Outcome, RecordProblem
from profiles_app.ingest.take import Records
from profiles_app.ingest.transactions import get_sqlstate
from profiles_app.ingest.wire import Batch, parse_request
from profiles_app.models import Project
from profiles_app.selectors.credentials import get_project_by_basic_auth, get_projects_by_token

_FOREIGN_KEY: Final = "23503"  # foreign_key_violation
_log: Final = logging.getLogger(__name__)

Take = Callable[[Records, Outcome], None]
View = Callable[[HttpRequest], HttpResponse]
Serve = Callable[[HttpRequest, Batch, Form], Outcome]


def _serve(*, always_strict: bool = False) -> Callable[[Serve], View]:
    """Wraps what handles a batch: reads the request, answers in the sender's form, opens CORS."""

    def decorate(serve: Serve) -> View:
        @csrf_exempt
        @wraps(serve)
        def view(request: HttpRequest) -> HttpResponse:
            if request.method == "OPTIONS":
                return allow_origin(request, HttpResponse(status=204))
            return allow_origin(request, _answer(request, serve, always_strict=always_strict))

        return view

    return decorate


class _Broken(UserFacingError):
    code = "broken"
    status = 500


def _answer(request: HttpRequest, serve: Serve, *, always_strict: bool) -> HttpResponse:
    """The answer in the sender's form, to a bug too: a browser shows no answer to a page of
    another origin that does not say that it may."""
    query = {name: value for name, value in request.GET.items() if isinstance(value, str)}
    try:
        return _answer_batch(request, query, serve, always_strict=always_strict)
    except Exception:  # noqa: BLE001 — the boundary of a request
        got_request_exception.send(sender=None, request=request)
        _log.exception("A request to %s failed", request.path)
        message = "Roster failed at this, and has written the reason into its log. Send this again later."
        return answer_error(_Broken(message), parse_form(query, always_strict=always_strict))


def _answer_batch(request: HttpRequest, query: dict[str, str], serve: Serve, *, always_strict: bool) -> HttpResponse:
    form = parse_form(query, always_strict=always_strict)
    try:
        if request.method == "HEAD":
            return HttpResponse(status=405)
        if request.method not in {"GET", "POST"}:
            raise WrongMethod("Send records with POST.")
        batch = parse_request(read_body(request), content_type=request.content_type or "", query=query)
        form = parse_form(batch.options, always_strict=always_strict)
        return answer_outcome(serve(request, batch, form), form)
    except UserFacingError as error:
        return answer_error(error, form)
    except (OperationalError, InterfaceError):
        # The batch was not acknowledged, so its sender still has it and tries again.
        return answer_error(Unavailable("The database cannot be reached at the moment. Send this again."), form)
    except IntegrityError as error:
        if get_sqlstate(error) != _FOREIGN_KEY:
            raise
        message = "The kind of group, or the project, was being deleted at this moment. Send this again."
        return answer_error(Unavailable(message), form)


def _run(form: Form, work: Callable[[], None], *, parts: int = 1) -> None:
    """Runs the work, that of several projects in one transaction; a dry run is undone as a whole."""
    if parts == 1 and not form.dry_run:
        work()
        return
    with transaction.atomic():
        work()
        transaction.set_rollback(form.dry_run)


@_serve()
def engage(request: HttpRequest, batch: Batch, form: Form) -> Outcome:
    """Profile updates of users; each record names its project by `$token`."""
    return _take_by_token(batch, form, take.engage, _get_profile_token)


@_serve()
def groups(request: HttpRequest, batch: Batch, form: Form) -> Outcome:
    """Profile updates of groups; each record names its project by `$token`."""
    return _take_by_token(batch, form, take.engage_groups, _get_profile_token)


@_serve()
def track(request: HttpRequest, batch: Batch, form: Form) -> Outcome:
    """Events; each record names its project by `properties.token`."""
    address = _get_address(request) if batch.options.get("ip") == "1" else ""

    def track_undated(records: Records, outcome: Outcome) -> None:
        take.track(records, outcome, dated=False)

    return _take_by_token(batch, form, track_undated, _get_event_token, address=address)


@_serve(always_strict=True)
def import_events(request: HttpRequest, batch: Batch, form: Form) -> Outcome:
    """Events with their history, for the project of the credentials."""
    project = get_project_by_basic_auth(request.headers.get("Authorization", ""), batch.options.get("project_id", ""))
    outcome = Outcome(total=len(batch.records))
    records = _make_records(project, list(enumerate(batch.records)), batch)
    _run(form, lambda: take.track(records, outcome, dated=True))
    return outcome


def _make_records(project: Project, items: list[tuple[int, Any]], batch: Batch, address: str = "") -> Records:
    return Records(project=project, items=items, odd_text=batch.odd_text, size=batch.size, address=address)


def _get_address(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))


def _get_profile_token(record: Any) -> str:
    token = record.get("$token") if isinstance(record, dict) else None
    return token if isinstance(token, str) else ""


def _get_event_token(record: Any) -> str:
    properties = record.get("properties") if isinstance(record, dict) else None
    token = properties.get("token") if isinstance(properties, dict) else None
    return token if isinstance(token, str) else ""


def _take_by_token(
    batch: Batch, form: Form, take_records: Take, get_token: Callable[[Any], str], *, address: str = ""
) -> Outcome:
    """Hands the records of each project to `take_records`. Raises `NotSignedIn` when no record
    names a project that exists; a single stray record fails alone."""
    outcome = Outcome(total=len(batch.records))
    by_token = _group_by_token(batch.records, get_token)
    projects = get_projects_by_token({token for token in by_token if token and token.isprintable()})
    if not projects:
        _refuse_tokens(batch, by_token)
    with_project = [(projects.get(token), items) for token, items in by_token.items()]
    _run(form, lambda: _take_all(with_project, batch, take_records, outcome, address), parts=len(projects))
    outcome.failed.sort(key=lambda note: note.index)
    return outcome


def _group_by_token(records: list[Any], get_token: Callable[[Any], str]) -> dict[str, list[tuple[int, Any]]]:
    """The records by token, each with its place in the request."""
    tokens = [get_token(record) for record in records]
    places = list(enumerate(records))
    if tokens.count(tokens[0]) == len(tokens):
        return {tokens[0]: places}
    by_token: dict[str, list[tuple[int, Any]]] = {}
    for token, place in zip(tokens, places, strict=True):
        by_token.setdefault(token, []).append(place)
    return by_token


def _take_all(
    parts: list[tuple[Project | None, list[tuple[int, Any]]]],
    batch: Batch,
    take_records: Take,
    outcome: Outcome,
    address: str,
) -> None:
    for project, items in parts:
        if project is not None:
            take_records(_make_records(project, items, batch, address), outcome)
            continue
        for index, _ in items:
            outcome.fail(index, RecordProblem("token", "is missing, or not the token of a project here."))


def _refuse_tokens(batch: Batch, by_token: dict[str, Any]) -> None:
    if all(not isinstance(record, dict) for record in batch.records):
        raise BadInput("No record is an object. Send a list of objects.")
    if not any(by_token):
        raise NotSignedIn("No record carries a project token. Put the project's token into each record.")
    raise NotSignedIn("The project token is not known here. Copy it from the project's settings.")
