"""The profile beside the table: what stands on its page, in a panel."""

from dataclasses import dataclass
from typing import Final

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django_htmx.http import push_url

from profiles_app.errors import NotFound
from profiles_app.http.doors import MemberRequest
from profiles_app.models import GroupKey
from profiles_app.profile_page.views import describe_opened
from profiles_app.selectors.access import Access
from profiles_app.users_page.addresses import address_of_profile
from profiles_app.users_page.state import PeopleState

# The element that htmx fills.
PANEL: Final = "side-panel"


@dataclass(frozen=True, kw_only=True)
class Panel:
    """`found`: whether there is such a profile."""

    html: SafeString
    found: bool


def draw_panel(
    request: MemberRequest, access: Access, *, group_key: GroupKey | None, state: PeopleState, path: str
) -> Panel:
    """The panel of `state.open`; of nobody any more, a panel that says so."""
    here = state.url(path)
    page_url = address_of_profile(access.project, group_key, state.open, back=here)
    context = {
        "access": access,
        "project": access.project,
        "zone": access.project.zone,
        "group_key": group_key,
        "page_url": page_url,
        "close_url": state.change(open="", page=state.page).url(path),
        "beside": True,
    }
    back = here if "&back=" in page_url else ""
    try:
        profile = describe_opened(access, group_key=group_key, distinct_id=state.open, back=back)
    except NotFound:
        return Panel(html=render_to_string("users/_panel_nobody.html", context, request=request), found=False)
    return Panel(html=render_to_string("users/_panel.html", context | profile, request=request), found=True)


def answer_panel(
    request: MemberRequest, access: Access, *, group_key: GroupKey | None, state: PeopleState, path: str
) -> HttpResponse:
    """The panel for htmx; the browser's address then names the person."""
    panel = draw_panel(request, access, group_key=group_key, state=state, path=path)
    return push_url(HttpResponse(panel.html, status=200 if panel.found else 404), state.url(path))
