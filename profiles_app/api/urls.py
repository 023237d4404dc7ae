"""Addresses of the API; each answers with and without a trailing slash."""

from collections.abc import Callable

from django.http.response import HttpResponseBase
from django.urls import URLPattern, include, path, register_converter

from profiles_app.api import activity, catalog, documentation, engage, export, profiles, stream, why


class DistinctIdConverter:
    """Any text, slashes and line breaks included."""

    regex = r"[\s\S]+"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(DistinctIdConverter, "distinct_id")


def both(route: str, view: Callable[..., HttpResponseBase], name: str) -> list[URLPattern]:
    """The patterns of an address, with a slash at its end and without."""
    # With the slash first: a distinct id would swallow it.
    return [path(f"{route}/", view, name=name), path(route, view, name=name)]


_profiles = [
    *both("profiles", profiles.Profiles.as_view(), "api-profiles"),
    *both("profiles/count", profiles.ProfilesCount.as_view(), "api-profiles-count"),
    *both("profiles/export.csv", export.ProfilesFile.as_view(), "api-profiles-file"),
    *both("profile", profiles.ProfileById.as_view(), "api-profile-by-id"),
    *both("profile/restore", profiles.ProfileRestoreById.as_view(), "api-restore-by-id"),
    *both("profile/events", activity.ProfileEventsById.as_view(), "api-events-by-id"),
    *both("profile/why", why.ProfileWhyById.as_view(), "api-why-by-id"),
    *both("profiles/<distinct_id:distinct_id>/why", why.ProfileWhy.as_view(), "api-profile-why"),
    *both("profiles/<distinct_id:distinct_id>/events", activity.ProfileEvents.as_view(), "api-profile-events"),
    *both("profiles/<distinct_id:distinct_id>/restore", profiles.ProfileRestore.as_view(), "api-profile-restore"),
    # Last: it takes whatever is left below profiles/.
    *both("profiles/<distinct_id:distinct_id>", profiles.Profile.as_view(), "api-profile"),
]
_catalog = [
    *both("properties", catalog.Properties.as_view(), "api-properties"),
    *both("properties/values", catalog.PropertyValues.as_view(), "api-property-values"),
    *both("events", catalog.EventNames.as_view(), "api-event-names"),
    *both("events/values", catalog.EventValues.as_view(), "api-event-values"),
]


urlpatterns = [
    path("api/v1/", include([*_profiles, *_catalog])),
    *both("api/query/engage", engage.Engage.as_view(), "api-engage"),
    *both("api/2.0/engage", engage.Engage.as_view(), "api-engage-2.0"),
    *both("api/query/stream/query", stream.StreamQuery.as_view(), "api-stream-query"),
    *both("api/2.0/stream/query", stream.StreamQuery.as_view(), "api-stream-query-2.0"),
    *both("api/schema", documentation.schema, "api-schema"),
    *both("api/docs", documentation.docs, "api-docs"),
]
