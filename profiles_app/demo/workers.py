"""Parts of a data set, written side by side by several processes.

This module is what a new process imports first, before Django is set up, so it imports no model.
"""

import multiprocessing
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import django
from django.db import connection

from profiles_app.demo.batches import event_ranges, profile_ranges
from profiles_app.demo.plan import Plan

_RANGES: Final = {"people": profile_ranges, "events": event_ranges}


@dataclass(frozen=True, kw_only=True)
class Part:
    """Numbers `first` up to, not including, `last` of one kind of rows: "people" or "events"."""

    kind: str
    plan: Plan
    first: int
    last: int
    project_id: int


def list_parts(kind: str, plan: Plan, project_id: int) -> Iterator[Part]:
    """The parts that together hold all rows of the kind."""
    for first, last in _RANGES[kind](plan):
        yield Part(kind=kind, plan=plan, first=first, last=last, project_id=project_id)


def run_parts(parts: Iterator[Part], *, processes: int) -> Iterator[int]:
    """Writes the parts, in this process or in several; gives numbers of rows as they are written."""
    if processes <= 1:
        for part in parts:
            yield from _write(part)
        return
    # New processes rather than copies of this one: a copy would share its database connection.
    context = multiprocessing.get_context("spawn")
    with context.Pool(processes, _start, (_connection_settings(),)) as pool:
        yield from pool.imap_unordered(_write_all, parts)


def _connection_settings() -> dict[str, Any]:
    names = ("NAME", "USER", "PASSWORD", "HOST", "PORT")
    return {name: connection.settings_dict[name] for name in names}


def _start(settings: dict[str, Any]) -> None:
    """Prepares a new process: Django, and the database that the first process uses."""
    # The first process ends the others when it is interrupted.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    django.setup()
    connection.settings_dict.update(settings)


def _write(part: Part) -> Iterator[int]:
    # Here, because it imports models, which must wait for `_start`.
    from profiles_app.demo.load import write_part

    return write_part(part)


def _write_all(part: Part) -> int:
    return sum(_write(part))
