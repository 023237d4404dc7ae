"""An import goes on by itself while its worker, PostgreSQL and everything else are killed."""

import csv
import io
import json
import os
import signal
import time
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from config.postgres import connection_settings
from tests.runtime.stack import Stack
from tests.waiting import wait_for

pytestmark = [pytest.mark.stack, pytest.mark.timeout(400)]

SECRET = "the secret of the stack"
ROWS = 150_000
# Within so many seconds somebody works on it again.
RESUMED = 30.0


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    stack = Stack(tmp_path, variables={"ROSTER_PROJECT_SECRET": SECRET}).wait_until_healthy()
    yield stack
    stack.stop()


def ask(stack: Stack, path: str, body: bytes | None = None, kind: str = "application/json") -> Any:
    headers = {"Authorization": "Basic " + b64encode(f"{SECRET}:".encode()).decode(), "Content-Type": kind}
    request = urllib.request.Request(f"{stack.url}/api/v1/imports{path}", body, headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def upload(stack: Stack) -> int:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([["$distinct_id", "number"], *([f"p{n:06}", str(n)] for n in range(ROWS))])
    mark = uuid4().hex
    head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="people.csv"\r\n\r\n'
    body = head.encode() + text.getvalue().encode() + f"\r\n--{mark}--\r\n".encode()
    return int(ask(stack, "", body, f"multipart/form-data; boundary={mark}")["id"])


def look(stack: Stack, number: int) -> dict[str, Any]:
    """The import; nothing while Roster cannot answer."""
    try:
        found: dict[str, Any] = ask(stack, f"/{number}")
    except OSError:
        return {"state": "?", "read": -1}
    return found


def test_killed_while_it_runs(stack: Stack) -> None:
    number = upload(stack)
    wait_for(lambda: look(stack, number).get("rows"), seconds=60, what="the file is read")
    ask(stack, f"/{number}/start", b"{}")
    for name in ("worker", "postgres", "worker"):
        before = wait_for(lambda: _is_moving(stack, number), seconds=60, what="a part is written")
        if before["state"] == "done":
            break
        os.kill(wait_for(lambda name=name: stack.find_process(name), what=name), signal.SIGKILL)  # type: ignore[misc]
        killed = time.monotonic()
        _wait_until_beyond(stack, number, before["read"])
        assert time.monotonic() - killed < RESUMED
    wait_for(lambda: look(stack, number)["state"] == "done", seconds=120, what="it is done")
    done = look(stack, number)
    assert (done["created"], done["read"], done["rejected"]) == (ROWS, ROWS, 0)
    found = connection_settings(stack.data_dir)
    with psycopg.connect(host=found["HOST"], user=found["USER"], dbname=found["NAME"]) as connection:
        counted = connection.execute(
            """SELECT count(*), count(DISTINCT distinct_id), sum((properties ->> 'number')::bigint)
            FROM profiles_app_profile"""
        ).fetchall()
    assert counted == [(ROWS, ROWS, ROWS * (ROWS - 1) // 2)]


def _wait_until_beyond(stack: Stack, number: int, rows: int) -> None:
    wait_for(lambda: look(stack, number)["read"] > rows, seconds=RESUMED + 30, what="it goes on")


def _is_moving(stack: Stack, number: int) -> dict[str, Any]:
    """The import, once at least a part is written."""
    found = look(stack, number)
    return found if found["read"] > 0 else {}
