from collections.abc import Iterator

from profiles_app.demo.plan import Plan
from profiles_app.demo.progress import Progress
from tests.demo.conftest import NOW


def tick(*times: float) -> Iterator[float]:
    yield from times


def test_it_speaks_every_three_seconds_and_at_the_end() -> None:
    said: list[str] = []
    clock = tick(0.0, 1.0, 4.0, 5.0, 10.0, 10.0)
    progress = Progress(Plan(seed=1, profiles=400, events=0, now=NOW), said.append, clock=lambda: next(clock))
    for _ in range(4):
        progress.add("people", 100)
    assert said == ["people: 200 of 400 (50%), 50 a second", "people: 400 of 400 (100%), 40 a second"]
    assert progress.summarize("Demo") == (
        "Project Demo: 400 people with a profile, 0 without, 0 companies, 0 events, in 10.0 s (40 rows a second)."
    )
