"""What people do: visits of a few events each, as the records that an SDK would send to `/track`."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from profiles_app.demo.chance import Dice, Draw, item_key, pick, spread, stream_key
from profiles_app.demo.companies import GROUP_KEY
from profiles_app.demo.event_details import DETAILS, EVENT_PATHS, Visitor, get_currency, list_videos
from profiles_app.demo.people import Crowd, Person
from profiles_app.demo.plan import DAY, Plan
from profiles_app.demo.rhythm import move_to_habit
from profiles_app.demo.titles import GENRES, SITE

Record = dict[str, Any]

# What follows what; a purchase needs a full cart.
_NEXT: Final = {
    name: spread(weights, 128)
    for name, weights in {
        "Sign Up": {"App Open": 1},
        "App Open": {"watch video": 46, "Search": 34, "Send Message": 9, "Download Page": 5, "Help Docs": 6},
        "Tutorial Start": {"watch video": 60, "Search": 25, "Help Docs": 15},
        "Search": {"watch video": 72, "Search": 16, "Add to Cart": 8, "Help Docs": 4},
        "watch video": {
            "watch video": 55, "Search": 20, "Send Message": 11, "Download Page": 6, "Add to Cart": 5, "Help Docs": 3,
        },
        "Download Page": {"watch video": 55, "Search": 35, "Help Docs": 10},
        "Add to Cart": {"Purchase": 38, "Search": 30, "watch video": 20, "Add to Cart": 12},
        "Purchase": {"watch video": 60, "Download Page": 30, "Send Message": 10},
        "Upgrade Plan": {"watch video": 50, "Invite Teammate": 35, "Download Page": 15},
        "Send Message": {"watch video": 45, "Send Message": 30, "Search": 15, "Invite Teammate": 10},
        "Invite Teammate": {"Invite Teammate": 25, "Send Message": 35, "watch video": 40},
        "Help Docs": {"Search": 35, "watch video": 40, "Help Docs": 15, "Send Message": 10},
    }.items()
}  # fmt: skip
_SIZES: Final = spread({1: 8, 2: 12, 3: 14, 4: 14, 5: 12, 6: 10, 7: 8, 8: 7, 10: 6, 12: 4, 15: 3, 20: 2}, 256)
# Seconds that pass before an event: at least, and at most so many more.
_PAUSES: Final = {"watch video": (60, 640), "Purchase": (25, 160), "Search": (6, 60), "Sign Up": (0, 0)}
_USUAL_PAUSE: Final = (9, 150)
_REST: Final = 1800
"""Seconds that lie between two visits of one person, at least."""
_USUAL_LENGTH: Final = 240
"""Seconds of a visit for each event in it, roughly."""
_IN_STREAK: Final = 0.4
_STREAK: Final = 9 * DAY


@dataclass(frozen=True, slots=True)
class Visit:
    """The names of the events, and how many seconds after the first each of them comes."""

    names: list[str]
    offsets: list[int]


def iterate_events(plan: Plan, first: int, last: int) -> Iterator[list[Record]]:
    """The events of numbers `first` up to, not including, `last`, visit by visit."""
    crowd, dice, key = Crowd(plan), Dice(), stream_key(plan.seed, "events")
    for index in range(first, last):
        if index < plan.profiles:
            person = crowd.make_person(index)
            yield from _iterate_visits(dice.draw_for(key, index), person, _introduce(person, key))
        else:
            draw = dice.draw_for(key, index)
            yield from _iterate_strange_visits(draw, plan, crowd.make_visitor_id(index), index, key)


def _introduce(person: Person, key: int) -> Visitor:
    base: Record = {"distinct_id": person.distinct_id, "$os": person.device.os}
    if person.device.browser:
        base["$browser"] = person.device.browser
    if person.company:
        base[GROUP_KEY] = person.company.name
    return Visitor(
        base=base,
        insert_prefix=f"{item_key(key, person.index):016x}",
        videos=list_videos(person.genre),
        plan=person.plan,
        currency=get_currency(person.country.code),
        on_web=bool(person.device.browser),
    )


def _iterate_visits(draw: Draw, person: Person, visitor: Visitor) -> Iterator[list[Record]]:
    sizes = _draw_sizes(draw, person.events)
    starts = _draw_starts(draw, person, sizes)
    openings = _list_openings(person, sizes)
    number = 0
    free_from = person.arrives
    for place, (size, start) in enumerate(zip(sizes, starts, strict=True)):
        visit = _draw_visit(draw, openings.get(place, ("App Open",)), size)
        is_last = 0 < place == len(sizes) - 1
        begin = _fit_start(draw, person, max(start, free_from), visit.offsets[-1], is_last=is_last)
        yield _make_records(draw, visitor, visit, begin, number)
        number += size
        free_from = begin + visit.offsets[-1] + _REST


def _list_openings(person: Person, sizes: list[int]) -> dict[int, tuple[str, ...]]:
    """The events with which certain visits begin: the sign-up, and one in which a plan is bought."""
    if not person.signs_up_in_history:
        return {}
    openings: dict[int, tuple[str, ...]] = {}
    if person.plan != "free":
        places = range(len(sizes) // 3, len(sizes))
        place = next((place for place in places if sizes[place] > 1), 0)
        openings[place] = ("App Open", "Upgrade Plan")
    return {**openings, 0: ("Sign Up", "App Open", "Tutorial Start")}


def _iterate_strange_visits(draw: Draw, plan: Plan, distinct_id: str, index: int, key: int) -> Iterator[list[Record]]:
    """The visits of somebody without a profile: few, within two weeks."""
    base: Record = {"distinct_id": distinct_id, "$os": pick(draw, ("Android", "iOS", "Windows"))}
    visitor = Visitor(
        base=base,
        insert_prefix=f"{item_key(key, index):016x}",
        videos=list_videos(pick(draw, GENRES)),
        plan="free",
        currency=pick(draw, ("EUR", "USD")),
        on_web=False,
    )
    begin = plan.start + int((plan.now - plan.start) * draw() ** 0.7)
    number = 0
    for size in _draw_sizes(draw, plan.count_events(index)):
        visit = _draw_visit(draw, ("App Open",), size)
        begin = min(begin, plan.now - visit.offsets[-1] - 1)
        yield _make_records(draw, visitor, visit, begin, number)
        number += size
        begin += visit.offsets[-1] + _REST + int(draw() * 3 * DAY)


def _draw_sizes(draw: Draw, events: int) -> list[int]:
    """Sizes of visits that add up to `events`."""
    sizes = []
    while events > 0:
        size = min(pick(draw, _SIZES), events)
        sizes.append(size)
        events -= size
    return sizes


def _draw_starts(draw: Draw, person: Person, sizes: list[int]) -> list[int]:
    """When visits of these sizes begin, in order: spread over the person's time, at the hours they keep."""
    between = (person.arrives, person.leaves)
    at_work = person.company is not None
    starts = [
        move_to_habit(draw, moment, offset=person.city.offset, at_work=at_work, between=between)
        for moment in _draw_moments(draw, person, len(sizes))
    ]
    starts.sort()
    _keep_apart(starts, sizes, person)
    if starts and person.signs_up_in_history:
        starts[0] = person.arrives
    return starts


