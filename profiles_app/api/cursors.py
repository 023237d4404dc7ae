"""Cursors: signed text that says where a list goes on, good for that list alone."""

from hashlib import sha256
from typing import Any, Final

from django.core import signing

from profiles_app.errors import BadInput
from profiles_app.selectors.people import PeopleQuery, Position

_SALT: Final = "roster.api.cursor"


class BadCursor(BadInput):
    """The cursor was changed, or belongs to another list."""

    code = "bad_cursor"


def fingerprint(*parts: object) -> str:
    """The same for equal parts, in every process; numbers, texts and frozen dataclasses of them."""
    return sha256(repr(parts).encode()).hexdigest()[:16]


def fingerprint_people(query: PeopleQuery) -> str:
    """What a cursor of this list is bound to: all of the query, the filter included."""
    group = query.group_key.pk if query.group_key else None
    order = (query.sort, query.descending)
    return fingerprint("people", query.project.pk, group, query.population, query.search, order, query.filter)


def write_cursor(list_of: str, *place: object) -> str:
    """`list_of` is the fingerprint of the list, `place` what JSON can hold."""
    return signing.dumps([list_of, *place], salt=_SALT, compress=True)


def read_cursor(text: str | None, list_of: str) -> list[Any] | None:
    """The place that `write_cursor` took; None for no cursor. Raises `BadCursor`."""
    if not text:
        return None
    try:
        content: list[Any] = signing.loads(text, salt=_SALT)
    except signing.BadSignature:
        raise BadCursor("The cursor is incomplete or was changed. Send it as it came.") from None
    if content[0] != list_of:
        raise BadCursor("The cursor belongs to another list. Ask with the parameters of the page that it came from.")
    return content[1:]


def write_position(position: Position | None, query: PeopleQuery) -> str | None:
    """A place in a list of people; None where it ends."""
    if position is None:
        return None
    return write_cursor(fingerprint_people(query), *pack_position(position))


def read_position(text: str | None, query: PeopleQuery) -> Position | None:
    """The inverse. Raises `BadCursor`."""
    place = read_cursor(text, fingerprint_people(query))
    return unpack_position(place) if place else None


def pack_position(position: Position) -> tuple[int, str | None, bool]:
    """A position to read on from, as JSON holds it."""
    return position.id, position.value, position.carried


def unpack_position(place: Any) -> Position:
    number, value, carried = place
    return Position(id=number, value=value, carried=carried, backwards=False)
