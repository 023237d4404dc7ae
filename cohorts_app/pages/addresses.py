"""Addresses of cohorts."""

from django.urls import reverse

from cohorts_app.models import Cohort
from profiles_app.filters.tree import CohortLeaf, Filter, Population
from profiles_app.models import Project
from profiles_app.users_page.addresses import address_of_people
from profiles_app.users_page.state import PeopleState


def address_of_cohorts(project: Project) -> str:
    return reverse("cohorts", kwargs={"project_id": project.pk})


def address_of_cohort(cohort: Cohort) -> str:
    return reverse("cohort", kwargs={"project_id": cohort.project_id, "cohort_id": cohort.pk})


def address_of_members(project: Project, cohort: Cohort) -> str:
    """The table of the people who are in it."""
    everybody = PeopleState(population=Population.ALL, filter=Filter(Population.ALL, CohortLeaf(cohort.pk)))
    return everybody.url(address_of_people(project, cohort.group_key))
