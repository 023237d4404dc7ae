"""Addresses of the ingestion; each answers with and without a trailing slash."""

from django.urls import re_path

from profiles_app.ingest import views

urlpatterns = [
    re_path(r"^engage/?$", views.engage, name="engage"),
    re_path(r"^groups/?$", views.groups, name="groups"),
    re_path(r"^track/?$", views.track, name="track"),
    re_path(r"^import/?$", views.import_events, name="import-events"),
]
