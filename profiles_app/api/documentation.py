"""/api/schema, the description for programs, and /api/docs, the same for people."""

from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer


@cache
def make_schema() -> dict[str, Any]:
    """The OpenAPI document. It is the same for everybody, and tells nothing of any project."""
    schema: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return schema


@cache
def _write_schema(as_json: bool) -> bytes:
    renderer = OpenApiJsonRenderer() if as_json else OpenApiYamlRenderer()
    written: bytes = renderer.render(make_schema(), renderer_context={})
    return written


@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    """The document as YAML; as JSON with `format=json`, or where JSON is what is accepted."""
    wanted = request.GET.get("format", "")
    as_json = wanted == "json" or (not wanted and "application/json" in request.headers.get("Accept", ""))
    kind = "application/json" if as_json else "application/yaml"
    return HttpResponse(
        _write_schema(as_json), content_type=kind, headers={"Vary": "Accept", "Cache-Control": "no-cache"}
    )


@require_safe
@ensure_csrf_cookie
def docs(request: HttpRequest) -> HttpResponse:
    """A page on which the API can be read and tried."""
    return render(request, "api/docs.html")
