"""`manage.py demo`: people, companies and events that look like a living product."""

import os
import signal
import threading
import time
from argparse import ArgumentTypeError
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser

from profiles_app.demo.load import Load, find_end, has_people
from profiles_app.demo.plan import Plan
from profiles_app.demo.progress import Progress
from profiles_app.models import Project

# Below this a second process costs more time to start than it saves.
_PARALLEL_FROM: Final = 50_000
# What a shell reports for a command that Ctrl-C ended.
_INTERRUPTED: Final = 130


def read_count(text: str) -> int:
    """A whole number from 0 on, perhaps with separators: 20000, 20_000 or 20,000."""
    try:
        number = int(text.replace(",", ""))
    except ValueError:
        raise ArgumentTypeError(f"“{text}” is not a whole number.") from None
    if number < 0:
        raise ArgumentTypeError(f"{number} is negative; give 0 or more.")
    return number


def read_instant(text: str) -> int:
    """Seconds since 1970 of an ISO 8601 instant in the past; without an offset it is UTC."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"“{text}” is not an instant such as 2026-11-20T12:00:00Z.") from None
    seconds = int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    # A whole history lies before it.
    if not 366 * 86_400 <= seconds <= time.time():
        raise ArgumentTypeError(f"{text} is not between 1971 and now; events of the future would become now.")
    return seconds


class Command(BaseCommand):
    help = "Fill a project with demo data. Running it again with the same arguments adds nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--profiles", type=read_count, default=20_000, help="people with a profile (20,000)")
        parser.add_argument("--events", type=read_count, default=200_000, help="events of all together (200,000)")
        parser.add_argument("--seed", type=int, default=1, help="another number gives other people (1)")
        parser.add_argument("--project", type=read_count, default=1, help="id of the project (1)")
        parser.add_argument("--now", type=read_instant, help="when the data ends, ISO 8601 (now)")
        parser.add_argument("--if-empty", action="store_true", help="do nothing when the project has people")
        parser.add_argument("--processes", type=read_count, help="how many write at once (one per processor)")

    def handle(self, *args: Any, **options: Any) -> None:
        project = get_project(options["project"])
        if options["if_empty"] and has_people(project):
            self.stdout.write(f"Project {project.name} has people already; nothing was added.")
            return
        end = self._choose_end(project, options)
        plan = Plan(seed=options["seed"], profiles=options["profiles"], events=options["events"], now=end)
        if plan.events and not plan.profiles:
            raise CommandError("Events need people: give --profiles of 1 or more, or --events 0.")
        self._load(plan, project, options["processes"] or choose_processes(plan))

    def _choose_end(self, project: Project, options: dict[str, Any]) -> int:
        if options["now"] is not None:
            return int(options["now"])
        found = find_end(project, options["seed"])
        if found is None:
            return int(time.time())
        end = datetime.fromtimestamp(found, UTC).isoformat()
        self.stdout.write(f"Project {project.name} holds data of this seed up to {end}: completing it.")
        return min(found, int(time.time()))

    def _load(self, plan: Plan, project: Project, processes: int) -> None:
        progress = Progress(plan, self.stdout.write)
        try:
            with interrupted_by_terminate():
                Load(plan=plan, project=project, processes=processes).run(progress.add)
        except KeyboardInterrupt:
            self.stderr.write("Stopped. What was written stays; run the same command again to complete it.")
            raise SystemExit(_INTERRUPTED) from None
        self.stdout.write(progress.summarize(project.name))


@contextmanager
def interrupted_by_terminate() -> Iterator[None]:
    """Inside, SIGTERM does what Ctrl-C does, so that the other processes are ended too."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def get_project(project_id: int) -> Project:
    """The project; raises `CommandError` that lists the ones there are."""
    found = Project.objects.filter(pk=project_id).first()
    if found:
        return found
    names = ", ".join(f"{project.pk} ({project.name})" for project in Project.objects.order_by("pk")[:20])
    raise CommandError(f"There is no project {project_id}. " + (f"There are: {names}." if names else "There is none."))


def choose_processes(plan: Plan) -> int:
    """One for each processor where there is enough to do."""
    return (os.cpu_count() or 1) if plan.profiles + plan.events >= _PARALLEL_FROM else 1
