"""Cohorts: people and groups chosen by a saved filter, or listed."""

from django.apps import AppConfig


class CohortsConfig(AppConfig):
    name = "cohorts_app"
    verbose_name = "Cohorts"

    def ready(self) -> None:
        from cohorts_app.pages.adding import address_of_adding
        from cohorts_app.pages.belonging import address_of_belonging
        from cohorts_app.resolver import ProjectCohorts
        from profiles_app.filters.cohorts import register_cohorts
        from profiles_app.profile_page.parts import Part, register_part
        from profiles_app.users_page.actions import Action, register_action

        register_cohorts(ProjectCohorts)
        register_part(Part(key="cohorts", title="Cohorts", address=address_of_belonging))
        register_action(
            Action(key="cohort", label="Add to cohort", icon="folder-plus", address=address_of_adding, admin_only=False)
        )
