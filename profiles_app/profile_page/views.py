"""The page of one user or group."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from django.http import HttpResponse, QueryDict
from django.utils import timezone
from django_htmx.http import push_url

from profiles_app.display.dates import describe_long_day, in_zone
from profiles_app.display.person import choose_title
from profiles_app.errors import NotFound, TooSlow
from profiles_app.http.doors import MemberRequest, is_local_address, member_page
from profiles_app.models import GroupKey
from profiles_app.people.frame import describe_place, is_part, render_fragment, render_page
from profiles_app.profile_page.activity import draw_sparkline, group_by_day, today_in
from profiles_app.profile_page.identity import describe_identity
from profiles_app.profile_page.parts import list_parts
from profiles_app.profile_page.ranges import ALL_TIME, LABELS, DayRange
from profiles_app.profile_page.state import ProfileState, parse_state, read_position, usual_state, write_position
from profiles_app.selectors.access import Access, get_optional_group_key
from profiles_app.selectors.activity import (
    ActivityRange,
    ActivitySummary,
    FeedPage,
    Subject,
    find_last_event_time,
    list_events,
    summarize_activity,
)
from profiles_app.selectors.edits import find_deleted
from profiles_app.selectors.profiles import NOBODY, get_profile
from profiles_app.selectors.time_limit import time_limit
from profiles_app.users_page.addresses import address_of_people

# The element that holds the profile where it stands beside the table.
BESIDE: Final = "panel-person"


@dataclass(frozen=True, kw_only=True)
class Choice:
    """An entry of the range menu or of the menu of event names."""

    label: str
    url: str = ""
    chosen: bool = False
    number: int = 0


@member_page
def profile(request: MemberRequest, access: Access, group_key_id: int | None = None) -> HttpResponse:
    """One user or group: the page; for htmx the next part of the feed, or the content of the panel beside the table."""
    group_key = get_optional_group_key(access.project, group_key_id)
    people = address_of_people(access.project, group_key)
    back = request.GET.get("back", "")
    state = parse_state(
        request.GET,
        today=today_in(access.project.zone, timezone.now()),
        back=back if is_local_address(back, request) and back.startswith(people) else "",
    )
    part = is_part(request)
    if part and state.before:
        return _answer_older(request, access, _get_subject(access, group_key, state), state, f"{people}/profile")
    try:
        context = describe_profile(access, group_key=group_key, state=state)
    except NotFound:
        return _show_deleted(request, access, group_key, state)
    if part and request.htmx.target == BESIDE:
        # The browser's address stays that of the table.
        return push_url(render_fragment(request, "profile/_beside.html", access, context), False)
    return render_page(request, "profile/page.html", access, context)


def _show_deleted(
    request: MemberRequest, access: Access, group_key: GroupKey | None, state: ProfileState
) -> HttpResponse:
    """Somebody who is gone, and can be brought back. Raises `NotFound` for anybody else."""
    found = find_deleted(access.project, group_key=group_key, distinct_id=state.distinct_id)
    if found is None:
        raise NotFound(NOBODY)
    profile, deletion = found
    people = address_of_people(access.project, group_key)
    context = {
        **describe_place(group_key),
        "path": f"{people}/profile",
        "people_url": state.back or people,
        "profile": profile,
        "title": choose_title(profile.distinct_id, deletion.before),
        "deletion": deletion,
        "can_edit": access.is_admin,
    }
    return render_page(request, "profile/deleted.html", access, context, status=404)


def describe_opened(access: Access, *, group_key: GroupKey | None, distinct_id: str, back: str) -> dict[str, Any]:
    """The same for somebody whose profile has just been opened. Raises `NotFound`."""
    state = usual_state(distinct_id, today=today_in(access.project.zone, timezone.now()), back=back)
    return describe_profile(access, group_key=group_key, state=state)


def describe_profile(access: Access, *, group_key: GroupKey | None, state: ProfileState) -> dict[str, Any]:
    """What the templates of a profile show: who it is, the properties, the feed. Raises `NotFound`."""
    people = address_of_people(access.project, group_key)
    subject = _get_subject(access, group_key, state)
    profile, path = subject.profile, f"{people}/profile"
    context = {
        **describe_place(group_key),
        "path": path,
        "people_url": state.back or people,
        "state": state,
        **describe_identity(profile, can_edit=access.is_admin),
        "parts": list_parts(access.project, group_key, profile.distinct_id),
        "why_url": _address_of_why(people, state),
    }
    return context | _describe_feed(subject, state, path)


def _address_of_why(people: str, state: ProfileState) -> str:
    """Why the table that somebody came from shows this profile; '' where it has no filter."""
    fields = QueryDict(urlsplit(state.back).query)
    if not fields.get("filter"):
        return ""
    kept = {"id": state.distinct_id} | {name: fields.get(name, "") for name in ("filter", "population")}
    return f"{people}/why?{urlencode(kept)}"


def _get_subject(access: Access, group_key: GroupKey | None, state: ProfileState) -> Subject:
    profile = get_profile(access.project, group_key=group_key, distinct_id=state.distinct_id)
    return Subject(project=access.project, profile=profile, group_key=group_key)


def _answer_older(
    request: MemberRequest, access: Access, subject: Subject, state: ProfileState, path: str
) -> HttpResponse:
    """The events after those on the page, to append; the first day's heading stands there already."""
    with time_limit():
        page = _read_page(subject, state)
    shown_until = in_zone(_read_position_time(state, subject), access.project.zone).date()
    context = _describe_page(subject, state, page, path) | {"continued": True, "continued_day": shown_until}
    return render_fragment(request, "profile/_events.html", access, context)


