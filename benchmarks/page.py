"""The Users page over the data of `benchmarks.queries`, through HTTP, and what stands behind it.

    python -m benchmarks.page [--scale 1] [--runs 21] [--no-write]

Starts the embedded PostgreSQL and the web process as `make run` would, signs in, and asks for the page
with a filter and a behaviour, its rows and its count. Beside it the bare question in a process of its own, on the
same data, the catch-up with nothing new and with 1,000 new rows, and the compaction of everything.
Medians in milliseconds, put into docs/performance.md.
"""

import argparse
import http.client
import json
import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode

from benchmarks.ingest import CHECKOUT, free_port, wait_for
from benchmarks.queries.data import hold_data
from benchmarks.queries.dataset import NOW, TOKEN, Folder, Scale
from benchmarks.queries.environment import prepare_roster, serve_postgres, set_up_django
from benchmarks.queries.report import describe_machine, write_part

# The data ends before today, so the windows are given by their dates.
_BEHAVIOUR: Final = {
    "event": "watch video",
    "op": "at_least",
    "value": 3,
    "window": {"between": [f"{NOW.date().replace(day=1)}", f"{NOW.date()}"]},
}
_COUNTRY: Final = {"property": "$country_code", "type": "string", "op": "is", "value": ["US"]}
_FILTERS: Final[dict[str, dict[str, Any]]] = {
    "everybody": {"all": []},
    "country": _COUNTRY,
    "country and did “watch video” ≥ 3 times in the month": {"all": [_COUNTRY, _BEHAVIOUR]},
}
_BOUNDARY: Final = "the-boundary-of-the-benchmark"
BENCH_EMAIL: Final = "bench@example.com"
BENCH_PASSWORD: Final = "a password for one machine"


def measure(ask: Callable[[], object], runs: int) -> float:
    """The median in milliseconds, after one run to warm up."""
    ask()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        ask()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


@contextmanager
def serve_web(folder: Folder) -> Iterator[tuple[int, int]]:
    """The web process: its port and its process id."""
    port = free_port()
    environment = os.environ | {"PORT": str(port)}
    command = [sys.executable, "-m", "config.processes", "web"]
    with (folder.path / "web.log").open("wb") as log:
        web = subprocess.Popen(command, env=environment, cwd=CHECKOUT, stdout=log, stderr=log)
        try:
            wait_for(port)
            yield port, web.pid
        finally:
            web.terminate()
            web.wait()


class Refused(Exception):
    """The page asks to try again later."""


class Browser:
    """One connection that is signed in, as a browser keeps it."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port)
        self._cookies: dict[str, str] = {}
        page = self.get("/sign-in")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token
        form = urlencode({"email": BENCH_EMAIL, "password": BENCH_PASSWORD, "csrfmiddlewaretoken": token[1]})
        self._ask("POST", "/sign-in", form, {"Content-Type": "application/x-www-form-urlencoded"})

    def get(self, path: str) -> str:
        return self._ask("GET", path, None, {})

    def upload(self, path: str, content: str, **fields: str) -> str:
        """A form with one file; the answer to the redirect is not read."""
        disposition = "Content-Disposition: form-data; name="
        parts = [f'{disposition}"{name}"\r\n\r\n{text}' for name, text in fields.items()]
        parts.append(f'{disposition}"file"; filename="people.csv"\r\nContent-Type: text/csv\r\n\r\n{content}')
        body = "".join(f"--{_BOUNDARY}\r\n{part}\r\n" for part in parts) + f"--{_BOUNDARY}--\r\n"
        kind = f"multipart/form-data; boundary={_BOUNDARY}"
        return self._ask("POST", path, body, {"Content-Type": kind, "X-CSRFToken": self._cookies["csrftoken"]})

    def _ask(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> str:
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        headers = headers | {"Cookie": cookies}
        sent = body.encode() if body else None
        try:
            self._connection.request(method, path, sent, headers)
            answer = self._connection.getresponse()
        except http.client.RemoteDisconnected:  # The server closes what nobody uses; a browser connects anew.
            self._connection.close()
            self._connection.request(method, path, sent, headers)
            answer = self._connection.getresponse()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
        content = answer.read().decode()
        if answer.status == HTTPStatus.SERVICE_UNAVAILABLE:
            raise Refused(path)
        assert answer.status < 400, f"{path}: {answer.status}"
        return content


def make_member() -> int:
    """Somebody who can sign in, with the tables of this version; the project's id."""
    prepare_roster()
    from profiles_app.models import Membership, Project, Role, User

    project = Project.objects.get(token=TOKEN)
    User.objects.filter(email=BENCH_EMAIL).delete()
    user = User.objects.create_user(BENCH_EMAIL, BENCH_PASSWORD, name="Bench")
    Membership.objects.create(project=project, user=user, role=Role.ANALYST)
    return project.pk


