"""From a record of /engage or /groups to an update of one profile."""

from typing import Any, Final, NamedTuple

from profiles_app.ingest.operations import DELETE, OPERATIONS, UNSET, Properties
from profiles_app.ingest.outcome import Outcome, RecordProblem
from profiles_app.ingest.times import parse_time
from profiles_app.ingest.values import check_properties, check_text, parse_identifier

# A record's own `$time` within a minute of now is the sender's clock, cut to whole seconds by the
# SDKs: the time of arrival says the same and more exactly.
_LIVE_MS: Final = 60_000


class Step(NamedTuple):
    """One operation with its names and values; for `$unset` the values are None."""

    key: str
    values: Properties


class Update(NamedTuple):
    """The steps of one record, in their order. `updated_at` is in ms since 1970, None: do not move it."""

    position: int
    distinct_id: str
    steps: list[Step]
    updated_at: int | None

    @property
    def creates(self) -> bool:
        return any(step.values and step.key in OPERATIONS and OPERATIONS[step.key].creates for step in self.steps)

    @property
    def reads(self) -> bool:
        return any(step.key in OPERATIONS and OPERATIONS[step.key].reads for step in self.steps)

    @property
    def removes(self) -> bool:
        return any(step.key not in OPERATIONS for step in self.steps)


def list_payloads(records: list[Any]) -> list[Properties]:
    """The objects of names and values of all operations in the batch, unchecked."""
    return [
        payload
        for record in records
        if record.__class__ is dict
        for key, payload in record.items()
        if key in OPERATIONS and payload.__class__ is dict
    ]


def parse_update(
    record: dict[str, Any], *, index: int, id_field: str, now: int, outcome: Outcome, check: bool, odd_text: bool
) -> Update:
    """The update that a record asks for. Raises `RecordProblem` when nothing of it can be applied.

    `id_field`: `$distinct_id` or `$group_id`. `check`: look at every name and value. A single
    value that its operation cannot take is left out and noted in `outcome`.
    """
    steps: list[Step] = []
    for key, payload in record.items():
        if key in OPERATIONS:
            values = _parse_values(key, payload, index=index, outcome=outcome, check=check, odd_text=odd_text)
            steps.append(Step(key=key, values=values))
        elif key == UNSET:
            steps.append(Step(key=key, values=_parse_names(payload, odd_text=odd_text)))
        elif key == DELETE:
            steps.append(Step(key=key, values={}))
    if not steps:
        raise RecordProblem("", f"there is no operation; give one of {', '.join([*OPERATIONS, UNSET, DELETE])}.")
    return Update(
        position=index,
        distinct_id=parse_identifier(record.get(id_field), id_field),
        steps=steps,
        updated_at=_parse_updated_at(record, now),
    )


def _parse_values(key: str, payload: Any, *, index: int, outcome: Outcome, check: bool, odd_text: bool) -> Properties:
    if payload.__class__ is not dict:
        raise RecordProblem(key, "must be an object of property names and values.")
    if check:
        payload = check_properties(payload, at=key, index=index, outcome=outcome, odd_text=odd_text)
    if key == "$set":
        return payload  # type: ignore[no-any-return]
    operation = OPERATIONS[key]
    accepted: Properties = {}
    for name, value in payload.items():
        try:
            operation.check(name, value)
        except RecordProblem as problem:
            outcome.fail(index, problem, partial=True)
        else:
            accepted[name] = value
    return accepted


def _parse_names(payload: Any, *, odd_text: bool) -> Properties:
    names = [payload] if isinstance(payload, str) else payload
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise RecordProblem(UNSET, "must be a list of property names.")
    if odd_text:
        for name in names:
            check_text(name, UNSET)
    return dict.fromkeys(names)


def _parse_updated_at(record: dict[str, Any], now: int) -> int | None:
    ignore = record.get("$ignore_time")
    if ignore in (True, "true"):
        return None
    if record.get("$time") is None:
        return now
    time = parse_time(record["$time"], now=now, place="$time")
    return now if now - time < _LIVE_MS else time
