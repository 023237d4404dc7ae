"""One Chromium for the session; a context for each test; whatever the browser complains of fails it."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from profiles_app.models import Kind, Project, PropertyDefinition, Scope, User
from tests.conftest import People
from tests.pages.making import make_events, make_profile

# Playwright runs an event loop in this thread, which Django would take for a view's.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

# Two browsers and their servers share two cores: what comes late is not what is wrong. In milliseconds.
_PATIENCE = 20_000
expect.set_options(timeout=_PATIENCE)

# What htmx says of a request that was given up for a later one, or for another page.
_GIVEN_UP = ("htmx:afterRequest", "htmx:sendAbort")

_CHROMIUM = "/usr/bin/chromium"
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(autouse=True)
def _quick_passwords(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=_ARGUMENTS)
        yield browser
        browser.close()


@dataclass
class Visitor:
    """Somebody with a browser. `complaints` is what its console said, for the end of the test."""

    browser: Browser
    address: str
    contexts: list[BrowserContext] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    expected: tuple[str, ...] = ()

    def open(self, user: User | None = None, path: str = "/", **options: Any) -> Page:
        """A page of a new context, signed in as `user`."""
        options = {"viewport": {"width": 1440, "height": 900}} | options
        context = self.browser.new_context(base_url=self.address, reduced_motion="reduce", **options)
        context.set_default_timeout(_PATIENCE)
        self.contexts.append(context)
        if user is not None:
            _sign_in(context, user, self.address)
        page = context.new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.goto(path)
        return page

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not any(
            part in message.text for part in (*_GIVEN_UP, *self.expected)
        ):
            self.complaints.append(f"{message.type}: {message.text}")


def _sign_in(context: BrowserContext, user: User, address: str) -> None:
    client = Client()
    client.force_login(user)
    name = django_settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": address}])


@pytest.fixture
def visitor(browser: Browser, live_server: LiveServer) -> Iterator[Visitor]:
    visitor = Visitor(browser=browser, address=live_server.url)
    yield visitor
    for context in visitor.contexts:
        context.close()
    assert visitor.complaints == []


@pytest.fixture
def open_as(visitor: Visitor, people: People) -> Callable[..., Page]:
    """`open_as("owner", "/projects/1/users")`."""

    def open_page(who: str, path: str = "/", **options: Any) -> Page:
        return visitor.open(getattr(people, who), path, **options)

    return open_page


@pytest.fixture
def viewers(project: Project) -> Project:
    """Six people who watch videos."""
    for name in ("$country_code", "plan"):
        PropertyDefinition.objects.create(project=project, scope=Scope.PROFILE, name=name, kinds=Kind.STRING)
    PropertyDefinition.objects.create(project=project, scope=Scope.PROFILE, name="logins", kinds=Kind.NUMBER)
    PropertyDefinition.objects.create(project=project, scope=Scope.EVENT, name="genre", kinds=Kind.STRING)
    now = datetime.now(UTC)
    people = [("anna", "NO", "pro", 12), ("bo", "NO", "free", 11), ("cem", "DE", "team", 3), ("dora", "DE", "pro", 10),
              ("eve", "FR", "pro", 20), ("finn", "NO", "pro", 0)]  # fmt: skip
    for number, (name, country, plan, watched) in enumerate(people):
        properties = {"$name": name.title(), "$country_code": country, "plan": plan, "logins": number}
        profile = make_profile(project, name, properties)
        times = [now - timedelta(hours=hour) for hour in range(watched)]
        make_events(profile, "watch video", times, {"genre": "drama" if number % 2 else "comedy"})
        make_events(profile, "like video", times[:1])
    return project
