"""Readers, a writer and compactions at once, every answer checked: `python -m benchmarks.consistency [SECONDS]`.

One writer commits about 1,000 rows a second: new people, new events, people and events that are
written again, and with each transaction the totals. 8 readers in one process and one in each of two
others ask for all of it; a process compacts without a pause. An answer is right where it is the
state after some transaction, as a whole, which had been committed by the time of the answer and is
none before the last one committed when the question began.
"""

import json
import multiprocessing
import os
import statistics
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

_BATCH: Final = 20
_TOTALS: Final = "the totals"
_TIME: Final = "2026-05-15 12:00+00"

_PUT_TOTALS: Final = """
INSERT INTO profiles_app_profile (project_id, distinct_id, properties, created_at)
VALUES (%s, 'the totals', %s, now())
ON CONFLICT (project_id, group_key_id, distinct_id)
DO UPDATE SET properties = excluded.properties, xid = pg_current_xact_id()
"""
_ADD_PEOPLE: Final = """
INSERT INTO profiles_app_profile (project_id, distinct_id, properties, created_at)
SELECT %s, 'p' || i, '{"n": 1}', now() FROM generate_series(%s::int, %s::int) AS i
"""
_RAISE_PEOPLE: Final = """
UPDATE profiles_app_profile SET properties = jsonb_set(properties, '{n}', to_jsonb((properties ->> 'n')::int + 1))
WHERE project_id = %s AND distinct_id = ANY(%s)
"""
_ADD_EVENTS: Final = """
INSERT INTO profiles_app_event AS present (time, profile_id, project_id, name_id, insert_id, properties)
SELECT %s, id, project_id, %s, %s::text, '{"n": 1}' FROM profiles_app_profile
WHERE project_id = %s AND distinct_id = ANY(%s)
ON CONFLICT (profile_id, time, name_id, insert_id) DO UPDATE
SET properties = jsonb_set(present.properties, '{n}', to_jsonb((present.properties ->> 'n')::int + 1)),
    xid = pg_current_xact_id()
"""
_LAST: Final = """
SELECT (properties ->> 't')::int FROM profiles_app_profile WHERE project_id = %s AND distinct_id = 'the totals'
"""


@dataclass(kw_only=True)
class Totals:
    """The state after transaction `t`."""

    t: int = 0
    people: int = 0
    people_sum: int = 0
    events: int = 0
    events_sum: int = 0


@dataclass(kw_only=True)
class Seen:
    """What a reader saw."""

    answers: int = 0
    preparing: int = 0
    violations: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)


class Writer:
    """Commits transaction after transaction."""

    def __init__(self, project_id: int, name_id: int) -> None:
        self._project_id = project_id
        self._name_id = name_id
        self.totals = Totals()

    def write(self) -> None:
        from django.db import connection, transaction

        now = self.totals
        first, last = now.people + 1, now.people + _BATCH
        # Rows from anywhere: in files of all ages, and in the tail.
        again = sorted({1 + (now.t * 7919 + step * 104_729) % max(now.people, 1) for step in range(3)})
        old = [f"p{number}" for number in again] if now.people else []
        after = Totals(
            t=now.t + 1,
            people=last,
            people_sum=now.people_sum + _BATCH + len(old),
            events=now.events + _BATCH,
            events_sum=now.events_sum + _BATCH + len(old),
        )
        new = [f"p{number}" for number in range(first, last + 1)]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_ADD_PEOPLE, [self._project_id, first, last])
            cursor.execute(_RAISE_PEOPLE, [self._project_id, old])
            cursor.execute(_ADD_EVENTS, [_TIME, self._name_id, "1", self._project_id, new + old])
            cursor.execute(_PUT_TOTALS, [self._project_id, json.dumps(vars(after))])
        self.totals = after

    def write_until(self, over: Callable[[], bool], *, rows_a_second: int) -> None:
        pause = threading.Event()
        started = time.monotonic()
        while not over():
            self.write()
            due = started + self.totals.t * (2 * _BATCH + 7) / rows_a_second
            pause.wait(max(0.0, due - time.monotonic()))


def read_until(over: Callable[[], bool], project_id: int) -> Seen:
    """Asks again and again, and checks each answer."""
    from django.db import connections

    from profiles_app.errors import Preparing
    from profiles_app.models import Project

    project = Project.objects.get(pk=project_id)
    seen = Seen()
    try:
        while not over():
            least = _read_last(project_id)
            started = time.perf_counter()
            try:
                found, claimed = _ask(project)
            except Preparing:
                seen.preparing += 1
                continue
            seen.seconds.append(time.perf_counter() - started)
            seen.answers += 1
            most = _read_last(project_id)
            if found != claimed or not least <= found.t <= most:
                seen.violations.append(f"{found} where the totals are {claimed}, between {least} and {most}")
    finally:
        connections.close_all()
    return seen


def _read_last(project_id: int) -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(_LAST, [project_id])
        (last,) = cursor.fetchone() or (0,)
    return int(last)


