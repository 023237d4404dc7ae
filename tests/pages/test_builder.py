"""The filter builder through HTTP: what its form does, with and without htmx."""

import json
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from cohorts_app.models import Cohort
from profiles_app.models import EventName, GroupKey, Kind, Project, PropertyDefinition, Scope, StoredFilter
from tests.pages.making import make_events, make_profile
from tests.pages.test_table import get_page, read_rows, read_sorts


class FormReader(HTMLParser):
    """The fields of the builder's form, as a browser would send them."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: list[tuple[str, str]] = []
        self.buttons: list[str] = []
        self._in_form = False
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._in_form = given.get("id") == "builder-form"
        if not self._in_form:
            return
        if tag == "select":
            self._select = given.get("name", "")
        elif tag == "option" and "selected" in given:
            self.fields.append((self._select, given["value"]))
        elif tag == "button" and given.get("name") == "do":
            self.buttons.append(given["value"])
        elif tag == "input" and given.get("name") and (given.get("type") != "radio" or "checked" in given):
            self.fields.append((given["name"], given.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        self._in_form = self._in_form and tag != "form"


class Builder:
    """Somebody who uses the form without JavaScript: follows redirects, keeps what the page shows."""

    def __init__(self, client: Client, path: str) -> None:
        self.client = client
        self.path = path
        self.open(path)

    def open(self, address: str) -> None:
        self.address = address
        answer = self.client.get(address)
        self.status = answer.status_code
        self.page = answer.content.decode()

    @property
    def form(self) -> FormReader:
        reader = FormReader()
        reader.feed(self.page)
        return reader

    @property
    def text(self) -> str:
        return unescape(re.sub(r"<[^>]+>", " ", self.page))

    def press(self, do: str = "apply", /, **changes: str | list[str]) -> "Builder":
        """Submits the form with a button of the page and these fields changed: `_3_op` is `3.op`."""
        renamed = {re.sub(r"^_(\d+)_", r"\1.", name): value for name, value in changes.items()}
        form = self.form
        assert do in [*form.buttons, "apply"], (do, form.buttons)
        missing = set(renamed) - {name for name, _ in form.fields}
        assert not missing, missing
        data: dict[str, list[str]] = {}
        for name, shown in form.fields:
            data.setdefault(name, []).append(shown)
        data |= {name: value if isinstance(value, list) else [value] for name, value in renamed.items()}
        answer = self.client.post(f"{self.path}/filter", data | {"do": [do]})
        if answer.status_code == 302:
            self.open(answer["Location"])
        else:
            self.status, self.page = answer.status_code, answer.content.decode()
        return self

    def add(self, name: str, card: int = 1) -> "Builder":
        """Opens the menu of a card, and presses the item that ends with the name."""
        self.press(f"menu:add:{card}")
        item = next(button for button in self.form.buttons if button.endswith(f":{name}") and "pick:" in button)
        return self.press(item)

    @property
    def rows(self) -> list[str]:
        return sorted(read_rows(self.page))


def define(project: Project, name: str, kinds: Kind, *, scope: Scope = Scope.PROFILE, **more: Any) -> None:
    PropertyDefinition.objects.create(project=project, scope=scope, name=name, kinds=kinds, **more)


@pytest.fixture
def viewers(project: Project) -> Project:
    """Six people with countries, plans, and videos watched on the last days."""
    for name in ("$country_code", "plan", "$city", "born"):
        define(project, name, Kind.STRING | Kind.DATE if name == "born" else Kind.STRING)
    define(project, "logins", Kind.NUMBER)
    define(project, "tags", Kind.LIST)
    define(project, "genre", Kind.STRING, scope=Scope.EVENT)
    define(project, "minutes", Kind.NUMBER, scope=Scope.EVENT)
    now = datetime.now(UTC)
    people = [("anna", "NO", "pro", 12), ("bo", "NO", "free", 11), ("cem", "DE", "team", 3), ("dora", "DE", "pro", 10),
              ("eve", "FR", "pro", 20), ("finn", "NO", "pro", 0)]  # fmt: skip
    for number, (name, country, plan, watched) in enumerate(people):
        properties = {"$country_code": country, "plan": plan, "logins": number, "tags": [name, number]}
        profile = make_profile(project, name, properties)
        times = [now - timedelta(hours=hour) for hour in range(watched)]
        make_events(profile, "watch video", times, {"genre": "drama" if number % 2 else "comedy", "minutes": number})
        make_events(profile, "like video", times[:1])
    return project


@pytest.fixture
def builder(viewers: Project, teammate: Client) -> Builder:
    return Builder(teammate, f"/projects/{viewers.pk}/users")


def test_a_filter_is_built_step_by_step_without_javascript(builder: Builder) -> None:
    builder.add("watch video").press(_2_value="10", _2_last=["7", "day"])
    assert builder.rows == ["anna", "bo", "dora", "eve"]
    builder.add("$country_code")
    assert "Choose a value. Until then this condition is not applied." in builder.text
    assert builder.rows == ["anna", "bo", "dora", "eve"]
    builder.press(_3_add="NO")
    assert builder.rows == ["anna", "bo"]
    builder.press(_3_add="DE")
    assert builder.rows == ["anna", "bo", "dora"]
    builder.add("plan").press(_4_op="string.is_not", _4_add="free")
    assert builder.rows == ["anna", "dora"]
    assert "includes those without it" in builder.text
    assert builder.address.endswith(
        "?filter=(all:!((event:watch+video,value:10,window:(last:(n:7,unit:day))),"
        "(property:$country_code,type:string,op:is,value:!(NO,DE)),"
        "(property:plan,type:string,op:is_not,value:!(free))))"
    )
    builder.press("clear")
    assert builder.address.endswith("/users")
    assert len(builder.rows) == 6


def test_connectors_hold_for_a_whole_card(builder: Builder) -> None:
    builder.add("plan").press(_2_add="team").add("$country_code").press(_3_add="FR")
    assert builder.rows == []
    builder.press(_3_join="or")
    assert builder.rows == ["cem", "eve"]
    assert "(any:!(" in builder.address


def test_groups_are_joined(builder: Builder) -> None:
    builder.add("plan").press(_2_add="team").press("group")
    assert "This group has no conditions yet." in builder.text
    builder.add("$country_code", card=3).press(_4_add="FR")
    assert builder.rows == []
    builder.press(_3_join="or")
    assert builder.rows == ["cem", "eve"]
    builder.press("negate:3")
    assert builder.rows == ["anna", "bo", "cem", "dora", "finn"]
    assert "not these" in builder.text


def test_then_makes_a_sequence_and_and_ends_it(builder: Builder) -> None:
    builder.add("like video").add("watch video").press(_3_join="then")
    assert builder.text.count(" within ") == 1
    assert "(sequence:!((event:like+video),(event:watch+video)))" in builder.address
    builder.press(_4_within=["1", "day"])
    assert "within:(n:1,unit:day)" in builder.address
    builder.press(_4_join="and")
    assert "(all:!((event:like+video),(event:watch+video)))" in builder.address


def test_events_have_conditions_measures_and_windows(builder: Builder) -> None:
    builder.add("watch video").press("menu:where:2")
    builder.press("pick:where:2:property.string:genre")
    assert "where:" not in builder.address
    builder.press(_4_add="drama")
    assert builder.rows == ["bo", "dora"]
    builder.press(_2_measure="sum")
    assert "Choose the property to measure." in builder.text
    builder.press("menu:of:2").press("pick:of:2:property.number:minutes")
    builder.press(_2_value="30")
    assert builder.rows == ["dora"]
    builder.press(_2_window="before", _2_before="2020-01-01")
    assert builder.rows == []
    builder.press(_2_window="since", _2_since="")
    assert "Choose the days of the window." in builder.text
    builder.press(_2_window="ever").press("first_time:2")
    assert "for the first time ever" in builder.text
    builder.press(_2_did="did_not")
    assert "dora" not in builder.rows
    assert "finn" in builder.rows


def test_kinds_of_values_have_their_fields(builder: Builder) -> None:
    builder.add("logins").press(_2_op="number.between")
    assert "Enter both values." in builder.text
    builder.press(_2_value=["1", "2"])
    assert builder.rows == ["bo", "cem"]
    builder.press(_2_op="number.at_least")
    assert "at_least,value:1" in builder.address
    builder.press("treat:2:string")
    assert "Choose a value." in builder.text
    builder.press("clear").add("tags").press(_2_add="3")
    assert builder.rows == ["dora"]
    builder.press(_2_add='"anna"').press(_2_add="anna").press(_2_add='"3"')
    assert builder.rows == ["anna", "dora"]
    assert "value:!(3,anna,'3')" in unescape(builder.address).replace("%27", "'")
    builder.press("drop:2:0")
    assert builder.rows == ["anna"]
    builder.press("clear").add("born").press(_2_op="date.in_last")
    assert "value:(n:30,unit:day)" in builder.address


def test_a_wrong_value_is_told_beside_its_row(builder: Builder) -> None:
    builder.add("logins").press(_2_value="many")
    assert builder.status == 400
    assert builder.rows == []
    assert builder.text.count("Enter a number here.") == 2
    assert 'aria-invalid="true"' in builder.page
    builder.press(_2_value="3")
    assert builder.rows == ["dora"]


def ask_by_htmx(builder: Builder, do: str, at: str, **changes: str) -> Any:
    data: dict[str, list[str]] = {}
    for name, value in builder.form.fields:
        data.setdefault(name, []).append(value)
    data |= {re.sub(r"^_(\d+)_", r"\1.", name): [value] for name, value in changes.items()}
    headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{at}"}
    return builder.client.post(f"{builder.path}/filter", data | {"do": [do]}, headers=headers)


def test_htmx_gets_the_builder_and_only_a_changed_table(builder: Builder) -> None:
    picked = ask_by_htmx(builder, "pick:add:1:property.string:plan", builder.path)
    assert picked.status_code == 200
    assert picked["HX-Reswap"] == "none"
    assert "HX-Push-Url" not in picked
    page = picked.content.decode()
    assert 'id="builder-body"' in page
    assert "<table" not in page
    builder.page = f'<form id="builder-form">{page}</form>'
    chosen = ask_by_htmx(builder, "", builder.path, _2_add="team")
    page = chosen.content.decode()
    assert chosen["HX-Push-Url"] == f"{builder.path}?filter=(property:plan,type:string,op:is,value:!(team))"
    assert read_rows(page) == ["cem"]
    assert page.count('id="builder-body"') == 1
    assert page.count('id="builder-state"') == 1
    assert "plan is team" in page


def test_the_rest_of_the_state_stays(builder: Builder) -> None:
    builder.open(f"{builder.path}?population=all&search=n&sort=-logins&columns=plan")
    builder.add("plan").press(_2_add="pro")
    assert builder.address.startswith(f"{builder.path}?population=all&filter=(")
    assert builder.address.endswith("&search=n&sort=-logins&columns=plan")


def test_a_link_is_opened_as_it_was_built(builder: Builder) -> None:
    tree = {"any": [
        {"all": [{"property": "$city", "type": "string", "op": "is", "value": ["<script>alert(1)</script>", "a\nb"]},
                 {"property": "nope", "op": "is_set"}]},
        {"not": {"any": [{"event": "never \"seen\"", "did": False}, {"cohort": 99}]}},
        {"sequence": [{"event": "watch video"}, {"event": "like video"}], "window": {"ever": True}},
    ]}  # fmt: skip
    builder.open(f"{builder.path}?filter={quote(json.dumps({'where': tree}))}")
    assert builder.status == 400
    assert "<script>alert" not in builder.page
    assert builder.text.count("not seen yet") == 2
    assert "This cohort does not exist" in builder.text
    builder.press()
    assert builder.status == 400
    cohort = re.search(r'name="node" value="(\d+):\d+:cohort"', builder.page)
    assert cohort
    builder.press(f"remove:{cohort[1]}")
    assert builder.status == 200
    assert len(builder.rows) == 5


def test_an_operator_that_is_gone_says_so_and_is_not_guessed(builder: Builder) -> None:
    gone = {"property": "plan", "type": "string", "op": "sounds_like", "value": ["pro"]}
    builder.open(f"{builder.path}?filter={quote(json.dumps({'where': gone}))}")
    assert builder.status == 400
    assert builder.rows == []
    assert "This operator is not known here; choose one of “is”, “is not”, “contains”" in builder.text
    builder.press(_2_op="string.contains")
    assert builder.status == 200
    assert "Choose a value." in builder.text


def test_a_search_keeps_a_filter_that_is_wrong(builder: Builder) -> None:
    builder.open(f"{builder.path}?filter=(any:1)")
    search = re.search(r'<form class="search".*?</form>', builder.page, re.DOTALL)
    assert search
    assert 'name="filter" value="(any:1)"' in search[0]
    builder.open(f"{builder.path}?filter=(any:1)&search=anna")
    assert builder.status == 400
    assert builder.rows == []
    assert 'value="anna"' in builder.page


def test_a_long_filter_is_kept_under_its_digest(builder: Builder, project: Project) -> None:
    values = json.dumps([f"value number {number}" for number in range(600)])
    builder.add("plan").press(_2_list=values, _2_add="pro")
    assert re.search(r"\?filter=~[0-9a-f]{32}$", builder.address)
    assert builder.rows == ["anna", "dora", "eve", "finn"]
    links = re.findall(r'href="([^"]*)"', builder.page)
    assert max(len(unescape(link)) for link in links) < 1_000
    assert "and 561 more" in builder.text
    # The same filter is kept once, also when it is reached in another way.
    builder.press()
    assert StoredFilter.objects.count() == 1
    assert len(read_rows(get_page(builder.client, read_sorts(builder.page)[1]))) == 4
    # It belongs to its project.
    answer = builder.client.get(f"{builder.path}?filter=~{'0' * 32}")
    assert answer.status_code == 400
    assert "not kept here" in answer.content.decode()


def test_reading_never_stores(builder: Builder) -> None:
    values = ",".join(f"value number {number}" for number in range(250))
    builder.open(f"{builder.path}?filter={quote(f'(property:plan,type:string,op:is,value:!({values}))')}")
    assert builder.status == 200
    assert StoredFilter.objects.count() == 0


def test_the_menu_has_cohorts_where_there_are_some(builder: Builder, project: Project, companies: GroupKey) -> None:
    def menu(**asked: str) -> str:
        return get_page(builder.client, f"{builder.path}/filter/menu?for=add:1&offer=all&" + "&".join(
            f"{name}={value}" for name, value in asked.items()))  # fmt: skip

    assert "Cohorts" not in menu()
    cohort = Cohort.objects.create(
        project=project,
        name="Pros",
        definition={"where": {"property": "plan", "op": "is", "type": "string", "value": "pro"}},
    )
    Cohort.objects.create(project=project, name="Big ones", definition={}, group_key=companies)
    page = menu()
    assert "Cohorts" in page
    assert "Big ones" not in page
    assert f'value="pick:add:1:cohort:{cohort.pk}"' in page
    assert "watch video" not in menu(tab="cohorts")
    assert "Pros" not in menu(search="count")
    assert "$country_code" in menu(search="COUNTRY")
    builder.press("menu:add:1").press(f"pick:add:1:cohort:{cohort.pk}")
    assert builder.rows == ["anna", "dora", "eve", "finn"]
    builder.press(_2_in="not_in")
    assert builder.rows == ["bo", "cem"]


def test_hidden_names_are_not_offered(builder: Builder, project: Project) -> None:
    PropertyDefinition.objects.filter(name="plan").update(hidden=True)
    EventName.objects.filter(name="like video").update(hidden=True)
    page = get_page(builder.client, f"{builder.path}/filter/menu?for=add:1&offer=all")
    assert ":plan" not in page
    assert "like video" not in page


def test_values_are_offered_most_frequent_first(builder: Builder) -> None:
    page = get_page(builder.client, f"{builder.path}/filter/values?scope=profile&name=$country_code")
    assert re.findall(r'data-text="(\w+)"', page) == ["NO", "DE", "FR"]
    page = get_page(builder.client, f"{builder.path}/filter/values?scope=profile&name=$country_code&search=d")
    assert re.findall(r'data-text="(\w+)"', page) == ["DE"]
    page = get_page(builder.client, f"{builder.path}/filter/values?scope=event&event=watch%20video&name=genre")
    assert re.findall(r'data-text="(\w+)"', page) == ["comedy", "drama"]
    page = get_page(builder.client, f"{builder.path}/filter/values?scope=profile&name=no%20such")
    assert "No values yet" in page


def test_a_note_says_what_is_known_of_a_name(builder: Builder) -> None:
    page = get_page(builder.client, f"{builder.path}/filter/note?kind=property&name=$country_code")
    assert "Country Code" in page
    assert "NO" in page
    assert "Last seen" in get_page(builder.client, f"{builder.path}/filter/note?kind=event&name=like%20video")
    answer = builder.client.get(f"{builder.path}/filter/note?kind=event&name=never")
    assert answer.status_code == 204


@pytest.mark.parametrize(
    "fields",
    [
        {"do": "no such thing"},
        {"do": "pick:add:1:property.string"},
        {"do": "menu:fly:1"},
        {"node": "x"},
        {"node": "1:0:nothing"},
        {"node": ["1:0:card", "1:0:card"]},
        {"node": "2:7:card"},
        {"node": ["1:0:card", "2:1:sequence"]},
        {"node": ["1:0:card", "2:1:event"], "2.window": "someday"},
        {"node": ["1:0:card", "2:1:property"], "2.op": "string.is", "2.was": "string.is", "2.list": "{"},
        {"node": [f"{number}:{number - 1}:card" for number in range(1, 40)]},
    ],
)
def test_a_form_that_no_page_has_is_refused(builder: Builder, fields: dict[str, Any]) -> None:
    answer = builder.client.post(f"{builder.path}/filter", fields)
    assert answer.status_code == 400
    assert "This form is incomplete" in answer.content.decode()


def test_groups_have_a_builder_of_their_own(project: Project, companies: GroupKey, teammate: Client) -> None:
    define(project, "employees", Kind.NUMBER, group_key=companies)
    for number in range(3):
        make_profile(project, f"c{number}", {"employees": number * 10}, group_key=companies)
    builder = Builder(teammate, f"/projects/{project.pk}/groups/{companies.pk}")
    assert "All Companies" in builder.text
    builder.add("employees").press(_2_op="number.at_least", _2_value="10")
    assert builder.rows == ["c1", "c2"]
    assert builder.address.startswith(f"/projects/{project.pk}/groups/{companies.pk}?filter=")


def test_the_queries_of_the_page_do_not_grow_with_the_filter(
    builder: Builder, django_assert_max_num_queries: Any
) -> None:
    row = "(property:plan,type:string,op:is_not,value:!(x)),(event:watch+video)"
    with django_assert_max_num_queries(25):
        builder.open(f"{builder.path}?filter=(all:!({','.join([row] * 20)}))")
    assert builder.status == 200


def test_countries_are_found_by_their_names(project: Project, owner: Client) -> None:
    for number, code in enumerate(["NO", "NO", "DE", "NL"]):
        make_profile(project, f"p{number}", {"$country_code": code})
    address = f"/projects/{project.pk}/users/filter/values?name=$country_code&search="
    for search, codes in {"Norw": ["NO"], "n": ["NO", "NL"], "GERMANY": ["DE"], "nowhere": []}.items():
        page = owner.get(address + search, headers={"HX-Request": "true"}).content.decode()
        assert re.findall(r'data-text="(\w+)"', page) == codes, search
    assert "Norway" in owner.get(address + "no", headers={"HX-Request": "true"}).content.decode()
