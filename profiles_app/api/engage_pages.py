"""Pages by number, for clients that know no cursor.

Such a client sends the `session_id` of the first answer, or of the latest, and counts `page` upwards.
Pages follow one another by distinct id, each beginning where the one before ended, never at an offset:
people who come or go meanwhile move nobody to a page that was read already, or is never read.

Where a page begins is remembered in two places: the session_id of each answer carries the beginning of
the next page, and the cache holds the beginnings of all pages of a session that were read. A page that
neither knows is found by reading from the nearest one that is known; so the cache saves time, and no
answer depends on it.
"""

import secrets
from dataclasses import dataclass
from typing import Final

from django.core import signing
from django.core.cache import cache

from profiles_app.api.cursors import BadCursor, fingerprint_people, pack_position, unpack_position
from profiles_app.errors import TooSlow
from profiles_app.selectors.people import PeoplePage, PeopleQuery, Person, Position, list_people, read_people

PAGE_SIZE: Final = 1_000
_SALT: Final = "roster.api.session"
_KEPT: Final = 24 * 3600  # seconds
# One request passes over so many pages at most to find where its own begins.
MOST_PASSED: Final = 100

# The beginning of a page; None: the list ended before it.
Beginnings = dict[int, Position | None]


@dataclass(frozen=True, kw_only=True)
class Session:
    """One walk through a list. `page` is the page whose beginning the token carries."""

    name: str
    total: int
    page: int = 0
    beginning: Position | None = None


@dataclass(frozen=True, kw_only=True)
class EngagePage:
    people: list[Person]
    session_id: str
    total: int


def get_page(query: PeopleQuery, *, page: int, session_id: str) -> EngagePage:
    """A page of the list, in the order of distinct ids. Page 0 begins a walk, whose `total` all of its
    pages repeat. Raises `BadCursor`, and `TooSlow` for a page far beyond those that were read."""
    if page == 0:
        first, total = read_people(query, limit=PAGE_SIZE)
        return _answer(query, Session(name=secrets.token_urlsafe(9), total=total), 0, first)
    session = _read_session(session_id, query)
    beginning = _find_beginning(query, session, page)
    if beginning is None:
        return EngagePage(people=[], session_id=session_id, total=session.total)
    return _answer(query, session, page, list_people(query, at=beginning, limit=PAGE_SIZE))


def _answer(query: PeopleQuery, session: Session, page: int, found: PeoplePage) -> EngagePage:
    people, beginning = _fill(query, found)
    _remember(session, {page + 1: beginning})
    ahead = Session(name=session.name, total=session.total, page=page + 1, beginning=beginning)
    return EngagePage(people=people, session_id=_write_session(ahead, query), total=session.total)


def _fill(query: PeopleQuery, page: PeoplePage) -> tuple[list[Person], Position | None]:
    """A whole page, also where somebody on it was deleted while it was read: clients take a page that
    is not full for the last one."""
    people, beginning = list(page.people), page.next
    while beginning is not None and len(people) < PAGE_SIZE:
        more = list_people(query, at=beginning, limit=PAGE_SIZE - len(people))
        people, beginning = people + more.people, more.next
    return people, beginning


def _find_beginning(query: PeopleQuery, session: Session, page: int) -> Position | None:
    known: Beginnings = _recall(session) | {session.page: session.beginning}
    nearest = max((number for number in known if 0 < number <= page), default=0)
    beginning = known.get(nearest)
    learned: Beginnings = {}
    for number in range(nearest, min(page, nearest + MOST_PASSED)):
        if number > 0 and beginning is None:
            return None
        beginning = learned[number + 1] = list_people(query, at=beginning, limit=PAGE_SIZE).next
    if learned:
        _remember(session, learned)
    if page > nearest + MOST_PASSED and beginning is not None:
        raise TooSlow(
            f"Page {page} is more than {MOST_PASSED} pages beyond those that were read. Read the pages in order, or "
            "ask again: each time Roster gets nearer."
        )
    return beginning


def _recall(session: Session) -> Beginnings:
    found: Beginnings = cache.get(_key(session), {})
    return found


def _remember(session: Session, learned: Beginnings) -> None:
    # Two requests at once may forget one another's page: it is found again.
    cache.set(_key(session), _recall(session) | learned, _KEPT)


def _key(session: Session) -> str:
    return f"api.engage.{session.name}"


def _write_session(session: Session, query: PeopleQuery) -> str:
    place = pack_position(session.beginning) if session.beginning else None
    content = [fingerprint_people(query), session.name, session.total, session.page, place]
    return signing.dumps(content, salt=_SALT, compress=True)


def _read_session(text: str, query: PeopleQuery) -> Session:
    try:
        found, name, total, page, place = signing.loads(text, salt=_SALT)
    except signing.BadSignature:
        raise BadCursor("The session_id is missing, incomplete or was changed. Send it as it came.") from None
    if found != fingerprint_people(query):
        raise BadCursor("The session_id belongs to another query. Send it with the parameters of the first page.")
    return Session(name=name, total=total, page=page, beginning=unpack_position(place) if place else None)
