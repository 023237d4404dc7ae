"""All addresses. Pages of a project live under /projects/<id>/."""

from django.urls import include, path

from config.health import healthz

handler404 = "profiles_app.http.errors.page_not_found"
handler500 = "profiles_app.api.errors.server_error"

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("", include("profiles_app.ingest.urls")),
    path("", include("profiles_app.api.urls")),
    path("", include("cohorts_app.api.urls")),
    path("", include("imports_app.api.urls")),
    path("", include("imports_app.urls")),
    path("projects/<int:project_id>/cohorts", include("cohorts_app.urls")),
    path("", include("profiles_app.urls")),
]
