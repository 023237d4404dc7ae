"""All addresses. Pages of a project live under /projects/<id>/."""

from django.urls import include, path

from config.health import healthz

handler404 = "profiles_app.http.errors.page_not_found"

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("", include("profiles_app.ingest.urls")),
    path("", include("profiles_app.urls")),
]
