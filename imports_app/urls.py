"""Addresses of the pages of imports, below /projects/<id>/imports."""

from django.urls import include, path

from imports_app.pages import views

_imports = [
    path("", views.imports, name="imports"),
    path("/new", views.new_import, name="new-import"),
    path("/upload", views.upload_import, name="upload-import"),
    path("/<int:import_id>", views.import_page, name="import"),
    path("/<int:import_id>/reading", views.read_import, name="read-import"),
    path("/<int:import_id>/mapping", views.map_import, name="map-import"),
    path("/<int:import_id>/start", views.start_import, name="start-import"),
    path("/<int:import_id>/cancel", views.cancel_import, name="cancel-import"),
    path("/<int:import_id>/undo", views.undo_import, name="undo-import"),
    path("/<int:import_id>/rejected.csv", views.rejected_file, name="rejected-file"),
    path("/<int:import_id>/kept.csv", views.kept_file, name="kept-file"),
]

urlpatterns = [path("projects/<int:project_id>/imports", include(_imports))]
