"""/api/v1/imports: the wizard's steps for scripts."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from imports_app import actions
from imports_app.api.answers import show_import
from imports_app.api.parameters import (
    READING,
    ImportChangeParameters,
    Imports,
    ListParameters,
    NoParameters,
    OneImport,
    UploadParameters,
)
from imports_app.mapping.columns import Column
from imports_app.models import Import
from imports_app.pages.views import respond_kept, respond_rejects
from imports_app.tasks import work_on_import
from imports_app.uploads import stream_uploads, take_upload
from profiles_app.api.authentication import check_may_change
from profiles_app.api.request_fields import JsonParser
from profiles_app.api.views import ProjectView
from profiles_app.errors import BadInput, Unavailable
from profiles_app.models import GroupKey

queue = work_on_import.delay
M = TypeVar("M", bound=Callable[..., Any])
_MOST_LISTED: Final = 200
_BEFORE: Final = OpenApiParameter("before", OpenApiTypes.INT, description="The id of an import: those before it.")
_NUMBER: Final = OpenApiParameter("import_id", OpenApiTypes.INT, OpenApiParameter.PATH)
_PROJECT_ID: Final = OpenApiParameter(
    "project_id",
    OpenApiTypes.INT,
    description="The project: needed with a session, checked with other credentials.",
)


def _describe(
    id_: str, summary: str, answer: Any, *, body: Any = None, path: bool = True, more: tuple[OpenApiParameter, ...] = ()
) -> Callable[[M], M]:
    parameters = [*more, _NUMBER, _PROJECT_ID] if path else [*more, _PROJECT_ID]
    describe: Callable[[M], M] = extend_schema(
        operation_id=id_, summary=summary, parameters=parameters, request=body, responses=answer
    )
    return describe


class ImportView(ProjectView):
    """An address of one import."""

    def find(self, import_id: int) -> Import:
        """For a change. Raises `NotFound`, and `NotAllowed` for analysts."""
        check_may_change(self.request, self.project)
        return actions.get_import(self.project, import_id)

    def answer(self, import_id: int, status: int = 200) -> Response:
        return Response(show_import(actions.get_import(self.project, import_id)), status=status)

    def read_nothing(self) -> None:
        """A body with a parameter would be a misunderstanding."""
        self.read(NoParameters)


class ImportList(ImportView):
    """The imports of a project, newest first, 200 at once; and the upload of a file, which begins one."""

    parser_classes = [MultiPartParser, FormParser, JsonParser]

    def initialize_request(self, request: Any, *args: Any, **kwargs: Any) -> Request:
        # Before anything reads the body, the check of credentials too.
        if request.method == "POST":
            self._handler = stream_uploads(request)
        return super().initialize_request(request, *args, **kwargs)

    @_describe("list_imports", "List imports", Imports, path=False, more=(_BEFORE,))
    def get(self, request: Request) -> Response:
        before = self.read(ListParameters).get("before")
        found = actions.list_imports(self.project, before=before, most=_MOST_LISTED)
        return Response({"results": [show_import(job, whole=False) for job in found]})

    @_describe(
        "create_import",
        "Upload a file",
        {201: OneImport},
        body={"multipart/form-data": UploadParameters},
        path=False,
    )
    def post(self, request: Request) -> Response:
        check_may_change(request, self.project)
        with take_upload(request.FILES, self._handler) as (file, name):
            group_key: GroupKey | None = self.read(UploadParameters).get("group_key")
            job = actions.create_import(
                self.project, group_key, user_id=self.user_id, name=name, file=file, queue=queue
            )
        return self.answer(job.pk, status=201)


class OneImportView(ImportView):
    """One import, at any time; and its mapping."""

    @_describe("get_import", "Get an import", OneImport)
    def get(self, request: Request, import_id: int) -> Response:
        self.read_nothing()
        return self.answer(import_id)

    @_describe("change_import", "Say how to read and to map the file", OneImport, body=ImportChangeParameters)
    def patch(self, request: Request, import_id: int) -> Response:
        job = self.find(import_id)
        chosen = self.read(ImportChangeParameters)
        wishes = {name: chosen[name] for name in READING if name in chosen}
        if wishes:
            actions.change_reading(job, wishes, queue=queue)
            job = actions.get_import(self.project, import_id)
        if {"columns", "empty", "unguard"} & chosen.keys():
            self._map(job, chosen)
        return self.answer(import_id)

    def _map(self, job: Import, chosen: dict[str, Any]) -> None:
        if not job.columns:
            raise Unavailable(
                "The file is still being read. Ask for the import, and map it when its columns are there."
            )
        columns = [Column.from_json(document) for document in job.columns]
        if "columns" in chosen:
            columns = _choose(columns, chosen["columns"])
        empty, unguard = chosen.get("empty", job.empty), chosen.get("unguard", job.unguard)
        actions.change_mapping(job, columns, empty=empty, unguard=unguard)


def _choose(columns: list[Column], wanted: list[dict[str, Any]]) -> list[Column]:
    """A column that is left out is not imported. Raises `BadInput`."""
    by_index = {entry["index"]: entry for entry in wanted}
    wrong = by_index.keys() - {column.index for column in columns}
    if wrong or len(by_index) < len(wanted):
        message = f"The file has {len(columns)} columns, counted from 0; name each once."
        raise BadInput(message, details=[{"path": "columns", "code": "wrong_value", "message": message}])
    return [
        Column(
            index=column.index,
            header=column.header,
            name=by_index[column.index]["property"] if column.index in by_index else column.name,
            kind=by_index[column.index]["kind"] if column.index in by_index else column.kind,
            chosen=column.index in by_index,
        )
        for column in columns
    ]


class CheckView(ImportView):
    @_describe("check_import", "Check what the import would do", {202: OneImport})
    def post(self, request: Request, import_id: int) -> Response:
        self.read_nothing()
        actions.start_check(self.find(import_id), queue=queue)
        return self.answer(import_id, status=202)


class StartView(ImportView):
    @_describe("start_import", "Start the import", {202: OneImport})
    def post(self, request: Request, import_id: int) -> Response:
        self.read_nothing()
        actions.start_import(self.find(import_id), queue=queue)
        return self.answer(import_id, status=202)


class CancelView(ImportView):
    @_describe("cancel_import", "Cancel the import", {202: OneImport})
    def post(self, request: Request, import_id: int) -> Response:
        self.read_nothing()
        actions.cancel_import(self.find(import_id))
        return self.answer(import_id, status=202)


class UndoView(ImportView):
    @_describe("undo_import", "Undo the import", {202: OneImport})
    def post(self, request: Request, import_id: int) -> Response:
        self.read_nothing()
        actions.start_undo(self.find(import_id), queue=queue)
        return self.answer(import_id, status=202)


class RejectedFile(ImportView):
    @_describe("get_rejected_rows", "Get the rejected rows as CSV", {(200, "text/csv"): OpenApiTypes.STR})
    def get(self, request: Request, import_id: int) -> StreamingHttpResponse:
        self.read_nothing()
        return respond_rejects(actions.get_import(self.project, import_id))


class KeptFile(ImportView):
    @_describe("get_kept_ids", "Get the ids that an undo kept as CSV", {(200, "text/csv"): OpenApiTypes.STR})
    def get(self, request: Request, import_id: int) -> StreamingHttpResponse:
        self.read_nothing()
        return respond_kept(actions.get_import(self.project, import_id))
