"""How far a load has come, in plain lines."""

import time
from collections import Counter
from collections.abc import Callable
from typing import Final

from profiles_app.demo.plan import Plan

_EVERY_SECONDS: Final = 3.0


class Progress:
    """Counts rows and says every few seconds how many there are. `clock` gives seconds."""

    def __init__(self, plan: Plan, say: Callable[[str], None], *, clock: Callable[[], float] = time.monotonic) -> None:
        self._totals = {"people": plan.profiles, "events": plan.events, "companies": plan.companies}
        self._plan = plan
        self._say = say
        self._clock = clock
        self._began = self._kind_began = self._said = clock()
        self._kind = ""
        self._counts: Counter[str] = Counter()

    def add(self, kind: str, written: int) -> None:
        """Rows of a kind that were just written."""
        now = self._clock()
        if kind != self._kind:
            self._kind, self._kind_began = kind, self._said if self._kind else self._began
        self._counts[kind] += written
        if now - self._said >= _EVERY_SECONDS or self._counts[kind] == self._totals[kind]:
            self._said = now
            self._say(self._describe(kind, now - self._kind_began))

    def _describe(self, kind: str, seconds: float) -> str:
        count, total = self._counts[kind], self._totals[kind]
        share = count * 100 // max(1, total)
        return f"{kind}: {count:,} of {total:,} ({share}%), {count / max(seconds, 0.001):,.0f} a second"

    def summarize(self, project: str) -> str:
        """What the project holds of this data set now."""
        seconds = max(self._clock() - self._began, 0.001)
        counts = self._counts
        return (
            f"Project {project}: {counts['people']:,} people with a profile, {self._plan.visitors:,} without, "
            f"{counts['companies']:,} companies, {counts['events']:,} events, in {seconds:.1f} s "
            f"({counts.total() / seconds:,.0f} rows a second)."
        )
