"""Sizes over time as lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final

from cohorts_app.models import Size
from profiles_app.display.dates import describe_day, in_zone

_MARGIN: Final = 3.0


@dataclass(frozen=True, kw_only=True)
class Dot:
    """A recording on the line, with what it says."""

    x: float
    y: float
    title: str


@dataclass(frozen=True, kw_only=True)
class Chart:
    """`line` is the `points` of a polyline; `most` and `least` are the ends of the scale; `text` says it all."""

    width: int
    height: int
    line: str
    dots: list[Dot]
    most: int
    least: int
    text: str


def draw_sizes(
    points: Sequence[tuple[datetime, int]], *, zone: tzinfo, width: int, height: int, from_zero: bool = False
) -> Chart | None:
    """The line of sizes, oldest first; None of fewer than two. A flat one runs through the middle."""
    if len(points) < 2:
        return None
    sizes = [size for _, size in points]
    most, least = max(sizes), 0 if from_zero else min(sizes)
    first, last = points[0][0].timestamp(), points[-1][0].timestamp()
    dots = [
        Dot(
            x=round(_MARGIN + (width - 2 * _MARGIN) * ((at.timestamp() - first) / max(last - first, 1e-6)), 1),
            y=round(height - _MARGIN - (height - 2 * _MARGIN) * _share(size, least, most), 1),
            title=f"{describe_day(in_zone(at, zone).date())}: {size:,}",
        )
        for at, size in points
    ]
    return Chart(
        width=width,
        height=height,
        line=" ".join(f"{dot.x},{dot.y}" for dot in dots),
        dots=dots,
        most=most,
        least=least,
        text=f"From {sizes[0]:,} on {_day(points[0][0], zone)} to {sizes[-1]:,} on {_day(points[-1][0], zone)}",
    )


def _share(size: int, least: int, most: int) -> float:
    return 0.5 if most == least else (size - least) / (most - least)


def _day(at: datetime, zone: tzinfo) -> str:
    return describe_day(in_zone(at, zone).date())


def choose_points(sizes: Sequence[Size]) -> list[tuple[datetime, int]]:
    """The recordings that found a size."""
    return [(size.at, size.size) for size in sizes if size.size is not None]
