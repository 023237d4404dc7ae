"""Writing a data set into a project, by the same code that takes in what SDKs send."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from django.db import connection

from profiles_app.demo.batches import Batch, company_batches, event_batches, profile_batches
from profiles_app.demo.companies import GROUP_KEY, GROUP_LABEL
from profiles_app.demo.people import HERO_AGE, make_hero_id
from profiles_app.demo.plan import DAY, Plan
from profiles_app.demo.workers import Part, list_parts, run_parts
from profiles_app.ingest.outcome import Outcome
from profiles_app.ingest.take import Records, engage, engage_groups, track
from profiles_app.models import GroupKey, Profile, Project
from profiles_app.services.partitions import ensure_partitions

Said = Callable[[str, int], None]
"""Is told the kind of rows that were written, and how many."""


class DemoError(Exception):
    """The ingestion refused a record of the generator: a bug in one of the two."""


@dataclass(frozen=True, kw_only=True)
class Load:
    """A data set on its way into a project, by so many processes."""

    plan: Plan
    project: Project
    processes: int

    def run(self, said: Said) -> None:
        """Writes everything. What is there already stays as it is, so that a run that was
        interrupted is completed by running it again."""
        ensure_partitions(range(self.plan.start, self.plan.now + DAY, DAY))
        GroupKey.objects.get_or_create(project=self.project, key=GROUP_KEY, defaults={"label": GROUP_LABEL})
        said("companies", sum(self._write_companies()))
        for kind in ("people", "events"):
            for written in run_parts(list_parts(kind, self.plan, self.project.pk), processes=self.processes):
                said(kind, written)
        refresh_statistics()

    def _write_companies(self) -> Iterator[int]:
        for batch in company_batches(self.plan):
            yield _write(self.project, batch, engage_groups)


def write_part(part: Part) -> Iterator[int]:
    """Writes one part, a batch at a time; gives the number of rows of each batch."""
    project = Project.objects.get(pk=part.project_id)
    batches, take = _KINDS[part.kind]
    for batch in batches(part.plan, part.first, part.last):
        yield _write(project, batch, take)


def _track_dated(records: Records, outcome: Outcome) -> None:
    track(records, outcome, dated=True)


Take = Callable[[Records, Outcome], None]
_KINDS: Final[dict[str, tuple[Callable[[Plan, int, int], Iterator[Batch]], Take]]] = {
    "people": (profile_batches, engage),
    "events": (event_batches, _track_dated),
}


def _write(project: Project, batch: Batch, take: Take) -> int:
    outcome = Outcome(total=len(batch))
    # Our own texts hold no NUL and no half characters, so not every letter is looked at.
    take(Records(project=project, items=list(enumerate(batch)), odd_text=False, size=0), outcome)
    if outcome.failed:
        raise DemoError(outcome.failed[0].text)
    return len(batch)


def refresh_statistics() -> None:
    """Tells the planner about the new rows now; by itself PostgreSQL would learn of them in a minute."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE profiles_app_profile")
        cursor.execute("ANALYZE profiles_app_event")


def has_people(project: Project) -> bool:
    """Whether the project has a user."""
    return Profile.objects.filter(project=project, group_key=None, deleted_at=None).exists()


def find_end(project: Project, seed: int) -> int | None:
    """The `now` of the data set of this seed that the project holds, in seconds since 1970.

    It follows from the sign-up of number 0, so that a second run adds nothing to the first.
    """
    hero = Profile.objects.filter(project=project, group_key=None, distinct_id=make_hero_id(seed)).first()
    signup = hero.properties.get("signup_date") if hero else None
    try:
        moment = datetime.fromisoformat(str(signup)).replace(tzinfo=UTC)
    except ValueError:
        return None
    return int(moment.timestamp()) + HERO_AGE
