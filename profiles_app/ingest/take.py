"""Taking in a batch of records: sort out whose they are, parse them, write them.

The views, the demo data and the benchmarks all come through here.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import transaction

from profiles_app.ingest import limits, write_events, write_profiles
from profiles_app.ingest.catalog import Place, find_dates, find_excess_events, find_excess_properties
from profiles_app.ingest.engage import Update, list_payloads, parse_update
from profiles_app.ingest.outcome import Outcome, RecordProblem
from profiles_app.ingest.track import RESERVED, ParsedEvent, parse_event
from profiles_app.ingest.values import Signature, check_size, check_text, needs_checking, sign
from profiles_app.models import GroupKey, Project, Scope
from profiles_app.models.project import is_one_line

Parsed = TypeVar("Parsed")
Items = list[tuple[int, dict[str, Any]]]


@dataclass(frozen=True, kw_only=True)
class Records:
    """Records of one project at their places in the request.

    `odd_text`, `size`: as in `wire.Batch`. `address`: names a person where nothing else does.
    """

    project: Project
    items: list[tuple[int, Any]]
    odd_text: bool = True
    size: int = limits.BODY_BYTES
    address: str = ""


def take_profiles(project: Project, records: list[Any]) -> Outcome:
    """Applies profile updates (`$distinct_id`) that come from Roster's own code."""
    outcome = Outcome(total=len(records))
    engage(Records(project=project, items=list(enumerate(records))), outcome)
    return outcome


def take_groups(project: Project, records: list[Any]) -> Outcome:
    """Applies group updates (`$group_key`, `$group_id`) that come from Roster's own code."""
    outcome = Outcome(total=len(records))
    engage_groups(Records(project=project, items=list(enumerate(records))), outcome)
    return outcome


def engage(records: Records, outcome: Outcome) -> None:
    """Applies updates of users. What is wrong with a record is noted in `outcome`."""
    _engage_place(records, Place(project_id=records.project.pk, scope=Scope.PROFILE), "$distinct_id", outcome)


def engage_groups(records: Records, outcome: Outcome) -> None:
    """Applies updates of groups; a group key that is new is added to the project."""
    by_key: dict[str, list[tuple[int, Any]]] = {}
    for index, record in _drop_malformed(records.items, outcome):
        try:
            by_key.setdefault(_parse_group_key(record, odd_text=records.odd_text), []).append((index, record))
        except RecordProblem as problem:
            outcome.fail(index, problem)
    # A request is answered as one: groups of several kinds are written together.
    with transaction.atomic() if len(by_key) > 1 else nullcontext():
        for key, items in by_key.items():
            part = Records(project=records.project, items=items, odd_text=records.odd_text, size=records.size)
            _engage_groups_of(key, part, outcome)


def _engage_groups_of(key: str, records: Records, outcome: Outcome) -> None:
    try:
        group_key = ensure_group_key(records.project, key)
    except RecordProblem as problem:
        for index, _ in records.items:
            outcome.fail(index, problem)
        return
    place = Place(project_id=records.project.pk, scope=Scope.PROFILE, group_key_id=group_key.pk)
    _engage_place(records, place, "$group_id", outcome)


def _engage_place(records: Records, place: Place, id_field: str, outcome: Outcome) -> None:
    items = list(_drop_malformed(records.items, outcome))
    payloads = list_payloads([record for _, record in items])
    signature = sign(payloads)
    items = _drop_excess_properties(items, place, signature, outcome)
    check = records.odd_text or needs_checking(signature)
    now = time.time_ns() // 1_000_000
    heavy = records.size > limits.RECORD_BYTES

    def parse(index: int, record: dict[str, Any]) -> Update:
        if heavy:
            check_size(record)
        return parse_update(
            record, index=index, id_field=id_field, now=now, outcome=outcome, check=check, odd_text=records.odd_text
        )

    updates = _parse_all(items, parse, outcome)
    if updates:
        if check or len(updates) < len(records.items):
            signature = sign([step.values for update in updates for step in update.steps])
        plan = write_profiles.Plan(place=place, updates=updates, signature=signature)
        write_profiles.write_updates(plan, outcome)


