"""Addresses of the cohorts' API; each answers with and without a trailing slash."""

from cohorts_app.api import lists, views
from profiles_app.api.urls import both

_cohort = "api/v1/cohorts/<int:cohort_id>"

urlpatterns = [
    *both("api/v1/cohorts", views.CohortList.as_view(), "api-cohorts"),
    *both(_cohort, views.OneCohortView.as_view(), "api-cohort"),
    *both(f"{_cohort}/members", views.Members.as_view(), "api-members"),
    *both(f"{_cohort}/members.csv", views.MembersFile.as_view(), "api-members-file"),
    *both(f"{_cohort}/lists", lists.ListsView.as_view(), "api-lists"),
    *both(f"{_cohort}/lists/<int:list_id>", lists.OneListView.as_view(), "api-list"),
    *both(f"{_cohort}/lists/<int:list_id>.csv", lists.OutcomesFile.as_view(), "api-list-file"),
    *both(f"{_cohort}/sizes", views.SizesView.as_view(), "api-sizes"),
    *both("api/query/cohorts/list", views.CompatibleList.as_view(), "api-compatible-cohorts"),
    *both("api/2.0/cohorts/list", views.CompatibleList.as_view(), "api-compatible-cohorts-2.0"),
]
