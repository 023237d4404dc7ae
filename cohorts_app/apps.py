"""Cohorts: people and groups chosen by a saved filter."""

from django.apps import AppConfig


class CohortsConfig(AppConfig):
    name = "cohorts_app"
    verbose_name = "Cohorts"

    def ready(self) -> None:
        from cohorts_app.resolver import ProjectCohorts
        from profiles_app.filters.cohorts import register_cohorts

        register_cohorts(ProjectCohorts)