def measure_pages(folder: Folder, project_id: int, runs: int) -> list[str]:
    """Rows of the table: the page through HTTP, the bare question, its share."""
    rows = ["| Users page: rows and count | HTTP | the question alone | its share |", "|---|--:|--:|--:|"]
    with serve_web(folder) as (port, process):
        browser = Browser(port)
        for title, where in _FILTERS.items():
            path = f"/projects/{project_id}/users?filter={quote(json.dumps({'where': where}))}"
            whole = measure(lambda path=path: browser.get(path), runs)  # type: ignore[misc]
            bare = measure(lambda where=where: _ask(project_id, where), runs)  # type: ignore[misc]
            rows.append(f"| {title} | {whole:.0f} | {bare:.0f} | {bare / whole:.0%} |")
        rows += ["", f"The web process held {_read_resident(process):,.0f} MiB after that."]
    return rows


def _ask(project_id: int, where: dict[str, Any]) -> object:
    from profiles_app.filters.parse import parse_filter
    from profiles_app.models import Project
    from profiles_app.selectors.people import PeopleQuery, read_people

    project = Project.objects.get(pk=project_id)
    return read_people(PeopleQuery(project=project, filter=parse_filter({"where": where})))


def _read_resident(process: int) -> float:
    """MiB of the one that serves, the largest of a process and its children."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    found = (re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{one}/status").read_text()) for one in (process, *children))
    return max(int(size[1]) / 1024 for size in found if size)


def measure_catch_up(project_id: int, runs: int) -> list[str]:
    """Milliseconds before a question begins."""
    from django.db import connection

    from profiles_app.columnar.store import lease

    def look() -> None:
        with lease(project_id, deadline=time.monotonic() + 60):
            pass

    def write(sql: str) -> float:
        times = []
        for number in range(runs):
            with connection.cursor() as cursor:
                cursor.execute(sql, {"project": project_id, "number": number})
            start = time.perf_counter()
            look()
            times.append((time.perf_counter() - start) * 1000)
        return statistics.median(times)

    profiles = """UPDATE profiles_app_profile SET properties = properties WHERE project_id = %(project)s AND id IN (
        SELECT (SELECT min(id) FROM profiles_app_profile WHERE project_id = %(project)s) + %(number)s + 40 * i
        FROM generate_series(1, 1000) AS i)"""
    events = """INSERT INTO profiles_app_event (time, profile_id, project_id, name_id, properties)
        SELECT now(), p.id, p.project_id, (SELECT min(id) FROM profiles_app_eventname WHERE project_id = p.project_id),
        '{"genre": "drama"}' FROM profiles_app_profile AS p WHERE project_id = %(project)s ORDER BY p.id LIMIT 1000"""
    idle = measure(look, runs)
    return [
        "| the catch-up before a question | ms |",
        "|---|--:|",
        f"| nothing was written | {idle:.1f} |",
        f"| 1,000 profiles were written | {write(profiles):.1f} |",
        f"| 1,000 events were written | {write(events):.1f} |",
    ]


def measure_compaction(project_id: int) -> list[str]:
    """Seconds for everything anew, in this process."""
    from profiles_app.columnar.compaction import compact_dataset
    from profiles_app.models import Dataset, Manifest, Project, Segment

    project = Project.objects.get(pk=project_id)
    rows = ["| compaction of everything | rows | s |", "|---|--:|--:|"]
    Manifest.objects.filter(project=project).update(broken=True)
    for dataset in Dataset:
        start = time.perf_counter()
        number = compact_dataset(project, dataset)
        rows.append(f"| {dataset} | {number:,} | {time.perf_counter() - start:.1f} |")
    files = Segment.objects.filter(project=project, dataset=Dataset.EVENTS)
    largest = max(files.values_list("rows", flat=True))
    return [*rows, "", f"The events are in {files.count()} files, of {largest:,} rows at the most."]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.page", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--scale", default="1", help="share of the full size")
    parser.add_argument("--runs", type=int, default=21)
    parser.add_argument("--no-write", dest="write", action="store_false", help="leave docs/performance.md alone")
    arguments = parser.parse_args()
    scale = Scale(float(arguments.scale))
    with hold_data(scale, rebuild=False) as folder, serve_postgres(folder, {}):
        set_up_django()
        project_id = make_member()
        parts = [
            measure_compaction(project_id),
            measure_pages(folder, project_id, arguments.runs),
            measure_catch_up(project_id, arguments.runs),
        ]
    head = f"`python -m benchmarks.page --scale {arguments.scale}`, {describe_machine()}; medians of {arguments.runs}."
    text = "\n\n".join([head, *("\n".join(part) for part in parts)])
    print(text)
    if arguments.write:
        write_part("page", text)


if __name__ == "__main__":
    main()
