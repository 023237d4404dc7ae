"""Why somebody is found by a filter or a cohort, or is not."""

from django.http import HttpResponse

from profiles_app.display.person import choose_title
from profiles_app.errors import BadInput
from profiles_app.filters.tree import CohortLeaf, Filter, Population
from profiles_app.http.doors import MemberRequest, member_page
from profiles_app.models import GroupKey
from profiles_app.numbers import read_id
from profiles_app.people.frame import describe_place, is_part, render_fragment, render_page
from profiles_app.selectors.access import Access, get_optional_group_key
from profiles_app.selectors.people import PeopleQuery
from profiles_app.selectors.profiles import get_profile
from profiles_app.selectors.why import explain
from profiles_app.users_page.addresses import address_of_profile
from profiles_app.users_page.reading import read_state


@member_page
def why(request: MemberRequest, access: Access, group_key_id: int | None = None) -> HttpResponse:
    """Of a user or group: `id`, and `cohort` or the state of a table with its filter."""
    group_key = get_optional_group_key(access.project, group_key_id)
    profile = get_profile(access.project, group_key=group_key, distinct_id=request.GET.get("id", ""))
    found = explain(_read_query(request, access, group_key), profile)
    context = {
        **describe_place(group_key),
        "title": choose_title(profile.distinct_id, profile.properties),
        "profile_url": address_of_profile(access.project, group_key, profile.distinct_id),
        "found": found,
    }
    if is_part(request):
        return render_fragment(request, "profile/_why.html", access, context)
    return render_page(request, "profile/why.html", access, context)


def _read_query(request: MemberRequest, access: Access, group_key: GroupKey | None) -> PeopleQuery:
    said = request.GET.get("cohort", "")
    if said:
        number = read_id(said)
        if number is None:
            raise BadInput("The address names no cohort. Go back to the profile and choose one.")
        tree = Filter(Population.ALL, CohortLeaf(number))
        return PeopleQuery(
            project=access.project,
            group_key=group_key,
            population=Population.ALL,
            filter=tree,
            user_id=access.user_id,
        )
    return read_state(request.GET, access, group_key=group_key).query(access.project, group_key, user_id=access.user_id)
