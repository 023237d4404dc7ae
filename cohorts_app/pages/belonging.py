"""The cohorts of one profile: a part of its page."""

from typing import Any
from urllib.parse import quote

from django.http import HttpResponse

from cohorts_app.models import Cohort
from cohorts_app.pages.addresses import address_of_members
from cohorts_app.selectors.membership import find_cohorts_of
from profiles_app.display.person import choose_title
from profiles_app.errors import TooSlow, Unavailable
from profiles_app.http.doors import MemberRequest, member_page
from profiles_app.models import GroupKey, Project
from profiles_app.people.frame import describe_place, is_part, render_fragment, render_page
from profiles_app.selectors.access import Access, get_optional_group_key
from profiles_app.selectors.profiles import get_profile
from profiles_app.users_page.addresses import address_of_people, address_of_profile, reverse_either


@member_page
def cohorts_of_profile(request: MemberRequest, access: Access, group_key_id: int | None = None) -> HttpResponse:
    """Which cohorts a user or group is in; the address has the distinct id as `id`."""
    group_key = get_optional_group_key(access.project, group_key_id)
    profile = get_profile(access.project, group_key=group_key, distinct_id=request.GET.get("id", ""))
    context: dict[str, Any] = {
        **describe_place(group_key),
        "title": choose_title(profile.distinct_id, profile.properties),
        "profile_url": address_of_profile(access.project, group_key, profile.distinct_id),
    }
    why = f"{address_of_people(access.project, group_key)}/why?id={quote(profile.distinct_id, safe='')}&cohort="

    def link(cohorts: list[Cohort]) -> list[tuple[Cohort, str, str]]:
        return [(cohort, address_of_members(access.project, cohort), f"{why}{cohort.pk}") for cohort in cohorts]

    try:
        found = find_cohorts_of(profile, user_id=access.user_id)
        context |= {"inside": link(found.inside), "outside": link(found.outside), "broken": found.broken}
    except (TooSlow, Unavailable) as problem:
        context |= {"problem": problem}
    if is_part(request):
        return render_fragment(request, "cohorts/_belonging.html", access, context)
    return render_page(request, "cohorts/belonging.html", access, context)


def address_of_belonging(project: Project, group_key: GroupKey | None, distinct_id: str) -> str:
    path = reverse_either("cohorts-of-user", "cohorts-of-group", project, group_key)
    return f"{path}?id={quote(distinct_id, safe='')}"
