"""Processes are killed while records stream in: what was acknowledged is there, once."""

import http.client
import json
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest

from config.postgres import connection_settings
from tests.runtime.stack import TOKEN, Stack
from tests.waiting import wait_for

pytestmark = [pytest.mark.stack, pytest.mark.timeout(400)]

SENDERS = 3
BATCH = 20


class Stream(threading.Thread):
    """Sends numbered batches, each again until it is acknowledged, until told to stop."""

    def __init__(self, stack: Stack, number: int) -> None:
        super().__init__()
        self.stack = stack
        self.number = number
        self.acknowledged = 0
        self.refused: list[str] = []
        self.over = threading.Event()

    def run(self) -> None:
        while not self.over.is_set():
            batch = self.acknowledged
            events = [self._make_event(batch, position) for position in range(BATCH)]
            updates = [self._make_update(batch, position) for position in range(BATCH)]
            self._send("/track?verbose=1", events)
            self._send("/engage?verbose=1", updates)
            self.acknowledged += 1

    def _make_event(self, batch: int, position: int) -> dict[str, Any]:
        insert_id = f"{self.number}-{batch}-{position}"
        return {
            "event": "Streamed",
            "properties": {
                "token": TOKEN,
                "distinct_id": f"s{self.number}-{position}",
                "$insert_id": insert_id,
                "time": 1_700_000_000 + batch,
            },
        }

    def _make_update(self, batch: int, position: int) -> dict[str, Any]:
        person = f"s{self.number}-{position}"
        return {"$token": TOKEN, "$distinct_id": person, "$union": {"batches": [batch]}, "$set": {"last": batch}}

    def _send(self, path: str, records: list[dict[str, Any]]) -> None:
        """Until there is an answer of 200; only a refusal with another 4xx ends it."""
        pause = threading.Event()
        while True:
            connection = http.client.HTTPConnection("127.0.0.1", self.stack.port, timeout=30)
            try:
                with closing(connection):
                    connection.request("POST", path, json.dumps(records), {"Content-Type": "application/json"})
                    answer = connection.getresponse()
                    text = answer.read().decode()
            except (OSError, http.client.HTTPException):
                pause.wait(0.05)
                continue
            if answer.status == 200 and json.loads(text) == {"status": 1, "error": None}:
                return
            if answer.status < 500 or not json.loads(text)["error"]:
                self.refused.append(f"{answer.status}: {text}")
                return
            pause.wait(0.05)


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    stack = Stack(tmp_path).wait_until_healthy()
    yield stack
    stack.stop()


_BATCHES = "SELECT properties -> 'batches', properties -> 'last' FROM profiles_app_profile WHERE distinct_id LIKE %s"


def _ask(stack: Stack, question: LiteralString, *values: str) -> list[Any]:
    settings = connection_settings(stack.data_dir)
    with psycopg.connect(host=settings["HOST"], user=settings["USER"], dbname=settings["NAME"]) as connection:
        return connection.execute(question, values).fetchall()


def test_kill_everything_during_a_stream(stack: Stack) -> None:
    streams = [Stream(stack, number) for number in range(SENDERS)]
    for stream in streams:
        stream.start()
    for name in ("postgres", "web", "worker", "postgres", "web"):
        _wait_until_moved(streams)
        os.kill(_wait_for_process(stack, name), signal.SIGKILL)
    _wait_until_moved(streams)
    for stream in streams:
        stream.over.set()
    for stream in streams:
        stream.join(timeout=90)
    stack.wait_until_healthy()

    assert [stream.refused for stream in streams] == [[]] * SENDERS
    sent = sum(stream.acknowledged for stream in streams) * BATCH
    counted = _ask(stack, "SELECT count(*), count(DISTINCT insert_id) FROM profiles_app_event")
    assert counted == [(sent, sent)]
    for stream in streams:
        rows = _ask(stack, _BATCHES, f"s{stream.number}-%")
        expected = list(range(stream.acknowledged))
        assert len(rows) == BATCH
        assert all((sorted(batches), last) == (expected, expected[-1]) for batches, last in rows)


def _wait_until_moved(streams: list[Stream]) -> None:
    """Until every sender has had three more batches acknowledged."""
    goals = [stream.acknowledged + 3 for stream in streams]
    wait_for(
        lambda: all(stream.acknowledged >= goal for stream, goal in zip(streams, goals, strict=True)),
        seconds=90,
        what="three more batches",
    )


def _wait_for_process(stack: Stack, name: str) -> int:
    return wait_for(lambda: stack.find_process(name), what=f"{name} runs")