def _describe_feed(subject: Subject, state: ProfileState, path: str) -> dict[str, Any]:
    menus = {
        "ranges": _list_ranges(state, path),
        "show_all_url": state.change(hidden=()).url(path),
        "all_time_url": state.change(days=DayRange(key=ALL_TIME, first=None, last=state.days.last)).url(path),
        "newest_url": state.change().url(path),
        "range_fields": [pair for pair in state.change().fields() if pair[0] not in {"range", "from", "to"}],
        "hide_fields": [pair for pair in state.change().fields() if pair[0] != "hide"],
    }
    try:
        with time_limit():
            page = _read_page(subject, state)
            summary = summarize_activity(subject, within=_within(subject, state), hidden=state.hidden)
            last = None if page.events else find_last_event_time(subject)
    except TooSlow as problem:
        return menus | {"problem": problem, "retry_url": state.url(path)}
    return menus | _describe_summary(subject, state, summary, last) | _describe_page(subject, state, page, path)


def _describe_summary(
    subject: Subject, state: ProfileState, summary: ActivitySummary, last: datetime | None
) -> dict[str, Any]:
    zone = subject.project.zone
    end = state.days.last or today_in(zone, timezone.now())
    names = sorted({*summary.by_name, *state.hidden})
    return {
        "event_count": summary.shown,
        "sparkline": draw_sparkline(summary.by_day, first=state.days.first, last=end),
        "event_names": [
            Choice(label=name, chosen=name in state.hidden, number=summary.by_name[name]) for name in names
        ],
        "hidden_count": len(state.hidden),
        "last_event": last,
        "last_event_day": describe_long_day(in_zone(last, zone)) if last else "",
    }


def _describe_page(subject: Subject, state: ProfileState, page: FeedPage, path: str) -> dict[str, Any]:
    older = write_position(page.older, profile_id=subject.profile.pk) if page.older else ""
    return {
        "days": group_by_day(page.events, zone=subject.project.zone),
        "older_url": state.change(before=older).url(path) if older else "",
        "continued_day": None,
    }


def _read_page(subject: Subject, state: ProfileState) -> FeedPage:
    after = read_position(state.before, profile_id=subject.profile.pk)
    return list_events(subject, within=_within(subject, state), hidden=state.hidden, after=after)


def _read_position_time(state: ProfileState, subject: Subject) -> datetime:
    position = read_position(state.before, profile_id=subject.profile.pk)
    assert position is not None
    return position.time


def _within(subject: Subject, state: ProfileState) -> ActivityRange:
    return state.days.within(subject.project.zone)


def _list_ranges(state: ProfileState, path: str) -> list[Choice]:
    first, last = state.days.first, state.days.last
    return [
        Choice(
            label=label,
            url=state.change(days=DayRange(key=key, first=first, last=last)).url(path),
            chosen=state.days.key == key,
        )
        for key, label in LABELS.items()
    ]
