"""The facts of one person, from the plan and an index alone."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from profiles_app.demo.chance import Dice, Draw, item_key, pick, spread, stream_key
from profiles_app.demo.companies import Company, list_companies
from profiles_app.demo.names import FullName, draw_name
from profiles_app.demo.names_latin import NORWEGIAN, UNUSUAL
from profiles_app.demo.places import COUNTRIES, City, Country, draw_city, draw_country
from profiles_app.demo.plan import DAY, HISTORY, Plan
from profiles_app.demo.rhythm import move_to_habit
from profiles_app.demo.titles import GENRES

HERO_AGE: Final = 141 * DAY
"""How long before `now` number 0 signed up, exactly; a second run finds the first one's `now` by it."""

_BUSY_DAY: Final = 12
_CHURNED: Final = 0.42
_ONLINE: Final = 1 / 250


@dataclass(frozen=True, slots=True)
class Device:
    """`browser` is empty for the apps of phones and televisions."""

    os: str
    browser: str


_DEVICES: Final = spread(
    {
        Device("iOS", ""): 19,
        Device("Android", ""): 21,
        Device("Windows", "Chrome"): 18,
        Device("Windows", "Edge"): 7,
        Device("Windows", "Firefox"): 4,
        Device("Mac OS X", "Safari"): 9,
        Device("Mac OS X", "Chrome"): 10,
        Device("iOS", "Mobile Safari"): 6,
        Device("Android", "Chrome"): 4,
        Device("Linux", "Firefox"): 3,
        Device("Chrome OS", "Chrome"): 1,
        Device("tvOS", ""): 2,
    },
    512,
)
_PLANS_ALONE: Final = spread({"free": 71, "pro": 26, "team": 3}, 100)
_PLANS_AT_WORK: Final = spread({"free": 26, "pro": 22, "team": 34, "enterprise": 18}, 100)
_PLANS_OF_THE_BUSY: Final = ("pro", "pro", "team")
_MAIL_HOSTS: Final = (
    "mail.example.com", "inbox.example.net", "post.example.org", "example.com", "fjordpost.example",
    "kitemail.example", "letterbox.example",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One person. Instants are seconds since 1970, UTC.

    `signup` is None for somebody who was only ever imported. `arrives` to `leaves` is the time in
    which their events lie; `leaves` is the plan's `now` for those who still come.
    """

    index: int
    distinct_id: str
    name: str
    email: str
    country: Country
    city: City
    company: Company | None
    plan: str
    device: Device
    genre: str
    events: int
    signup: int | None
    arrives: int
    leaves: int
    is_online: bool

    @property
    def signs_up_in_history(self) -> bool:
        """Whether their first event is the sign-up; the others were there before the history."""
        return self.signup is not None and self.signup == self.arrives


class Crowd:
    """Makes the people of a plan, any of them, in any order."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._dice = Dice()
        self._key = stream_key(plan.seed, "people")
        self._id_key = _id_key(plan.seed)
        self._directory = list_companies(plan.seed, plan.companies)

    def make_person(self, index: int) -> Person:
        """Person number `index`, below the plan's `profiles`."""
        draw = self._dice.draw_for(self._key, index)
        events = self.plan.count_events(index)
        country, city, name = _draw_hero(draw) if index == 0 else _draw_origin(draw)
        company = self._draw_company(draw, country, always=index == 0)
        signup, arrives, leaves = self._draw_life(draw, index, events, city.offset)
        email = _draw_email(draw, name, company, index)
        return Person(
            index=index,
            distinct_id=self._make_distinct_id(draw, index, email),
            name=_draw_shown_name(draw, name, index),
            email=email,
            country=country,
            city=city,
            company=company,
            plan="pro" if index == 0 else self._draw_plan(draw, company, events),
            device=pick(draw, _DEVICES),
            genre=pick(draw, GENRES),
            events=events,
            signup=signup,
            arrives=arrives,
            leaves=leaves,
            is_online=leaves == self.plan.now and (index == 0 or draw() < _ONLINE),
        )

    def make_visitor_id(self, index: int) -> str:
        """The distinct id of a visitor without a profile."""
        return f"$device:{_make_uuid(self._id_key, index)}"

    def _draw_company(self, draw: Draw, country: Country, *, always: bool) -> Company | None:
        works = (draw() < 0.46 or always) and self._directory.companies
        return self._directory.draw_employer(draw, country) if works else None

    def _draw_plan(self, draw: Draw, company: Company | None, events: int) -> str:
        """Those who come often pay more often."""
        if events > 3 * self.plan.events / self.plan.profiles and draw() < 0.5:
            return pick(draw, _PLANS_OF_THE_BUSY)
        return pick(draw, _PLANS_AT_WORK if company else _PLANS_ALONE)

    def _draw_life(self, draw: Draw, index: int, events: int, offset: int) -> tuple[int | None, int, int]:
        """(signed up, first possible event, last possible event)."""
        plan = self.plan
        if index == 0:
            return plan.now - HERO_AGE, plan.now - HERO_AGE, plan.now
        if not events and draw() < 0.6:
            return None, plan.start, plan.now
        # Nobody has more events a day than a busy person, as far as the history is long enough.
        least = min(HISTORY, events * DAY // _BUSY_DAY)
        age = min(max(_draw_age(draw), least), 4 * 365 * DAY)
        signup = move_to_habit(draw, plan.now - age, offset=offset, at_work=False, between=(0, plan.now - least))
        arrives = max(signup, plan.start)
        return signup, arrives, _draw_leaving(draw, arrives, least, plan.now)

    def _make_distinct_id(self, draw: Draw, index: int, email: str) -> str:
        form = pick(draw, _ID_FORMS) if index else _uuid_form
        return form(self._id_key, index, email)


def make_hero_id(seed: int) -> str:
    """The distinct id of number 0, the same in every data set of the seed."""
    return _make_uuid(_id_key(seed), 0)


def _id_key(seed: int) -> int:
    return stream_key(seed, "distinct ids")


def _draw_hero(draw: Draw) -> tuple[Country, City, FullName]:
    """Number 0: the one whom the documentation tells about."""
    norway = COUNTRIES["NO"]
    woman, family = NORWEGIAN.female[0], NORWEGIAN.family[1][0]
    return norway, norway.cities[0], FullName(f"{woman.written} {family.written}", woman.plain, family.plain)


def _draw_origin(draw: Draw) -> tuple[Country, City, FullName]:
    country = draw_country(draw)
    return country, draw_city(draw, country), draw_name(draw, pick(draw, country.cultures))


def _draw_age(draw: Draw) -> int:
    """Seconds since the sign-up: ever more people signed up as time went on."""
    if draw() < 0.25:
        return HISTORY + int(600 * DAY * draw() ** 1.5)
    return int(HISTORY * draw() ** 1.25)


def _draw_leaving(draw: Draw, arrives: int, least: int, now: int) -> int:
    """When the person stopped coming; `now` for those who have not."""
    stayed = now - arrives
    if draw() > _CHURNED or stayed < 20 * DAY:
        return now
    return arrives + max(min(least, stayed), int(stayed * 0.85 * draw() ** 1.5))


def _draw_shown_name(draw: Draw, name: FullName, index: int) -> str:
    """The name as typed into the form: now and then something else, or nothing."""
    chance = draw()
    if index == 0 or chance > 0.04:
        return name.written
    return pick(draw, UNUSUAL) if chance < 0.006 else ""


def _draw_email(draw: Draw, name: FullName, company: Company | None, index: int) -> str:
    """An address at a domain that can never exist; empty for some. With a number it is unique."""
    chance = draw()
    if index and chance < 0.05:
        return ""
    host = company.domain if company else pick(draw, _MAIL_HOSTS)
    number = "" if index == 0 or chance < 0.55 else str(index + 11)
    if chance < 0.8:
        return f"{name.given}.{name.family}{number}@{host}"
    return f"{name.given[:1]}{name.family}{number}@{host}"


def _make_uuid(key: int, index: int) -> str:
    return str(uuid.UUID(int=item_key(key, 2 * index) << 64 | item_key(key, 2 * index + 1), version=4))


def _uuid_form(key: int, index: int, email: str) -> str:
    return _make_uuid(key, index)


def _number_form(key: int, index: int, email: str) -> str:
    """Ten digits. The factor shares no divisor with the modulus, so no two people are alike."""
    return str(1_000_000_000 + (key + index * 6_364_136_227) % 9_000_000_000)


def _user_form(key: int, index: int, email: str) -> str:
    return f"user_{item_key(key, index):016x}"


def _email_form(key: int, index: int, email: str) -> str:
    """The address where it has the number that makes it unique, else a UUID."""
    return email if f"{index + 11}@" in email else _make_uuid(key, index)


_ID_FORMS: Final[tuple[Callable[[int, int, str], str], ...]] = (
    *(_uuid_form,) * 9,
    *(_number_form,) * 4,
    *(_email_form,) * 5,
    *(_user_form,) * 2,
)
