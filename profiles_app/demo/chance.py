"""Chance that repeats: every number follows from a seed, the name of a stream and an index.

Nothing here remembers how many numbers were drawn before, so any item can be made on its own,
by any process, in any order. Only `Random.random()` is used of the standard library: its
sequence for a whole-number seed is promised to stay the same in later versions of Python.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from typing import Final, TypeVar

T = TypeVar("T")

Draw = Callable[[], float]
"""Gives the next number in [0, 1)."""

_MASK: Final = (1 << 64) - 1
_GOLDEN: Final = 0x9E3779B97F4A7C15


def mix(number: int) -> int:
    """A scrambled whole number of 64 bits; different numbers below 2**64 stay different."""
    number = (number ^ (number >> 30)) * 0xBF58476D1CE4E5B9 & _MASK
    number = (number ^ (number >> 27)) * 0x94D049BB133111EB & _MASK
    return number ^ (number >> 31)


def stream_key(seed: int, stream: str) -> int:
    """The 64-bit starting point of a named stream of one seed."""
    return int.from_bytes(blake2b(f"{seed} {stream}".encode(), digest_size=8).digest())


def item_key(key: int, index: int) -> int:
    """A 64-bit number for item `index` of the stream that starts at `key`, no two items alike."""
    return mix((key + index * _GOLDEN) & _MASK)


class Dice:
    """One generator used again and again: `draw_for(…)` restarts it for an item.

    Restarting costs about 5 µs and a draw 0.05 µs, so an item draws all its numbers from one
    restart.
    """

    def __init__(self) -> None:
        # Repeating is the purpose; nothing secret depends on it.
        self._random = random.Random()

    def draw_for(self, key: int, index: int) -> Draw:
        """The draw for one item. Good until the next call."""
        self._random.seed(item_key(key, index))
        return self._random.random


def pick(draw: Draw, items: Sequence[T]) -> T:
    """One of the items, all equally likely."""
    return items[int(draw() * len(items))]


def pick_some(draw: Draw, items: Sequence[T], count: int) -> list[T]:
    """Up to `count` different items, in the order in which they were drawn."""
    return list(dict.fromkeys(pick(draw, items) for _ in range(count)))


def spread(weights: Mapping[T, float], size: int = 1024) -> tuple[T, ...]:
    """A table for `pick` in which each item stands about as often as its weight says.

    Every item with a weight above zero stands at least once.
    """
    total = sum(weights.values())
    return tuple(
        item for item, weight in weights.items() if weight > 0 for _ in range(max(1, round(weight / total * size)))
    )