def _keep_apart(starts: list[int], sizes: list[int], person: Person) -> None:
    """Moves visits that would run into the next one to an earlier time, as far as there is room."""
    latest = person.leaves
    for place in range(len(starts) - 1, -1, -1):
        latest -= _REST + sizes[place] * _USUAL_LENGTH
        latest = min(latest, starts[place])
        starts[place] = max(latest, person.arrives)


def _draw_moments(draw: Draw, person: Person, count: int) -> Iterator[int]:
    """Moments spread evenly, but for those of one intense week, more likely a late than an early one."""
    length = person.leaves - person.arrives
    step = length / max(1, count)
    # Those who are here right now are in the middle of it.
    lateness = 1.0 if person.is_online else draw() ** 0.5
    streak = person.arrives + _STREAK / 2 + max(0, length - _STREAK) * lateness
    for place in range(count):
        if draw() < _IN_STREAK:
            moment = int(streak + (draw() - 0.5) * _STREAK)
            yield max(person.arrives, min(moment, person.leaves))
        else:
            yield person.arrives + int((place + draw()) * step)


def _draw_visit(draw: Draw, opening: tuple[str, ...], size: int) -> Visit:
    names = list(opening[:size])
    while len(names) < size:
        followers = _NEXT[names[-1]]
        names.append(followers[int(draw() * len(followers))])
    offsets = [0]
    for name in names[1:]:
        least, more = _PAUSES.get(name, _USUAL_PAUSE)
        offsets.append(offsets[-1] + least + int(draw() * more))
    return Visit(names, offsets)


def _fit_start(draw: Draw, person: Person, start: int, length: int, *, is_last: bool) -> int:
    """The start, moved so that the visit ends before the person leaves: just now for those who are online."""
    latest = person.leaves - length - 1
    if is_last and person.is_online:
        return latest - int(draw() * 240)
    return min(start, latest)


def _make_records(draw: Draw, visitor: Visitor, visit: Visit, begin: int, number: int) -> list[Record]:
    prefix, base = visitor.insert_prefix, visitor.base
    records = []
    for place, name in enumerate(visit.names):
        properties = {**base, "time": begin + visit.offsets[place], "$insert_id": f"{prefix}{number + place:04x}"}
        if visitor.on_web:
            properties["$current_url"] = SITE + EVENT_PATHS[name]
        DETAILS[name](draw, visitor, properties)
        records.append({"event": name, "properties": properties})
    return records
