"""From a record of /track or /import to an event."""

import hashlib
from typing import Any, Final, NamedTuple

from profiles_app.ingest import limits
from profiles_app.ingest.operations import Properties
from profiles_app.ingest.outcome import Outcome, RecordProblem
from profiles_app.ingest.times import MILLISECONDS_FROM, parse_time
from profiles_app.ingest.values import check_properties, check_text, parse_identifier

# Names in an event's properties that are columns, or no business of its readers.
RESERVED: Final = frozenset({"token", "time", "distinct_id", "$insert_id"})


class ParsedEvent(NamedTuple):
    """One event, checked, and its place in the request.

    `time` is a Unix time in ms; `insert_id` is empty where none was sent.
    """

    position: int
    name: str
    distinct_id: str
    time: int
    insert_id: str
    properties: Properties


def parse_event(
    record: dict[str, Any],
    *,
    index: int,
    now: int,
    outcome: Outcome,
    check: bool,
    odd_text: bool,
    dated: bool,
    address: str = "",
) -> ParsedEvent:
    """The event in a record, whose properties are taken over. Raises `RecordProblem`.

    `check`: look at every name and value. `dated`: a time is required. `address`: the sender's,
    to name a person by where no distinct id was sent and the request asks for that.
    """
    properties = record["properties"]
    pop = properties.pop
    pop("token", None)
    time = pop("time", None)
    name: Any = record.get("event")
    distinct_id: Any = pop("distinct_id", None)
    insert_id: Any = properties.get("$insert_id")
    # What is as it should be is passed over quickly; each exception has a function of its own.
    if odd_text or not _is_plain(name, limits.NAME_LENGTH):
        name = _parse_event_name(name, index, outcome, odd_text=odd_text)
    if odd_text or not _is_plain(insert_id, limits.INSERT_ID_LENGTH):
        insert_id = _parse_insert_id(insert_id, odd_text=odd_text)
    if odd_text or not _is_plain(distinct_id, limits.DISTINCT_ID_LENGTH):
        distinct_id = _parse_person(distinct_id, properties, address)
    if check:
        properties = check_properties(properties, at="properties", index=index, outcome=outcome, odd_text=odd_text)
    if time.__class__ is int and 0 <= time < MILLISECONDS_FROM:
        moment = min(time * 1000, now)
    else:
        moment = _parse_event_time(time, now, dated=dated)
    properties.pop("$insert_id", None)
    return ParsedEvent(index, name, distinct_id, moment, insert_id, properties)


def _is_plain(value: Any, length: int) -> bool:
    """A string that cannot be blank or too long."""
    return value.__class__ is str and 0 < len(value) <= length and not value.isspace()


def _parse_event_name(value: Any, index: int, outcome: Outcome, *, odd_text: bool) -> str:
    if value.__class__ is not str or not value.strip():
        raise RecordProblem("event", "is missing or empty; it must be the name of the event.")
    if odd_text:
        check_text(value, "event")
    if len(value) > limits.NAME_LENGTH:
        outcome.warn(index, "event", f"the name has {len(value):,} characters; it was cut to {limits.NAME_LENGTH}.")
    return str(value[: limits.NAME_LENGTH])


def _parse_insert_id(value: Any, *, odd_text: bool) -> str:
    if value is None:
        return ""
    if value.__class__ is int:
        value = str(value)
    if value.__class__ is not str or len(value) > limits.INSERT_ID_LENGTH:
        raise RecordProblem(
            "properties.$insert_id", f"must be a string of at most {limits.INSERT_ID_LENGTH} characters."
        )
    if odd_text:
        check_text(value, "properties.$insert_id")
    return str(value)


def _parse_person(distinct_id: Any, properties: Properties, address: str) -> str:
    """The distinct id; else the signed-in user's id, else the device's, else the address."""
    if distinct_id is None or distinct_id == "":
        if properties.get("$user_id"):
            distinct_id = properties["$user_id"]
        elif isinstance(properties.get("$device_id"), str) and properties["$device_id"]:
            distinct_id = f"$device:{properties['$device_id']}"
        elif address:
            distinct_id = hashlib.sha256(address.encode()).hexdigest()[:32]
    return parse_identifier(distinct_id, "properties.distinct_id")


def _parse_event_time(value: Any, now: int, *, dated: bool) -> int:
    if value is not None:
        return parse_time(value, now=now, place="properties.time")
    if dated:
        raise RecordProblem("properties.time", "is missing; it must be seconds or milliseconds since 1970.")
    return now
