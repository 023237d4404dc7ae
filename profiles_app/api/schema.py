"""How the API describes itself: what drf-spectacular cannot read off the views."""

from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple, TypeVar

from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerFieldExtension
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.serializers import BaseSerializer, Serializer
from rest_framework.views import APIView

from profiles_app.api.filter_schema import list_filter_components
from profiles_app.api.parameters import MOST_NAMES, Parameters

FORM: Final = "application/x-www-form-urlencoded"
_CSV: Final = "text/csv"
_JSON: Final = "application/json"
_ERRORS: Final = {
    "400": "The request is wrong; `details` says where.",
    "401": "No credentials, or wrong ones.",
    "403": "A request with a session lacks the CSRF token.",
    "404": "It does not exist, or belongs to another project.",
    "405": "The address does not take this method.",
    "413": "More than a limit allows.",
    "415": "The body is of a kind that is not read here.",
    "503": "The question took too long, or the data cannot be reached; `Retry-After` says when to ask again.",
}
_CHANGE_ERRORS: Final = {
    "403": "An analyst's session, where it is for admins, or one without the CSRF token.",
    "409": "It was changed meanwhile, against `expect` or `version`.",
    "422": "A limit of what is stored forbids it; `details` says where.",
}
_TEXT: Final = {"type": "string"}
_PROBLEM: Final = {
    "type": "object",
    "description": "`path`: the parameter, or the place in the filter, as `where.all[1].value`.",
    "properties": {"path": _TEXT, "code": _TEXT, "message": _TEXT},
    "required": ["path", "code", "message"],
}
_REFUSAL: Final = {
    "type": "object",
    "description": "`code` is for programs and stable; `message` says to people what to do.",
    "properties": {"code": _TEXT, "message": _TEXT, "details": {"type": "array", "items": _PROBLEM}},
    "required": ["code", "message", "details"],
}
_ERROR_COMPONENTS: Final = {"Error": {"type": "object", "properties": {"error": _REFUSAL}, "required": ["error"]}}
# Parameters of a query string whose text is JSON.
_JSON_PARAMETERS: Final = {"filter", "distinct_ids", "output_properties", "filter_by_cohort"}
_PROJECT_ID: Final = OpenApiParameter(
    "project_id",
    OpenApiTypes.INT,
    description="The project: needed with a session, checked with other credentials.",
)
_DISTINCT_ID: Final = OpenApiParameter("distinct_id", OpenApiTypes.STR, OpenApiParameter.PATH, description="Encoded.")

# A serializer, or types by status and content type.
Answer = type[Serializer[Any]] | BaseSerializer[Any] | dict[tuple[int, str], Any]
NOTHING: Final[Answer] = {(204, _JSON): None}
V = TypeVar("V", bound=type[APIView])


class Operation(NamedTuple):
    """One method of an address."""

    id: str
    summary: str
    parameters: type[Parameters]
    answer: Answer


_Words = tuple[str, str, type[Parameters], Answer]


def describe(
    *,
    get: _Words | None = None,
    post: _Words | None = None,
    form: _Words | None = None,
    csv: _Words | None = None,
    patch: _Words | None = None,
    delete: _Words | None = None,
) -> Callable[[V], V]:
    """Describes a view: its GET and DELETE, and its POST and PATCH of JSON, or its POST of a form, whose
    fields equal the parameters, or of CSV, with the parameters in the address."""

    def decorate(view: V) -> V:
        operations = {}
        if get:
            operations["get"] = _extend(Operation(*get), view)
        if post:
            operations["post"] = _extend(Operation(*post), view, body=_JSON)
        if form:
            operations["post"] = _extend(Operation(*form), view, body=FORM)
        if csv:
            operations["post"] = _extend(Operation(*csv), view, body=_CSV)
        if patch:
            operations["patch"] = _extend(Operation(*patch), view, body=_JSON)
        if delete:
            operations["delete"] = _extend(Operation(*delete), view)
        decorated: V = extend_schema_view(**operations)(view)
        return decorated

    return decorate


