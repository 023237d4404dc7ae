"""Imports of CSV files."""

from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "imports_app"

    def ready(self) -> None:
        from imports_app.work.adoption import adopt_changes
        from profiles_app.columnar.adoption import people_are_adopted

        people_are_adopted.connect(adopt_changes, dispatch_uid="imports")
