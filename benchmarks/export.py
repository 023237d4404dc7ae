"""How fast a million people leave as CSV over HTTP, beside PostgreSQL's own COPY of the same columns.

    python -m benchmarks.export [--scale 1] [--runs 3] [--no-write]

Works on the data of `benchmarks.queries`. Starts the embedded PostgreSQL and the web process as `make run`
would, and reads the whole file, 8 properties in the order of the page, from the API. In the same rounds
PostgreSQL writes the same with `COPY (SELECT distinct_id, properties->>…) TO STDOUT CSV`, without an order and with
it. Prints medians and what the web process held in memory, and puts them into docs/performance.md.
"""

import argparse
import base64
import http.client
import re
import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from benchmarks.page import serve_web
from benchmarks.queries.data import hold_data
from benchmarks.queries.dataset import TOKEN, Folder, Scale
from benchmarks.queries.environment import connect, serve_postgres, set_up_django
from benchmarks.queries.report import describe_machine, write_part

_COLUMNS: Final = ("$name", "$email", "$country_code", "$city", "plan", "logins", "ltv", "signup_date")
_ORDER: Final = " ORDER BY updated_at DESC NULLS LAST, id"
_SECRET: Final = "the secret of the benchmark"


@dataclass
class Memory:
    """The most that the serving process held, looked at while something runs. MiB."""

    process: int
    most: float = 0.0
    _over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> "Memory":
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(0.05):
            self.most = max(self.most, read_resident(self.process))


def read_resident(process: int) -> float:
    """MiB of the largest of a process and its children."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    found = (re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{one}/status").read_text()) for one in (process, *children))
    return max(int(size[1]) / 1024 for size in found if size)


def set_secret() -> None:
    """So that the API lets us in."""
    from profiles_app.models import Project
    from profiles_app.models.project import hash_secret

    Project.objects.filter(token=TOKEN).update(secret_hash=hash_secret(_SECRET))


@dataclass(frozen=True)
class Reading:
    """One file, read to its end: seconds to the first byte and to the last, bytes, lines."""

    first: float
    whole: float
    size: int
    lines: int


def read_file(port: int, **headers: str) -> Reading:
    """The file over HTTP, thrown away as it comes."""
    credentials = base64.b64encode(f"{_SECRET}:".encode()).decode()
    path = "/api/v1/profiles/export.csv?" + urlencode({"columns": ",".join(_COLUMNS)})
    connection = http.client.HTTPConnection("127.0.0.1", port)
    start = time.perf_counter()
    connection.request("GET", path, headers={"Authorization": f"Basic {credentials}", **headers})
    answer = connection.getresponse()
    assert answer.status == 200, answer.read()
    piece = answer.read(1)
    first = time.perf_counter() - start
    size = lines = 0
    while piece:
        size, lines = size + len(piece), lines + piece.count(b"\n")
        piece = answer.read(2**20)
    return Reading(first=first, whole=time.perf_counter() - start, size=size, lines=lines)


def copy_out(folder: Folder, order: str) -> Reading:
    """The same by PostgreSQL."""
    values = ", ".join(f"properties->>'{name}'" for name in _COLUMNS)
    sql = f"SELECT distinct_id, {values} FROM profiles_app_profile WHERE deleted_at IS NULL AND properties <> '{{}}'"
    with connect(folder) as connection, connection.cursor() as cursor:
        start, first, size, lines = time.perf_counter(), 0.0, 0, 0
        with cursor.copy(f"COPY ({sql}{order}) TO STDOUT CSV") as copy:
            for piece in copy:
                first = first or time.perf_counter() - start
                size, lines = size + len(piece), lines + 1
    return Reading(first=first, whole=time.perf_counter() - start, size=size, lines=lines)


def measure(folder: Folder, runs: int) -> str:
    """The table of the page."""
    with serve_web(folder) as (port, process):
        ways: dict[str, Callable[[], Reading]] = {
            "`COPY` from PostgreSQL, in no order": lambda: copy_out(folder, ""),
            "`COPY` from PostgreSQL, in the order of the page": lambda: copy_out(folder, _ORDER),
            "Roster over HTTP, in the order of the page": lambda: read_file(port),
            "the same, packed with gzip": lambda: read_file(port, **{"Accept-Encoding": "gzip"}),
        }
        begun = read_resident(process)
        with Memory(process) as memory:
            rounds = [{title: read() for title, read in ways.items()} for _ in range(runs)]
        most = memory.most
    rows = ["| | first byte, s | last byte, s | MB | times as fast as the first |", "|---|--:|--:|--:|--:|"]
    whole = {title: statistics.median(one[title].whole for one in rounds) for title in ways}
    base = whole[next(iter(ways))]
    for title in ways:
        first = statistics.median(one[title].first for one in rounds)
        size = rounds[0][title].size / 1e6
        rows.append(f"| {title} | {first:.2f} | {whole[title]:.2f} | {size:,.0f} | {base / whole[title]:.1f} |")
    lines = rounds[0]["Roster over HTTP, in the order of the page"].lines - 1
    said = f"{lines:,} rows of {len(_COLUMNS)} properties and the distinct id. The web process held {begun:,.0f} MiB"
    return "\n".join([*rows, "", f"{said} before, and {most:,.0f} MiB at the most."])


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.export", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--scale", default="1", help="share of the full size")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--no-write", dest="write", action="store_false", help="leave docs/performance.md alone")
    arguments = parser.parse_args()
    with hold_data(Scale(float(arguments.scale)), rebuild=False) as folder, serve_postgres(folder, {}):
        set_up_django()
        set_secret()
        table = measure(folder, arguments.runs)
    head = (
        f"`python -m benchmarks.export --scale {arguments.scale}`, {describe_machine()}; medians of {arguments.runs}."
    )
    text = f"{head}\n\n{table}"
    print(text)
    if arguments.write:
        write_part("export", text)


if __name__ == "__main__":
    main()
