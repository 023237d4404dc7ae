"""People and companies as the records that an SDK would send to `/engage` and `/groups`."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from profiles_app.demo.chance import Dice, Draw, pick, pick_some, stream_key
from profiles_app.demo.companies import GROUP_KEY, Company, list_companies
from profiles_app.demo.people import Crowd, Person
from profiles_app.demo.plan import DAY, HISTORY, Plan
from profiles_app.demo.titles import CAMPAIGNS, DEPARTMENTS, GENRES, TAGS

Record = dict[str, Any]

_VERSIONS: Final = ("4.12.0", "4.12.0", "4.12.0", "4.11.3", "4.11.1", "4.10.0", "4.9.2", "3.18.7")
_MONTHLY_PRICE: Final = {"free": 0.0, "pro": 12.9, "team": 19.9, "enterprise": 34.5}
# The ingestion takes a time of the last minute for "now".
_SETTLED: Final = 75
_STREETS: Final = ("Storgata", "Birkenweg", "Mill Lane", "Rua das Flores", "Via Roma", "Elm Street", "Calle Mayor")


def iterate_people(plan: Plan, first: int, last: int) -> Iterator[Record]:
    """Profile updates of people `first` up to, not including, `last`."""
    crowd, dice, key = Crowd(plan), Dice(), stream_key(plan.seed, "profiles")
    for index in range(first, last):
        person = crowd.make_person(index)
        draw = dice.draw_for(key, index)
        yield {
            "$distinct_id": person.distinct_id,
            "$set": _draw_properties(draw, person, plan),
            "$time": _draw_updated(draw, person, plan),
        }


def iterate_companies(plan: Plan) -> Iterator[Record]:
    """Group updates of all the companies."""
    dice, key = Dice(), stream_key(plan.seed, "groups")
    for index, company in enumerate(list_companies(plan.seed, plan.companies).companies):
        draw = dice.draw_for(key, index)
        yield {
            "$group_key": GROUP_KEY,
            "$group_id": company.name,
            "$set": _company_properties(draw, company, plan),
            "$time": plan.now - int(draw() ** 2 * 90 * DAY) - 60,
        }


def _company_properties(draw: Draw, company: Company, plan: Plan) -> Record:
    properties: Record = {
        "$name": company.name,
        "$country_code": company.country,
        "industry": company.industry,
        "plan": company.plan,
        "seats": company.seats,
        "domain": company.domain,
        "customer_since": format_instant(plan.now - int(HISTORY * (1 + 5 * draw()))),
    }
    if company.arr:
        properties["arr"] = company.arr
        properties["health"] = pick(draw, ("green", "green", "green", "yellow", "red"))
    if draw() < 0.1:
        properties["csm"] = None
    return properties


def format_instant(moment: int) -> str:
    """Seconds since 1970 as ISO 8601 in UTC, without an offset."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _draw_updated(draw: Draw, person: Person, plan: Plan) -> int:
    """When the profile last changed: while the person came, mostly towards the end of it."""
    if person.index == 0:
        return plan.now - _SETTLED
    if person.signup is None:
        # Imported from a file on one of a few days.
        return plan.now - pick(draw, (13, 48, 102)) * DAY - int(draw() * 600)
    since = max(person.signup, person.arrives - 90 * DAY)
    latest = person.leaves - _SETTLED
    return latest - int(max(0, latest - since) * draw() ** 1.4)


def _draw_properties(draw: Draw, person: Person, plan: Plan) -> Record:
    properties: Record = {}
    _add_contact(properties, draw, person)
    _add_place(properties, draw, person)
    if person.signup is None:
        properties["source"] = "CSV import"
        return properties
    _add_account(properties, draw, person, plan)
    _add_use(properties, draw, person)
    _add_rarities(properties, draw, person)
    return properties


def _add_contact(properties: Record, draw: Draw, person: Person) -> None:
    if person.name:
        properties["$name"] = person.name
    if person.email:
        properties["$email"] = person.email
    if draw() < 0.3:
        properties["$phone"] = f"{person.country.dial}{10_000_000 + int(draw() * 89_999_999)}"
    if draw() < 0.7:
        age = 16 + int((draw() + draw()) * 30)
        # An old sign-up form sent the age as text.
        properties["age"] = str(age) if draw() < 0.06 else age


def _add_place(properties: Record, draw: Draw, person: Person) -> None:
    if draw() < 0.02:
        return
    properties["$country_code"] = person.country.code
    if draw() < 0.95:
        properties["$region"] = person.city.region
        properties["$city"] = person.city.name
    if draw() < 0.03:
        street = f"{pick(draw, _STREETS)} {1 + int(draw() * 120)}"
        properties["address"] = {"street": street, "city": person.city.name, "country": person.country.code}


def _add_account(properties: Record, draw: Draw, person: Person, plan: Plan) -> None:
    signup = person.signup or plan.now
    properties["$created"] = properties["signup_date"] = format_instant(signup)
    properties["plan"] = person.plan
    if person.company:
        properties[GROUP_KEY] = person.company.name
        if draw() < 0.85:
            properties["department"] = pick(draw, DEPARTMENTS)
    if draw() < 0.94:
        properties["is_verified"] = draw() < 0.72
    months = (person.leaves - signup) / (30 * DAY)
    value = _MONTHLY_PRICE[person.plan] * months + (draw() * 40 if draw() < 0.12 else 0)
    properties["ltv"] = round(value, 2) or 0


def _add_use(properties: Record, draw: Draw, person: Person) -> None:
    logins = person.events // 6 + int(draw() * 4)
    properties["logins"] = str(logins) if draw() < 0.04 else logins
    properties["$os"] = person.device.os
    if person.device.browser:
        properties["$browser"] = person.device.browser
    else:
        properties["$app_version_string"] = pick(draw, _VERSIONS)
    if draw() < 0.75:
        properties["favorite_genres"] = list(dict.fromkeys((person.genre, *pick_some(draw, GENRES, int(draw() * 3)))))
    if draw() < 0.4:
        properties["tags"] = pick_some(draw, TAGS, 1 + int(draw() * 3))


def _add_rarities(properties: Record, draw: Draw, person: Person) -> None:
    chance = draw()
    if chance < 0.18:
        properties["nps_score"] = min(10, int(11 * draw() ** 0.5))
    if 0.1 < chance < 0.16:
        properties["Cohort"] = f"{pick(draw, CAMPAIGNS)} {pick(draw, 'ABC')}"
    if 0.2 < chance < 0.24:
        properties["referred_by"] = None
    elif 0.24 < chance < 0.3:
        properties["referred_by"] = pick(draw, ("a friend", "podcast", "teacher", "conference"))
    if 0.3 < chance < 0.36:
        properties["newsletter"] = pick(draw, (True, False, "weekly", "yes"))
    if chance > 0.97:
        properties["trial_ends"] = format_instant(person.leaves + 14 * DAY)
