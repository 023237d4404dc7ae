"""The processes on a PostgreSQL and a Redis of one's own, given by DATABASE_URL and REDIS_URL.

Collected only where both are given (conftest.py); `.ci/run` gives them.
"""

import os
import signal
from collections.abc import Iterator

import pytest

from tests.runtime.stack import Stack
from tests.waiting import wait_for

SERVERS = ("DATABASE_URL", "REDIS_URL")

pytestmark = [
    pytest.mark.stack,
    pytest.mark.timeout(400),
]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    variables = {name: os.environ[name] for name in SERVERS}
    stack = Stack(tmp_path_factory.mktemp("production"), variables=variables).wait_until_healthy()
    yield stack
    stack.stop()


def test_no_database_is_started_where_one_is_given(stack: Stack) -> None:
    assert stack.find_process("postgres") == 0
    assert not (stack.data_dir / "postgres").exists()
    assert not list((stack.data_dir).glob("broker/queue/*"))


def test_a_killed_worker_comes_back(stack: Stack) -> None:
    killed = wait_for(lambda: stack.find_process("worker"), what="the worker runs")
    os.kill(killed, signal.SIGKILL)
    wait_for(lambda: stack.find_process("worker") not in {0, killed}, what="the worker runs again")
    assert stack.wait_until_healthy().health()[1]["worker"] == "up"
