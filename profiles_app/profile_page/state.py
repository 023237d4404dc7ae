"""What the address of a profile says: whose, range, hidden events, how far back, where from."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final
from urllib.parse import quote

from django.core import signing
from django.http import QueryDict

from profiles_app.errors import BadInput
from profiles_app.profile_page.ranges import CUSTOM, DEFAULT, DayRange, parse_range
from profiles_app.selectors.activity import FeedPosition

_SALT: Final = "roster.activity.page"
_MOST_HIDDEN: Final = 200


@dataclass(frozen=True, kw_only=True)
class ProfileState:
    """The state of one profile's page; `before` is a signed position, `back` a local path or ''."""

    distinct_id: str
    days: DayRange
    hidden: tuple[str, ...] = ()
    before: str = ""
    back: str = ""

    def change(self, **changes: Any) -> "ProfileState":
        return replace(self, **({"before": ""} | changes))

    def fields(self) -> list[tuple[str, str]]:
        """Names and values in the order of the address, without defaults."""
        days = self.days
        pairs = [("id", self.distinct_id), ("range", "" if days.key == DEFAULT else days.key)]
        if days.key == CUSTOM:
            pairs += [("from", days.first.isoformat() if days.first else "")]
            pairs += [("to", days.last.isoformat() if days.last else "")]
        pairs += [("hide", name) for name in self.hidden]
        pairs += [("before", self.before), ("back", self.back)]
        return [(name, text) for name, text in pairs if text]

    def url(self, path: str) -> str:
        return f"{path}?" + "&".join(f"{name}={quote(text, safe='')}" for name, text in self.fields())


def parse_state(params: QueryDict, *, today: date, back: str) -> ProfileState:
    """Raises `BadInput`. `back` was checked by the caller."""
    days = parse_range(params.get("range", ""), first=params.get("from", ""), last=params.get("to", ""), today=today)
    hidden = tuple(dict.fromkeys(name for name in params.getlist("hide") if name))[:_MOST_HIDDEN]
    return ProfileState(
        distinct_id=params.get("id", ""), days=days, hidden=hidden, before=params.get("before", ""), back=back
    )


def usual_state(distinct_id: str, *, today: date, back: str) -> ProfileState:
    """A profile as it opens."""
    return ProfileState(distinct_id=distinct_id, days=parse_range("", first="", last="", today=today), back=back)


def write_position(position: FeedPosition, *, profile_id: int) -> str:
    """The place after an event, signed for this profile."""
    content = [profile_id, position.time.isoformat(), position.id]
    return signing.dumps(content, salt=_SALT)


def read_position(text: str, *, profile_id: int) -> FeedPosition | None:
    """The inverse; None for ''. Raises `BadInput` for another profile's or a changed one."""
    if not text:
        return None
    try:
        owner, moment, number = signing.loads(text, salt=_SALT)
    except signing.BadSignature:
        owner = None
    if owner != profile_id:
        raise BadInput("The address of these older events is incomplete or belongs to somebody else.")
    return FeedPosition(time=datetime.fromisoformat(moment), id=number)
