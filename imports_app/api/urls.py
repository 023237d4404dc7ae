"""Addresses of the imports' API; each answers with and without a trailing slash."""

from imports_app.api import views
from profiles_app.api.urls import both

_import = "api/v1/imports/<int:import_id>"

urlpatterns = [
    *both("api/v1/imports", views.ImportList.as_view(), "api-imports"),
    *both(_import, views.OneImportView.as_view(), "api-import"),
    *both(f"{_import}/check", views.CheckView.as_view(), "api-import-check"),
    *both(f"{_import}/start", views.StartView.as_view(), "api-import-start"),
    *both(f"{_import}/cancel", views.CancelView.as_view(), "api-import-cancel"),
    *both(f"{_import}/undo", views.UndoView.as_view(), "api-import-undo"),
    *both(f"{_import}/rejected.csv", views.RejectedFile.as_view(), "api-import-rejected"),
    *both(f"{_import}/kept.csv", views.KeptFile.as_view(), "api-import-kept"),
]
