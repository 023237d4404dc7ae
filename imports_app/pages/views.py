"""The wizard, a page for each import whose content follows its state, and the history."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from imports_app import actions
from imports_app.kept import write_kept
from imports_app.models import Import, State, Work
from imports_app.pages.forms import read_columns, read_wishes
from imports_app.pages.show import address_of_import, describe_import, describe_map
from imports_app.rejects import write_rejects
from imports_app.tasks import work_on_import
from imports_app.uploads import CsvUploadHandler, stream_uploads, take_upload
from profiles_app.errors import BadInput, UserFacingError
from profiles_app.http.doors import MemberRequest, admin_action, member_page
from profiles_app.models import GroupKey, Project
from profiles_app.numbers import read_id
from profiles_app.people.frame import render_fragment, render_page
from profiles_app.selectors.access import Access, get_group_key

queue = work_on_import.delay
_SHOWN: Final = 50


@member_page
def imports(request: MemberRequest, access: Access) -> HttpResponse:
    """The imports of the project, newest first; those before one of them (`?before=<id>`)."""
    before = read_id(request.GET.get("before", ""))
    found = actions.list_imports(access.project, before=before, most=_SHOWN + 1)
    rows = [describe_import(job, access, in_list=True) for job in found[:_SHOWN]]
    context = {"here": "imports", "rows": rows, "before": before, "older": len(found) > _SHOWN and rows[-1].job.pk}
    return render_page(request, "imports/list.html", access, context)


@member_page
def new_import(request: MemberRequest, access: Access) -> HttpResponse:
    """The first step: a file, and whose profiles it is about (`?group=<id>`)."""
    return _show_upload(request, access, group=request.GET.get("group", ""))


def _show_upload(
    request: MemberRequest, access: Access, *, group: str, problem: str = "", status: int = 200
) -> HttpResponse:
    key = _find_group_key(access.project, group)
    context = {"here": "imports", "chosen_group": key.pk if key else None, "problem": problem}
    return render_page(request, "imports/new.html", access, context, status=status)


def _find_group_key(project: Project, text: str) -> GroupKey | None:
    """Users for an empty text. Raises `NotFound`."""
    if not text:
        return None
    return get_group_key(project, read_id(text) or 0)


@csrf_exempt
@admin_action
def upload_import(request: MemberRequest, access: Access) -> HttpResponse:
    """The file arrives. Where it goes is settled before anything looks into the body, the CSRF check too."""
    return _receive(request, access, stream_uploads(request))


@csrf_protect
def _receive(request: MemberRequest, access: Access, handler: CsvUploadHandler) -> HttpResponse:
    group = request.POST.get("group", "")
    key = _find_group_key(access.project, group)
    try:
        with take_upload(request.FILES, handler) as (file, name):
            job = actions.create_import(access.project, key, user_id=access.user_id, name=name, file=file, queue=queue)
    except UserFacingError as problem:
        return _show_upload(request, access, group=group, problem=problem.message, status=422)
    return redirect(address_of_import(job))


@member_page
def import_page(request: MemberRequest, access: Access, import_id: int) -> HttpResponse:
    """Where an import stands; `?step=map` leads back to the mapping."""
    job = actions.get_import(access.project, import_id)
    return _show(request, access, job, wants_map=request.GET.get("step") == "map")


def _show(
    request: MemberRequest, access: Access, job: Import, *, wants_map: bool = False, status: int = 200, **context: Any
) -> HttpResponse:
    content = {"here": "imports", "row": describe_import(job, access), "job": job}
    is_mapped = job.state in (State.UPLOADED, State.MAPPED) or (wants_map and job.state == State.CHECKED)
    if is_mapped and actions.is_read(job) and job.work == Work.NONE:
        content |= describe_map(job)
    content |= context
    if request.htmx:
        return render_fragment(request, "imports/_import.html", access, {"access": access} | content, status=status)
    return render_page(request, "imports/page.html", access, content, status=status)


@admin_action
def read_import(request: MemberRequest, access: Access, import_id: int) -> HttpResponse:
    """Reads the file in another way."""
    job = actions.get_import(access.project, import_id)
    try:
        actions.change_reading(job, read_wishes(request.POST), queue=queue)
    except BadInput as problem:
        return _show(request, access, job, wants_map=True, status=422, problem=problem.message)
    return redirect(f"{address_of_import(job)}?step=map")


@admin_action
def map_import(request: MemberRequest, access: Access, import_id: int) -> HttpResponse:
    """Takes the mapping, and goes on to the check."""
    job = actions.get_import(access.project, import_id)
    columns = read_columns(request.POST, job)
    empty, unguard = request.POST.get("empty", ""), request.POST.get("unguard") == "1"
    try:
        actions.change_mapping(job, columns, empty=empty, unguard=unguard)
    except BadInput as problem:
        wrong = {str(detail["path"]): detail["message"] for detail in problem.details}
        shown = describe_map(job, columns=columns, wrong=wrong)
        return _show(request, access, job, wants_map=True, status=422, problem=problem.message, **shown)
    actions.start_check(job, queue=queue)
    return redirect(address_of_import(job))


@admin_action
def start_import(request: MemberRequest, access: Access, import_id: int) -> HttpResponse:
    job = actions.get_import(access.project, import_id)
    actions.start_import(job, queue=queue)
    return redirect(address_of_import(job))


@admin_action
def cancel_import(request: MemberRequest, access: Access, import_id: int) -> HttpResponse:
    job = actions.get_import(access.project, import_id)
    actions.cancel_import(job)
    return redirect(address_of_import(job))


@admin_action
def undo_import(request: MemberRequest, access: Access, import_id: int) -> HttpResponse:
    job = actions.get_import(access.project, import_id)
    actions.start_undo(job, queue=queue)
    return redirect(address_of_import(job))


@member_page
def rejected_file(request: MemberRequest, access: Access, import_id: int) -> HttpResponse:
    """The rejected rows, with the reasons before their cells."""
    job = actions.get_import(access.project, import_id)
    # To the doors it is a response like others: they only set headers.
    return respond_rejects(job)  # type: ignore[return-value]


def respond_rejects(job: Import) -> StreamingHttpResponse:
    """The file as a download. Raises `NotFound`."""
    return _respond_file(job, write_rejects(job), "rejected")


@member_page
def kept_file(request: MemberRequest, access: Access, import_id: int) -> HttpResponse:
    """The ids of those whom the undo left as they are."""
    return respond_kept(actions.get_import(access.project, import_id))  # type: ignore[return-value]


def respond_kept(job: Import) -> StreamingHttpResponse:
    """The file as a download."""
    return _respond_file(job, write_kept(job), "kept")


def _respond_file(job: Import, pieces: Iterator[bytes], what: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8")
    name = f"{Path(job.name).stem or 'import'}-{what}.csv"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    return response
