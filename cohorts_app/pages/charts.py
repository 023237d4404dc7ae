"""Sizes over time as lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final

from cohorts_app.models import Size
from cohorts_app.selectors.sizes import Point
from profiles_app.display.dates import describe_day

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
    points: Sequence[Point],
    *,
    zone: tzinfo,
    width: int,
    height: int,
    from_zero: bool = False,
    with_dots: bool = False,
) -> Chart | None:
    """The line of sizes, oldest first; None of fewer than two. A flat one runs through the middle."""
    if len(points) < 2:
        return None
    sizes = [size for _, size in points]
    most, least = max(sizes), 0 if from_zero else min(sizes)
    first, last = points[0][0], points[-1][0]
    places = [
        (
            round(_MARGIN + (width - 2 * _MARGIN) * ((at - first) / max(last - first, 1e-6)), 1),
            round(height - _MARGIN - (height - 2 * _MARGIN) * _share(size, least, most), 1),
        )
        for at, size in points
    ]
    dots = [
        Dot(x=x, y=y, title=f"{_day(at, zone)}: {size:,}")
        for (x, y), (at, size) in zip(places, points, strict=True)
        if with_dots
    ]
    return Chart(
        width=width,
        height=height,
        line=" ".join(f"{x},{y}" for x, y in places),
        dots=dots,
        most=most,
        least=least,
        text=f"From {sizes[0]:,} on {_day(points[0][0], zone)} to {sizes[-1]:,} on {_day(points[-1][0], zone)}",
    )


def _share(size: int, least: int, most: int) -> float:
    return 0.5 if most == least else (size - least) / (most - least)


def _day(at: float, zone: tzinfo) -> str:
    return describe_day(datetime.fromtimestamp(at, zone).date())


def choose_points(sizes: Sequence[Size]) -> list[Point]:
    """The recordings that found a size."""
    return [(size.at.timestamp(), size.size) for size in sizes if size.size is not None]
