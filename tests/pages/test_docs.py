"""The guides say what the pages say."""

from pathlib import Path

import pytest
from django.conf import settings

from profiles_app.models import Role
from profiles_app.people.attempts import ATTEMPTS, ATTEMPTS_OF_ADDRESS
from profiles_app.people.frame import PLACES
from profiles_app.profile_page.ranges import LABELS
from profiles_app.selectors.people import PAGE_SIZE
from profiles_app.selectors.time_limit import SECONDS

DOCS = Path(settings.BASE_DIR) / "docs"
WORDS = {3: "three", 5: "five", 8: "eight", 10: "ten"}


@pytest.mark.parametrize("label", [*LABELS.values(), "Users with Profiles", "Search profiles", "Hide Events"])
def test_labels_of_the_pages(label: str) -> None:
    assert f"**{label}" in (DOCS / "using.md").read_text()


def test_numbers() -> None:
    using, administering = (" ".join((DOCS / name).read_text().split()) for name in ("using.md", "administering.md"))
    assert f"hold {PAGE_SIZE} people" in using
    assert f"time limit of {SECONDS:g} seconds" in using
    assert f"After {WORDS[ATTEMPTS]} wrong passwords" in administering
    assert f"After {ATTEMPTS_OF_ADDRESS} wrong passwords" in administering
    assert f"the {WORDS[PLACES]} that came first" in administering


@pytest.mark.parametrize("role", Role.labels)
def test_roles(role: str) -> None:
    assert f"| {role} |" in (DOCS / "administering.md").read_text()


@pytest.mark.parametrize("picture", ["users.png", "profile.png"])
def test_pictures_are_small(picture: str) -> None:
    assert f"(images/{picture})" in (DOCS / "using.md").read_text()
    assert (DOCS / "images" / picture).stat().st_size < 300_000