def _ask(project: Any) -> tuple[Totals, Totals]:
    """What the rows add up to, and what their writer said, both as the engine reads them."""
    from sqlglot import exp

    from profiles_app.columnar.engine import ask
    from profiles_app.filters.data import Form

    with ask(project, group_key=None) as question:
        people = question.people
        number = people.value("n", Form.NUMBER)
        columns = [people.id.copy(), people.distinct_id.copy(), number.as_("n"), people.properties().copy()]
        question.keep("everybody", exp.select(*columns).from_(people.relation()))
        question.begin()
        ((text,),) = question.fetch(exp.select("properties").from_("everybody").where(f"distinct_id = '{_TOTALS}'"))
        ((count, total),) = question.fetch(
            exp.select("count(*)", "coalesce(sum(n), 0)").from_("everybody").where(f"distinct_id <> '{_TOTALS}'")
        )
        events = question.events("Happened", start=None, end=question.moment.now.replace(year=2100))
        amount = exp.Coalesce(this=exp.Sum(this=events.value("n", Form.NUMBER)), expressions=[exp.Literal.number(0)])
        ((happened, amounts),) = question.fetch(
            exp.select(exp.Count(this=exp.Star()), amount)
            .from_(events.relation())
            .where(events.profile_id.copy().isin(query=exp.select("id").from_("everybody")))
        )
    claimed = Totals(**json.loads(text))
    return Totals(t=claimed.t, people=count, people_sum=total, events=happened, events_sum=amounts), claimed


@dataclass(frozen=True, kw_only=True)
class _Run:
    """What children share: when it is over, who is ready, what they have to say."""

    database: str
    project_id: int
    over: Any
    ready: Any
    answers: Any


def _start_child(database: str) -> None:
    """A new process of the same installation."""
    import django

    django.setup()
    from django.db import connection

    connection.settings_dict["NAME"] = database


def _read_in_child(shared: _Run) -> None:
    _start_child(shared.database)
    shared.ready.release()
    shared.answers.put(read_until(shared.over.is_set, shared.project_id))


def _compact_in_child(shared: _Run) -> None:
    _start_child(shared.database)
    from profiles_app.columnar.compaction import compact

    shared.ready.release()
    rounds = 0
    while not shared.over.is_set():
        compact(shared.project_id)
        rounds += 1
    shared.answers.put(rounds)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What all readers saw, how many transactions and compactions there were."""

    seen: list[Seen]
    totals: Totals
    compactions: int

    @property
    def violations(self) -> list[str]:
        return [violation for seen in self.seen for violation in seen.violations]

    @property
    def answers(self) -> int:
        return sum(seen.answers for seen in self.seen)


def run(project_id: int, name_id: int, *, seconds: float, threads: int, processes: int, rows_a_second: int) -> Outcome:
    """The whole for so many seconds, in the database of this process."""
    from django.db import connection, connections

    connection.close()
    start = multiprocessing.get_context("spawn")
    over, ready, answers = start.Event(), start.Semaphore(0), start.Queue()
    shared = _Run(
        database=str(connection.settings_dict["NAME"]), project_id=project_id, over=over, ready=ready, answers=answers
    )
    works = [_compact_in_child, *[_read_in_child] * processes]
    children = [start.Process(target=work, args=(shared,)) for work in works]
    for child in children:
        child.start()
    writer = Writer(project_id, name_id)
    writer.write()
    for _ in children:
        ready.acquire(timeout=60)

    def write() -> None:
        try:
            writer.write_until(over.is_set, rows_a_second=rows_a_second)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(threads + 1) as pool:
        writing = pool.submit(write)
        reading = [pool.submit(read_until, over.is_set, project_id) for _ in range(threads)]
        threading.Event().wait(seconds)
        over.set()
        writing.result()
        seen = [future.result() for future in reading]
    said = [answers.get(timeout=60) for _ in children]
    for child in children:
        child.join()
    seen += [answer for answer in said if isinstance(answer, Seen)]
    rounds = sum(answer for answer in said if isinstance(answer, int))
    return Outcome(seen=seen, totals=writer.totals, compactions=rounds)


def make_project() -> tuple[int, int]:
    """A project and the number of its event's name."""
    from profiles_app.models import EventName, Project, PropertyDefinition, Scope
    from profiles_app.models.project import hash_secret, make_token
    from profiles_app.services.partitions import ensure_partitions

    ensure_partitions([1_778_846_400])
    project = Project.objects.create(name="Consistency", token=make_token(), secret_hash=hash_secret(make_token()))
    for scope in (Scope.PROFILE, Scope.EVENT):
        PropertyDefinition.objects.create(project=project, scope=scope, name="n")
    return project.pk, EventName.objects.create(project=project, name="Happened").pk


def report(outcome: Outcome) -> None:
    """Prints what happened."""
    taken = sorted(seconds for seen in outcome.seen for seconds in seen.seconds)
    print(f"transactions     {outcome.totals.t:,} ({outcome.totals.people:,} people, {outcome.totals.events:,} events)")
    print(f"compactions      {outcome.compactions:,}")
    print(f"questions        {outcome.answers:,} (three statements each)")
    print(f"“preparing”      {sum(seen.preparing for seen in outcome.seen):,}")
    print(f"violations       {len(outcome.violations):,}")
    print(f"median           {1000 * statistics.median(taken):.0f} ms")
    print(f"95 of 100 below  {1000 * taken[int(len(taken) * 0.95)]:.0f} ms")
    for violation in outcome.violations[:5]:
        print(violation)


def main() -> int:
    """A data folder of its own, which stays empty afterwards."""
    from tempfile import TemporaryDirectory

    from config.runtime.server import THROWAWAY_SETTINGS, EmbeddedPostgres

    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    for name in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(name, None)
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        os.environ |= {"ROSTER_DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "config.settings", "ROSTER_DEMO": "0"}
        with EmbeddedPostgres(Path(folder), THROWAWAY_SETTINGS):
            import django

            django.setup()
            from django.core.management import call_command

            call_command("migrate", verbosity=0)
            outcome = run(*make_project(), seconds=seconds, threads=8, processes=2, rows_a_second=1000)
    report(outcome)
    return 1 if outcome.violations else 0


if __name__ == "__main__":
    raise SystemExit(main())