def track(records: Records, outcome: Outcome, *, dated: bool) -> None:
    """Writes events; with `dated` each must carry its time. Problems are noted in `outcome`."""
    items = list(_drop_malformed(records.items, outcome, inner="properties"))
    place = Place(project_id=records.project.pk, scope=Scope.EVENT)
    signature = sign(record["properties"] for _, record in items)
    named = {pair for pair in signature if pair[0] not in RESERVED}
    items = _drop_excess_events(_drop_excess_properties(items, place, named, outcome), place.project_id, outcome)
    check = records.odd_text or needs_checking(signature)
    now = time.time_ns() // 1_000_000
    heavy = records.size > limits.RECORD_BYTES

    def parse(index: int, record: dict[str, Any]) -> ParsedEvent:
        if heavy:
            check_size(record)
        return parse_event(
            record,
            index=index,
            now=now,
            outcome=outcome,
            check=check,
            odd_text=records.odd_text,
            dated=dated,
            address=records.address,
        )

    events = _parse_all(items, parse, outcome)
    if events:
        dictionaries = [event.properties for event in events]
        is_as_sent = not check and len(events) == len(records.items)
        signature = named if is_as_sent else sign(dictionaries)
        plan = write_events.Plan(place=place, events=events, signature=signature, dates=find_dates(dictionaries))
        write_events.write_events(plan, outcome)


def _drop_excess_properties(items: Items, place: Place, signature: Signature, outcome: Outcome) -> Items:
    """The records that bring no property for which the project has no room."""
    excess = find_excess_properties(place, {name[: limits.NAME_LENGTH] for name, _ in signature})
    if not excess:
        return items
    kept = []
    for index, record in items:
        payloads = [payload for payload in record.values() if payload.__class__ is dict]
        surplus = next((name for payload in payloads for name in payload if name[: limits.NAME_LENGTH] in excess), "")
        if surplus:
            problem = f"is new, and the project has {limits.PROPERTY_NAMES:,} property names, which is the limit."
            outcome.fail(index, RecordProblem(surplus[:60], problem))
        else:
            kept.append((index, record))
    return kept


def _drop_excess_events(items: Items, project_id: int, outcome: Outcome) -> Items:
    """The events of which the name is known, or the project has room for it."""
    names = {name[: limits.NAME_LENGTH] for _, record in items if isinstance(name := record.get("event"), str)}
    excess = find_excess_events(project_id, names)
    if not excess:
        return items
    kept = []
    for index, record in items:
        name = record.get("event")
        if isinstance(name, str) and name[: limits.NAME_LENGTH] in excess:
            problem = f"is new, and the project has {limits.EVENT_NAMES:,} event names, which is the limit."
            outcome.fail(index, RecordProblem("event", problem), insert_id=_get_insert_id(record))
        else:
            kept.append((index, record))
    return kept


def _parse_all(
    items: list[tuple[int, Any]], parse: Callable[[int, dict[str, Any]], Parsed], outcome: Outcome
) -> list[Parsed]:
    parsed: list[Parsed] = []
    for index, record in items:
        try:
            parsed.append(parse(index, record))
        except RecordProblem as problem:
            outcome.fail(index, problem, insert_id=_get_insert_id(record))
    return parsed


def _get_insert_id(record: dict[str, Any]) -> str:
    properties = record.get("properties")
    insert_id = properties.get("$insert_id") if isinstance(properties, dict) else None
    return insert_id if isinstance(insert_id, str) else ""


def _drop_malformed(
    items: list[tuple[int, Any]], outcome: Outcome, *, inner: str = ""
) -> Iterator[tuple[int, dict[str, Any]]]:
    """The records that are objects and, where `inner` is given, hold an object under that name."""
    for index, record in items:
        if record.__class__ is not dict:
            outcome.fail(index, RecordProblem("", "is not an object."))
        elif inner and record.get(inner).__class__ is not dict:
            outcome.fail(index, RecordProblem(inner, "is missing; it must be an object."))
        else:
            yield index, record


def _parse_group_key(record: dict[str, Any], *, odd_text: bool) -> str:
    key = record.get("$group_key")
    if not isinstance(key, str) or not key.strip():
        raise RecordProblem("$group_key", "is missing or empty; it must name the kind of group, such as company.")
    if len(key) > limits.NAME_LENGTH:
        raise RecordProblem("$group_key", f"has {len(key):,} characters; {limits.NAME_LENGTH} are allowed.")
    if odd_text:
        check_text(key, "$group_key")
    if not is_one_line(key):
        raise RecordProblem("$group_key", "must stand on one line, without control characters.")
    return key


def ensure_group_key(project: Project, key: str) -> GroupKey:
    """The group key, made when it is new. Raises `RecordProblem` when the project has too many."""
    found = GroupKey.objects.filter(project=project, key=key).first()
    if found:
        return found
    if GroupKey.objects.filter(project=project).count() >= limits.GROUP_KEYS:
        raise RecordProblem("$group_key", f"is new, and the project has {limits.GROUP_KEYS} group keys already.")
    label = key.replace("_", " ").strip().title()[:100] or key[:100]
    return GroupKey.objects.get_or_create(project=project, key=key, defaults={"label": label})[0]