def _extend(operation: Operation, view: type[APIView], body: str = "") -> Any:
    handler = getattr(view, "get", None) or view.post  # type: ignore[attr-defined]
    in_path = [_DISTINCT_ID] if "distinct_id" in handler.__code__.co_varnames else []
    parameters = [operation.parameters] if operation.parameters().fields else []
    in_body = parameters if body != _CSV else [OpenApiTypes.STR]
    return extend_schema(
        operation_id=operation.id,
        summary=operation.summary,
        parameters=[*in_path, _PROJECT_ID, *(parameters if body in ("", _CSV) else ())],
        request={body: in_body[0]} if body and in_body else None,
        responses=operation.answer,
    )


class ProjectScheme(OpenApiAuthenticationExtension):
    """Basic auth, or the cookie of a session."""

    target_class = "profiles_app.api.authentication.ProjectAuthentication"
    name = ["basic", "session"]

    def get_security_requirement(self, auto_schema: Any) -> Any:
        return [{name: []} for name in self.name]

    def get_security_definition(self, auto_schema: Any) -> Any:
        how = "The project secret as user name with an empty password; or a service account's name and secret."
        session = "Somebody who is signed in; `project_id` says which project."
        return [
            {"type": "http", "scheme": "basic", "description": how},
            {"type": "apiKey", "in": "cookie", "name": "sessionid", "description": session},
        ]


class FilterTreeField(OpenApiSerializerFieldExtension):
    target_class = "profiles_app.api.parameters.FilterTree"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        return {"$ref": "#/components/schemas/Filter"}


class PropertyValuesField(OpenApiSerializerFieldExtension):
    target_class = "profiles_app.api.parameters.PropertyValues"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        return {"type": "object", "additionalProperties": {"nullable": True}, "maxProperties": MOST_NAMES}


class CohortChoiceField(OpenApiSerializerFieldExtension):
    target_class = "profiles_app.api.compatible.CohortChoice"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        number = {"type": "integer", "minimum": 1, "maximum": 2**31 - 1}
        return {"type": "object", "properties": {"id": number}, "required": ["id"], "additionalProperties": False}


def leave_out_twins(endpoints: list[tuple[str, str, str, Any]]) -> list[tuple[str, str, str, Any]]:
    """Preprocessing hook: each view once, not with a trailing slash and under its second name again."""
    return [entry for entry in endpoints if not entry[0].endswith("/") and not entry[0].startswith("/api/2.0/")]


def complete(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Postprocessing hook: errors, tags, JSON in query strings, the filter language."""
    schemas: dict[str, Any] = result["components"]["schemas"]
    schemas.update(list_filter_components() | _ERROR_COMPONENTS)
    for name, schema in schemas.items():
        if name.endswith("Parameters"):
            schema["additionalProperties"] = False
    for path, method, operation in _list_operations(result):
        operation["tags"] = [_choose_tag(path)]
        errors = _ERRORS | _CHANGE_ERRORS if method in {"patch", "delete"} else _ERRORS
        operation["responses"] |= {status: _describe_error(text) for status, text in errors.items()}
        for parameter in operation.get("parameters", ()):
            _write_like_json(parameter)
        _write_form_like_json(operation)
    return result


def _list_operations(result: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in result["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def _choose_tag(path: str) -> str:
    if path.startswith("/api/query"):
        return "Mixpanel-compatible"
    if path.startswith("/api/v1/cohorts"):
        return "Cohorts"
    if path.startswith("/api/v1/imports"):
        return "Imports"
    return "Profiles" if path.startswith("/api/v1/profile") else "Names and values"


def _describe_error(description: str) -> dict[str, Any]:
    return {"description": description, "content": {_JSON: {"schema": {"$ref": "#/components/schemas/Error"}}}}


def _write_like_json(parameter: dict[str, Any]) -> None:
    """How a query string writes what is no plain text."""
    if parameter["in"] != "query":
        return
    if parameter["name"] in _JSON_PARAMETERS:
        parameter["content"] = {_JSON: {"schema": parameter.pop("schema")}}
    elif parameter["name"] == "columns":
        parameter |= {"style": "form", "explode": False}


def _write_form_like_json(operation: dict[str, Any]) -> None:
    form = operation.get("requestBody", {}).get("content", {}).get(FORM)
    if form is not None:
        form["encoding"] = {name: {"contentType": _JSON} for name in sorted(_JSON_PARAMETERS)}
