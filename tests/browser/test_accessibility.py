"""Every page and state, in light and dark: axe finds nothing, and nothing is wider than the screen."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page

from profiles_app.editing.changes import Change, Key, change_profile, delete_profile
from profiles_app.models import BulkChange, BulkKind, BulkState, GroupKey, Project, ServiceAccount
from tests.browser.conftest import Visitor
from tests.browser.looking import SCREENS, look
from tests.conftest import People
from tests.pages.making import make_events, make_profile


@pytest.fixture
def full_project(project: Project) -> Project:
    companies = GroupKey.objects.create(project=project, key="company", label="Companies")
    GroupKey.objects.create(project=project, key="team", label="Teams")
    for number in range(9):
        GroupKey.objects.create(project=project, key=f"kind-{number}", label=f"Kind {number}")
    ServiceAccount.objects.create(project=project, username="nightly.1", secret_hash="x")
    now = datetime.now(UTC)
    for index in range(60):
        make_profile(
            project, f"user-{index}",
            {"$name": f"Person {index}", "$email": f"p{index}@example.com", "$country_code": "NO", "plan": "pro",
             "tags": ["a", "b", "c", "d"], "prefs": {"a": 1}, "long": "x" * 501, "עברית": "אבג"},
            updated_at=now - timedelta(hours=index),
        )  # fmt: skip
    alice = make_profile(project, "alice", {"$name": "Alice", "list": [], "none": None, "$city": "Oslo"})
    make_events(alice, "Sign Up", [now - timedelta(hours=index) for index in range(70)], {"plan": "pro", "n": 1})
    make_events(alice, "A name " * 30, [now], {"tags": ["x", "y"], "company": "acme", "long": "y" * 501})
    make_profile(project, "visitor")
    make_profile(project, "gone", {"plan": "pro"})
    make_events(make_profile(project, "leaver", {"plan": "pro"}), "Open", [now])
    for distinct_id in ("gone", "leaver"):
        delete_profile(Key(project=project, group_key=None, distinct_id=distinct_id))
    key = Key(project=project, group_key=None, distinct_id="alice")
    change_profile(key, Change(values={"$city": "Bergen"}))
    make_profile(project, "acme", {"$name": "Acme", "employees": 7}, group_key=companies)
    many = {"project": project, "kind": BulkKind.SET, "name": "plan", "value": "x" * 70, "people": 9000, "back": "/"}
    BulkChange.objects.create(**many, state=BulkState.RUNNING, done=4000, changed=4000)
    BulkChange.objects.create(**many, state=BulkState.DONE, done=9000, changed=8999, ended_at=now)
    return project


# Every kind of row.
ROWS = (
    "(all:!((all:!((property:plan,type:string,op:is_not,value:!(free)),(property:n,type:number,op:between,value:!(1,2)),"
    "(property:d,type:date,op:on,value:!('2026-01-01')))),(any:!((event:Sign Up,where:(property:plan,type:string,op:is,"
    "value:!(pro)),measure:(sum:n)),(sequence:!((event:a),(event:b,within:(n:1,unit:day)))))),(not:(all:!((any:!()))))))"
)
# Path (with the project's number) and what to click before looking.
STATES: dict[str, tuple[str, tuple[str, ...]]] = {
    "users": ("/projects/{}/users", ()),
    "users, many columns": ("/projects/{}/users?columns=plan,tags,prefs,long,none,$distinct_id", ()),
    "users, selection": ("/projects/{}/users", ("[data-select-row]", "[data-select-everybody]")),
    "users, set property": ("/projects/{}/users", ("[data-select-row]", "#selection-set-property", "#bulk-kind")),
    "users, delete": ("/projects/{}/users", ("[data-select-row]", "#selection-delete", "#bulk-number")),
    "change of many": ("/projects/{}/changes/{change}", ()),
    "change of many, done": ("/projects/{}/changes/{done}", ()),
    "users, population menu": ("/projects/{}/users", ("#population-button",)),
    "users, analyze menu": ("/projects/{}/users", ("#analyze-button",)),
    "users, nobody matches": ("/projects/{}/users?search=nobody-at-all", ()),
    "users, broken address": ("/projects/{}/users?page=broken", ()),
    "users, breakdown": ("/projects/{}/users?breakdown=tags", (".breakdown-sum", "#breakdown-property")),
    "users, breakdown of nobody": ("/projects/{}/users?breakdown=tags&search=nobody", (".breakdown .card-note",)),
    "users, breakdown impossible": ("/projects/{}/users?breakdown=$last_seen", (".breakdown .state",)),
    "users, breakdown alone": ("/projects/{}/users/breakdown?breakdown=plan", ()),
    "users, breakdown to choose": ("/projects/{}/users/breakdown", ()),
    "users, side panel": ("/projects/{}/users?open=alice", (".event summary",)),
    "users, side panel, menu": ("/projects/{}/users?open=alice", ("#hide-button",)),
    "users, side panel, properties": ("/projects/{}/users?open=user-1", ("#properties-tab", ".property .long summary")),
    "users, side panel of nobody": ("/projects/{}/users?open=nobody", ()),
    "groups, side panel": ("/projects/{}/groups/{companies}?open=acme", ()),
    "builder, empty": ("/projects/{}/users", ("#filter-button",)),
    "builder, menu": ("/projects/{}/users", ("#filter-button", "#add-1", "#menu-choices .menu-title")),
    "builder, rows": (f"/projects/{{}}/users?filter={ROWS}", ()),
    "builder, window": (f"/projects/{{}}/users?filter={ROWS}", ("[id^=window-]:visible",)),
    "builder, row menu": (f"/projects/{{}}/users?filter={ROWS}", ("[id^=more-]:visible",)),
    "builder, values": (f"/projects/{{}}/users?filter={ROWS}", ("[data-suggest]",)),
    "builder, faults": (
        "/projects/{}/users?filter=(all:!((cohort:99),(property:n,type:number,op:equals,value:x)))",
        (),
    ),
    "groups": ("/projects/{}/groups/{companies}", ()),
    "groups, empty": ("/projects/{}/groups/{teams}", ()),
    "profile": ("/projects/{}/users/profile?id=alice", (".event summary",)),
    "profile, range menu": ("/projects/{}/users/profile?id=alice", ("#range-button",)),
    "profile, hide menu": ("/projects/{}/users/profile?id=alice", ("#hide-button",)),
    "profile, no events in range": ("/projects/{}/users/profile?id=alice&range=custom&to=2020-01-01", ()),
    "profile, all hidden": ("/projects/{}/users/profile?id=alice&hide=Sign%20Up&range=custom&from=2020-01-01", ()),
    "profile, events alone": ("/projects/{}/users/profile?id=visitor", ()),
    "profile, long values": ("/projects/{}/users/profile?id=user-1", (".long summary",)),
    "profile, editing": ("/projects/{}/users/profile?id=alice", ("[data-new-property] a", "[data-edit-property]")),
    "profile, delete": ("/projects/{}/users/profile?id=alice", ("[popovertarget=delete-profile]",)),
    "profile, editing without script": ("/projects/{}/users/profile/property?id=alice&name=$city", ()),
    "profile, deleted": ("/projects/{}/users/profile?id=gone", ()),
    "profile, deleted with events": ("/projects/{}/users/profile?id=leaver", ()),
    "edit, as a page": ("/projects/{}/users/edit?tab=update&id=alice", ()),
    "profile, group": ("/projects/{}/groups/{companies}/profile?id=acme", (".event summary", ".event .long summary")),
    "profile, nobody": ("/projects/{}/users/profile?id=nobody", ()),
    "settings": ("/projects/{}/settings", ()),
    "settings, question": ("/projects/{}/settings", ("text=Rotate secret",)),
    "settings, group key": ("/projects/{}/settings", ("[popovertarget^=delete-group-key]",)),
    "new project": ("/projects/new", ()),
    "password": ("/account/password", ()),
}


def area_of(what: str) -> str:
    area, _, state = what.partition(", ")
    if area == "users" and state.startswith(("breakdown", "side panel")):
        return "beside"
    return area if area in {"users", "builder", "profile"} else "others"


@pytest.mark.parametrize("area", ["users", "beside", "builder", "profile", "others"])
@pytest.mark.parametrize("screen", SCREENS)
def test_pages_of_a_project(
    full_project: Project, visitor: Visitor, people: People, screen: dict[str, object], area: str
) -> None:
    visitor.expected = ("400 (Bad Request)", "404 (Not Found)")
    keys = {key.key: key.pk for key in GroupKey.objects.all()}
    change, done = BulkChange.objects.order_by("pk").values_list("pk", flat=True)
    changes = {"change": change, "done": done}
    page = visitor.open(people.owner, "/projects/new", **screen)
    problems: list[str] = []
    for what, (path, clicks) in STATES.items():
        if area_of(what) != area:
            continue
        page.goto(path.format(full_project.pk, companies=keys["company"], teams=keys["team"], **changes))
        for selector in clicks:
            page.locator(selector).first.click()
        problems += look(page, what)
    assert problems == []


@pytest.mark.parametrize("screen", SCREENS)
def test_pages_of_others(
    project: Project, open_as: Callable[..., Page], visitor: Visitor, screen: dict[str, object]
) -> None:
    visitor.expected = ("422", "404 (Not Found)")
    page = open_as("owner", f"/projects/{project.pk}/users", **screen)
    problems = look(page, "welcome")
    page.goto(f"/projects/{project.pk}/settings")
    page.get_by_label("E-mail").fill("teammate@example.com")
    page.get_by_role("button", name="Add member").click()
    page.get_by_text("is a member already").wait_for()
    problems += look(page, "settings with an error")
    page.get_by_role("button", name="Rotate secret").click()
    page.get_by_role("button", name="Rotate", exact=True).click()
    page.get_by_text("Copy it now").wait_for()
    problems += look(page, "settings with a secret")
    page = open_as("teammate", f"/projects/{project.pk}/settings", **screen)
    problems += look(page, "settings of an analyst")
    page.goto("/projects/0/users")
    problems += look(page, "not found")
    page = visitor.open(None, "/sign-in", **screen)
    problems += look(page, "sign-in")
    page.get_by_label("E-mail").fill("owner@example.com")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_text("do not belong together").wait_for()
    problems += look(page, "sign-in with an error")
    assert problems == []


@pytest.mark.parametrize("path", ["users", "settings", "users/profile?id=alice"])
def test_twice_the_size(full_project: Project, open_as: Callable[..., Page], path: str) -> None:
    """A window of 1440 × 900 at 200% is half as wide and half as high."""
    page = open_as(
        "owner", f"/projects/{full_project.pk}/{path}", viewport={"width": 720, "height": 450}, device_scale_factor=2
    )
    assert look(page, path) == []
    page.get_by_role("button", name="Menu").click()
    assert page.get_by_role("link", name="Settings").is_visible()
