"""Writing events: one batch, one COPY."""

from dataclasses import dataclass
from struct import Struct
from typing import Final

import orjson
from django.db import IntegrityError, connection

from profiles_app.ingest.binary import EPOCH_2000, JSONB_HEAD, NULL, TEXT_HEAD, copy_rows
from profiles_app.ingest.catalog import Place, learn_properties, number_event_names
from profiles_app.ingest.outcome import Outcome
from profiles_app.ingest.people import number_people
from profiles_app.ingest.track import ParsedEvent
from profiles_app.ingest.transactions import get_sqlstate, run_in_transaction
from profiles_app.ingest.values import Signature
from profiles_app.services.partitions import ensure_partitions

_NO_PARTITION: Final = "23514"  # check_violation, which a partitioned table raises for it
_DUPLICATE: Final = "23505"  # unique_violation


_DAY_MS: Final = 86_400_000
_prepared_days: set[int] = set()


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The events of one batch, and the property names they introduce."""

    place: Place
    events: list[ParsedEvent]
    signature: Signature
    dates: set[str]


def write_events(plan: Plan, outcome: Outcome) -> None:
    """Writes the events in one transaction; duplicates replace, also within the batch."""
    _prepare_days({event.time // _DAY_MS for event in plan.events})
    try:
        written = run_in_transaction(lambda: _write(plan, replace=False))
    except IntegrityError as error:
        written = _write_despite(error, plan)
    outcome.count("events", written)


def _prepare_days(days: set[int]) -> None:
    """Makes partitions where this process has not seen them. That they are there is remembered; that
    they are gone again, as after a dry run, shows when they are written to."""
    fresh = days - _prepared_days
    if fresh:
        ensure_partitions(day * 86_400.0 for day in fresh)
        _prepared_days.update(fresh)


def _write_despite(error: IntegrityError, plan: Plan) -> int:
    """The second try, which takes care of months without a partition and of duplicates."""
    if get_sqlstate(error) not in {_NO_PARTITION, _DUPLICATE}:
        raise error
    ensure_partitions(event.time / 1000 for event in plan.events)
    return run_in_transaction(lambda: _write(plan, replace=True))


def _write(plan: Plan, *, replace: bool) -> int:
    """With `replace`, the slower way for a batch in which some event may be there already."""
    project_id = plan.place.project_id
    names = number_event_names(project_id, {event.name for event in plan.events})
    people = number_people(project_id, {event.distinct_id for event in plan.events})
    rows = _encode_rows(plan, names, people)
    with connection.cursor() as cursor:
        if replace:
            cursor.execute(_MAKE_INCOMING)
            copy_rows(cursor, _COPY_INCOMING, rows)
            cursor.execute(_REPLACE)
        else:
            copy_rows(cursor, _COPY, rows)
    learn_properties(plan.place, plan.signature, plan.dates)
    return len(rows) // _PIECES


_COLUMNS: Final = "(time, profile_id, project_id, name_id, insert_id, properties)"
_COPY: Final = f"COPY profiles_app_event {_COLUMNS} FROM STDIN (FORMAT BINARY)"
_FIXED: Final = Struct(">hiqiqiiii")
_PIECES: Final = 4


def _encode_rows(plan: Plan, names: dict[str, int], people: dict[str, int]) -> list[bytes]:
    """The rows, each in `_PIECES`, in the order of the index, so that batches wait for each other
    in one order; of duplicates only the last."""
    events = plan.events
    keys = sorted(
        (people[event.distinct_id], event.time * 1000 - EPOCH_2000, names[event.name], event.insert_id, position)
        for position, event in enumerate(events)
    )
    project_id = plan.place.project_id
    # A row is put together here and not by the functions of `binary`: this is where the time goes.
    pack, dumps, pack_text, pack_jsonb = _FIXED.pack, orjson.dumps, TEXT_HEAD.pack, JSONB_HEAD.pack
    rows: list[bytes] = []
    following = [*keys[1:], (0, 0, 0, "", 0)]
    for key, after in zip(keys, following, strict=True):
        profile_id, time, name_id, insert_id, position = key
        if insert_id and key[:4] == after[:4]:
            continue
        text = insert_id.encode()
        properties = dumps(events[position].properties)
        rows += (
            pack(6, 8, time, 8, profile_id, 4, project_id, 4, name_id),
            pack_text(len(text)) + text if text else NULL,
            pack_jsonb(len(properties) + 1, 1),
            properties,
        )
    return rows


_MAKE_INCOMING: Final = """
CREATE TEMPORARY TABLE IF NOT EXISTS incoming_event
    (time timestamptz, profile_id bigint, project_id integer, name_id integer, insert_id varchar, properties jsonb)
    ON COMMIT DELETE ROWS;
DELETE FROM incoming_event;
"""
_COPY_INCOMING: Final = f"COPY pg_temp.incoming_event {_COLUMNS} FROM STDIN (FORMAT BINARY)"
_REPLACE: Final = """
INSERT INTO profiles_app_event (time, profile_id, project_id, name_id, insert_id, properties)
SELECT time, profile_id, project_id, name_id, insert_id, properties FROM pg_temp.incoming_event
ORDER BY profile_id, time, name_id, insert_id
ON CONFLICT (profile_id, time, name_id, insert_id) DO UPDATE
SET properties = EXCLUDED.properties, received_at = now(), xid = pg_current_xact_id()
"""
