"""The web process and its port: killed in the middle of requests, and a port that is not free yet."""

import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from config.runtime.problem import RuntimeProblem
from config.runtime.start import Address, wait_for_port
from tests.runtime.stack import Stack
from tests.waiting import wait_for


@pytest.fixture
def taken() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


def test_a_port_that_becomes_free_is_waited_for(taken: socket.socket) -> None:
    address = Address(host="127.0.0.1", port=taken.getsockname()[1])
    threading.Timer(0.3, taken.close).start()
    wait_for_port(address)
    assert taken.fileno() == -1


def test_a_port_that_stays_taken_is_said(taken: socket.socket) -> None:
    address = Address(host="127.0.0.1", port=taken.getsockname()[1])
    with pytest.raises(RuntimeProblem, match=f"Port {address.port} is already in use"):
        wait_for_port(address, patience=0.1)


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    stack = Stack(tmp_path).wait_until_healthy()
    yield stack
    stack.stop()


@pytest.mark.stack
@pytest.mark.timeout(400)
def test_killed_during_requests_the_web_process_leaves_the_port_at_once(stack: Stack) -> None:
    with ExitStack() as opened:
        for _ in range(2):
            for _ in range(5):
                opened.enter_context(start_request(stack.port))
            kill_web(stack)
            stack.wait_until_healthy()
    assert stack.printed.count("web died and is started again.") == 2
    assert "in use" not in stack.printed


def kill_web(stack: Stack) -> None:
    """Kill the web server's master; return when its workers are gone and another runs."""
    master = stack.find_process("web")
    workers = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    assert workers
    os.kill(master, signal.SIGKILL)
    wait_for(lambda: not any(map(runs, workers)), seconds=3, what="its workers have ended")
    wait_for(lambda: stack.find_process("web") not in {0, master}, what="it runs again")


def start_request(port: int) -> socket.socket:
    """A request whose body never comes."""
    client = socket.create_connection(("127.0.0.1", port))
    client.sendall(b"POST /track HTTP/1.1\r\nHost: roster\r\nContent-Length: 100000\r\n\r\n[")
    return client


def runs(pid: str) -> bool:
    """False where it has ended, collected by its parent or not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in {"Z", "X"}
