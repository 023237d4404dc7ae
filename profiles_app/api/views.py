"""What all addresses of the API have in common."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar, cast

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import add_never_cache_headers
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from profiles_app.api.authentication import ProjectAuthentication
from profiles_app.api.parameters import Parameters
from profiles_app.api.request_fields import JsonParser, read_fields
from profiles_app.models import Project

P = TypeVar("P", bound=Parameters)


class AnyAccept(DefaultContentNegotiation):
    """The API speaks JSON, whatever is accepted."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        return renderer, renderer.media_type or ""


class ProjectView(APIView):
    """An address of one project. Whom it answers is settled before the method matters."""

    authentication_classes = [ProjectAuthentication]
    content_negotiation_class = AnyAccept
    parser_classes: Sequence[type[BaseParser]] = [JsonParser]
    renderer_classes = [JSONRenderer]
    metadata_class = None

    @property
    def project(self) -> Project:
        """The project of the credentials."""
        return cast(Project, self.request.auth)

    @property
    def user_id(self) -> int | None:
        """On whose behalf the question is asked; None for a script."""
        number: int | None = self.request.user.pk
        return number

    def read(self, kind: type[P]) -> dict[str, Any]:
        """The checked parameters. Raises `BadInput`, `NotFound` and DRF's `ValidationError`."""
        parameters = kind(data=read_fields(self.request), context={"project": self.project})
        parameters.is_valid(raise_exception=True)
        checked: dict[str, Any] = parameters.validated_data
        return checked

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = super().dispatch(request, *args, **kwargs)
        add_never_cache_headers(response)
        return response
