"""How large a data set is, and how many events each of its people has.

People are numbered: 0 up to `profiles` have a profile; the numbers after them are the visitors
that never told who they are, with events and no profile.
"""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Final

DAY: Final = 86_400
HISTORY: Final = 180 * DAY
"""Seconds of history. Nobody has an event older than that."""

_VISITORS_PER_PROFILE: Final = 4 / 96
_VISITOR_EVENTS: Final = 0.02
_SILENT: Final = 0.05
_GOLDEN_RATIO: Final = 0.6180339887498949


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The arguments that a data set follows from. Two equal plans give equal data.

    `events` is exact: it is the sum of `count_events` over `everybody`. `now` is the end of the
    data, in seconds since 1970.
    """

    seed: int
    profiles: int
    events: int
    now: int

    @property
    def start(self) -> int:
        """The earliest instant an event may have."""
        return self.now - HISTORY

    @cached_property
    def visitors(self) -> int:
        """How many have events and no profile: 4% of all, fewer where the events do not suffice."""
        return min(round(self.profiles * _VISITORS_PER_PROFILE), self._visitor_events)

    @property
    def everybody(self) -> int:
        return self.profiles + self.visitors

    @cached_property
    def companies(self) -> int:
        """A few hundred, or a few where there are few people."""
        return min(320, self.profiles // 8)

    def count_events(self, index: int) -> int:
        """How many events number `index` has."""
        if index >= self.profiles:
            return _slice(self._visitor_events, index - self.profiles, self.visitors)
        place = self._place(index)
        total = self.events - (self._visitor_events if self.visitors else 0)
        return math.floor(total * self._share(place + 1)) - math.floor(total * self._share(place))

    @cached_property
    def _visitor_events(self) -> int:
        return int(self.events * _VISITOR_EVENTS)

    def _share(self, place: int) -> float:
        """The part of the events that belongs to the `place` busiest people.

        The last 5% have none.
        """
        return min(1.0, busiest_share(place / self.profiles / (1 - _SILENT)))

    @cached_property
    def _stride(self) -> int:
        stride = max(1, int(self.profiles * _GOLDEN_RATIO))
        while math.gcd(stride, self.profiles) != 1:
            stride += 1
        return stride

    def _place(self, index: int) -> int:
        """Where `index` stands from the busiest to the quietest: a shuffle that needs no list.

        Number 0 is among the busiest 1%.
        """
        return (index * self._stride + self.profiles // 100) % self.profiles


def busiest_share(part: float) -> float:
    """The part of all events that the busiest `part` of the people cause, both from 0 to 1.

    A heavy tail that has an end: the busiest tenth makes two thirds of the events, the very
    busiest person forty times the mean.
    """
    head, bend = 0.012, 0.35
    if part >= 1:
        return 1.0
    whole = head**-bend - (1 + head) ** -bend
    return float((head**-bend - (part + head) ** -bend) / whole)


def _slice(total: int, index: int, parts: int) -> int:
    """The size of part `index` when `total` is cut into equal `parts`."""
    return total * (index + 1) // parts - total * index // parts
