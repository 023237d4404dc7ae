"""What the people of the demo data are like. Each claim stands in docs/demo-data.md."""

import re
import unicodedata
from collections import Counter
from datetime import UTC, datetime

import pytest

from profiles_app.demo.names import to_plain
from profiles_app.demo.places import COUNTRIES
from profiles_app.demo.plan import DAY
from tests.demo.conftest import DataSet

SCRIPTS = {
    "LATIN", "CYRILLIC", "GREEK", "ARABIC", "HEBREW", "DEVANAGARI", "TAMIL", "CJK", "HIRAGANA", "KATAKANA", "HANGUL",
    "THAI", "GEORGIAN", "ARMENIAN", "ETHIOPIC",
}  # fmt: skip
OWN_SCRIPTS = {"JP": {"CJK", "HIRAGANA", "KATAKANA"}, "KR": {"HANGUL"}, "GR": {"GREEK"}, "TH": {"THAI"}, "CN": {"CJK"}}


def list_scripts(text: str) -> set[str]:
    return {unicodedata.name(letter, "?").split()[0] for letter in text if letter.isalpha()}


def test_names_are_in_many_scripts(data: DataSet) -> None:
    found = Counter(script for person in data.people.values() for script in list_scripts(person.get("$name", "")))
    assert found.keys() >= SCRIPTS
    assert any("ø" in person.get("$name", "") for person in data.people.values())


@pytest.mark.parametrize("code", OWN_SCRIPTS)
def test_names_belong_to_their_country(data: DataSet, code: str) -> None:
    names = [
        person["$name"] for person in data.people.values() if person.get("$country_code") == code and "$name" in person
    ]
    own = [name for name in names if list_scripts(name) <= OWN_SCRIPTS[code]]
    assert len(names) > 20
    assert len(own) > 0.95 * len(names)


def test_city_region_and_country_belong_together(data: DataSet) -> None:
    known = {(country.code, city.region, city.name) for country in COUNTRIES.values() for city in country.cities}
    for person in data.people.values():
        if "$city" in person:
            assert (person["$country_code"], person["$region"], person["$city"]) in known


def test_countries_have_their_weights(data: DataSet) -> None:
    counts = Counter(person.get("$country_code") for person in data.people.values())
    assert counts["US"] == max(counts.values())
    assert counts["NO"] > 200
    assert counts["DE"] > 200
    assert counts["IS"] < counts["NO"] / 5


def test_a_few_names_are_unusual(data: DataSet) -> None:
    names = [person.get("$name", "") for person in data.people.values()]
    assert any(len(name) == 1 for name in names)
    assert any(len(name) > 80 for name in names)
    assert any("’" in name for name in names)
    assert any(unicodedata.category(letter) == "So" for name in names for letter in name)


def test_addresses_are_at_names_that_cannot_exist(data: DataSet) -> None:
    emails = [person["$email"] for person in data.people.values() if "$email" in person]
    assert all(
        re.fullmatch(r"[a-z0-9.]+@([a-z0-9-]+\.)*(example\.(com|net|org)|[a-z-]+\.example)", mail) for mail in emails
    )
    assert len(set(emails)) > 0.95 * len(emails)


@pytest.mark.parametrize("name", ["$name", "$email", "$country_code", "$city", "$phone", "age", "plan", "nps_score"])
def test_it_is_unset_on_some_people(data: DataSet, name: str) -> None:
    share = sum(name in person for person in data.people.values()) / len(data.people)
    assert 0.05 < share < 0.995


def test_everybody_can_be_told_apart(data: DataSet) -> None:
    assert len(data.people) == data.plan.profiles


def test_distinct_ids_have_several_forms(data: DataSet) -> None:
    forms = {
        "uuid": r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        "number": r"\d{10}",
        "email": r".+@.+",
        "user": r"user_[0-9a-f]{16}",
    }
    for pattern in forms.values():
        share = sum(bool(re.fullmatch(pattern, distinct_id)) for distinct_id in data.people) / data.plan.profiles
        assert share > 0.05


@pytest.mark.parametrize("name", ["age", "logins"])
def test_numbers_are_text_on_some_people(data: DataSet, name: str) -> None:
    kinds = Counter(type(person[name]) for person in data.people.values() if name in person)
    assert kinds[int] > 10 * kinds[str] > 0
    assert all(person[name].isdigit() for person in data.people.values() if isinstance(person.get(name), str))


def test_every_kind_of_value_is_there(data: DataSet) -> None:
    kinds = {type(value) for person in data.people.values() for value in person.values()}
    assert kinds == {str, int, float, bool, list, dict, type(None)}


def test_plans_are_skewed(data: DataSet) -> None:
    counts = Counter(person.get("plan") for person in data.people.values())
    assert counts["free"] > counts["pro"] > counts["team"] > counts["enterprise"] > 0


def test_sign_ups_grow_over_time(data: DataSet) -> None:
    days = [
        (data.plan.now - datetime.fromisoformat(person["signup_date"]).replace(tzinfo=UTC).timestamp()) / 86_400
        for person in data.people.values()
        if "signup_date" in person
    ]
    assert min(days) >= 0
    recent, before, early = (sum(low <= day < low + 60 for day in days) for low in (0, 60, 120))
    assert recent > before > early
    assert max(days) > 365


def test_updates_are_spread_over_the_past(data: DataSet) -> None:
    ages = sorted(data.plan.now - update["$time"] for update in data.updates)
    # Less than a minute would become "now" when it is taken in.
    assert 60 < ages[0] < 600
    assert len(set(ages)) > 0.9 * len(ages)
    assert ages[len(ages) // 2] > 5 * 86_400
    assert ages[50] < 86_400


def test_people_work_for_companies_that_exist(data: DataSet) -> None:
    employers = Counter(person["company"] for person in data.people.values() if "company" in person)
    assert employers.keys() <= data.companies.keys()
    assert len(data.companies) == 320
    assert len(employers) > 200
    assert employers.most_common(1)[0][1] > 5 * employers.total() / len(employers)


def test_companies_say_what_they_are(data: DataSet) -> None:
    for name, company in data.companies.items():
        assert company["$name"] == name
        assert company.keys() >= {"industry", "seats", "plan", "$country_code"}
        assert ("arr" in company) == (company["plan"] != "free")


def test_number_0_is_a_paying_norwegian_with_a_history(data: DataSet) -> None:
    first = data.updates[0]
    assert first["$set"]["$name"] == "Ingrid Solberg"
    assert first["$set"]["$country_code"] == "NO"
    assert first["$set"]["plan"] == "pro"
    assert first["$set"]["company"] in data.companies
    assert first["$time"] == max(update["$time"] for update in data.updates)
    events = data.list_events_by_person()[first["$distinct_id"]]
    assert data.plan.now - events[-1][1] < 300
    assert sum(time > data.plan.now - 14 * DAY for _, time in events) > 10
    names = [name for name, _ in events]
    assert names[0] == "Sign Up"
    assert "Upgrade Plan" in names
    assert names.count("watch video") > 10


def test_plain_spelling() -> None:
    assert to_plain("Ødegård") == "odegard"
    assert to_plain("O’Brien-Šťastný") == "obrienstastny"
