"""Clients that send a little and then nothing, or hardly anything, do not keep the threads."""

import base64
import http.client
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from config import web_worker
from config.web_worker import PatientReader, SlowClient
from tests.runtime.stack import TOKEN, Stack
from tests.waiting import wait_for


@pytest.fixture
def pair(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[socket.socket, PatientReader]]:
    """A client's end of a connection, and the reader at the other end."""
    monkeypatch.setattr(web_worker, "FIRST_SECONDS", 0.3)
    client, server = socket.socketpair()
    with client, server:
        yield client, PatientReader(server)


def test_what_arrives_is_read_and_answers_have_no_limit(pair: tuple[socket.socket, PatientReader]) -> None:
    client, reader = pair
    reader.start_request()
    client.sendall(b"GET")
    assert reader.chunk() == b"GET"
    assert reader.sock.gettimeout() is None


def test_a_silent_client_is_given_up_and_its_next_request_is_not(pair: tuple[socket.socket, PatientReader]) -> None:
    client, reader = pair
    reader.start_request()
    for _ in range(2):
        with pytest.raises(SlowClient):
            reader.chunk()
    assert reader.sock.gettimeout() is None

    reader.start_request()
    client.sendall(b"GET")
    assert reader.chunk() == b"GET"


def test_a_byte_now_and_then_is_too_slow(pair: tuple[socket.socket, PatientReader]) -> None:
    client, reader = pair
    reader.start_request()
    over = threading.Event()

    def trickle() -> None:
        while not over.wait(0.05):
            client.sendall(b"x")

    thread = threading.Thread(target=trickle)
    thread.start()
    try:
        with pytest.raises(SlowClient):
            read_until_end(reader)
    finally:
        over.set()
        thread.join()


def read_until_end(reader: PatientReader) -> None:
    while reader.chunk():
        pass


def test_bytes_earn_time(pair: tuple[socket.socket, PatientReader]) -> None:
    client, reader = pair
    reader.start_request()
    client.sendall(b"x" * 4 * web_worker.LEAST_RATE)
    reader.chunk()
    threading.Timer(0.6, client.sendall, [b"late"]).start()
    assert reader.chunk() == b"late"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    stack = Stack(tmp_path_factory.mktemp("slow")).wait_until_healthy()
    yield stack
    stack.stop()


@pytest.mark.stack
@pytest.mark.timeout(400)
def test_forty_stalled_requests_do_not_stop_the_server(stack: Stack) -> None:
    head = b"POST /track HTTP/1.1\r\nHost: roster\r\nContent-Length: 100000\r\n"
    with ExitStack() as opened:
        for sent in [head, head + b"\r\n["] * 20:
            client = opened.enter_context(socket.create_connection(("127.0.0.1", stack.port)))
            client.sendall(sent)
        wait_for(lambda: stack.health()[0] == 200, seconds=web_worker.FIRST_SECONDS + 10, what="an answer")
    assert "Traceback" not in stack.printed


@pytest.mark.stack
@pytest.mark.timeout(400)
def test_a_connection_serves_many_requests(stack: Stack) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", stack.port, timeout=10)
    connection.connect()
    kept = connection.sock
    for path, body in [("/healthz", None), ("/track", b"[]"), ("/nowhere", b"unread" * 1000), ("/healthz", None)]:
        connection.request("POST" if body else "GET", path, body, {"Content-Type": "application/json"})
        connection.getresponse().read()
        assert connection.sock is kept
    connection.close()


_STALL_SECONDS = 2
_DOWNLOADS = 4
_SECRET = "the-secret-of-the-demo-project"


@pytest.fixture
def impatient_stack(tmp_path: Path) -> Iterator[Stack]:
    """A run whose every thread can be taken by a download, with more data than the sockets' buffers hold."""
    variables = {
        "ROSTER_EXPORT_STALL_SECONDS": str(_STALL_SECONDS),
        "ROSTER_WEB_THREADS": str(_DOWNLOADS),
        "ROSTER_PROJECT_SECRET": _SECRET,
    }
    stack = Stack(tmp_path, variables=variables).wait_until_healthy()
    for start in range(0, 1500, 100):
        send_people(stack, range(start, start + 100))
    yield stack
    stack.stop()


def send_people(stack: Stack, numbers: range) -> None:
    updates = [
        {"$token": TOKEN, "$distinct_id": f"p{number}", "$set": {"long": f"{number}," + "x" * 10_000}}
        for number in numbers
    ]
    connection = http.client.HTTPConnection("127.0.0.1", stack.port, timeout=30)
    connection.request("POST", "/engage?verbose=1", json.dumps(updates), {"Content-Type": "application/json"})
    answer = json.loads(connection.getresponse().read())
    assert answer["status"] == 1, answer
    connection.close()


def open_download(stack: Stack) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
    connection = http.client.HTTPConnection("127.0.0.1", stack.port, timeout=60)
    credentials = base64.b64encode(f"{_SECRET}:".encode()).decode()
    path = "/api/v1/profiles/export.csv?columns=long"
    connection.request("GET", path, headers={"Authorization": f"Basic {credentials}"})
    answer = connection.getresponse()
    assert answer.status == 200, answer.read()
    return connection, answer


@pytest.mark.stack
@pytest.mark.timeout(400)
def test_a_stalled_download_gives_back_its_thread_and_its_question(impatient_stack: Stack) -> None:
    # As many as there are threads, and as may be under way; twice, so that nothing can be left of the first.
    for _ in range(2):
        stalled = [open_download(impatient_stack) for _ in range(_DOWNLOADS)]
        wait_for(lambda: impatient_stack.health()[0] == 200, seconds=_STALL_SECONDS + 60, what="a free thread")
        connection, whole = open_download(impatient_stack)
        assert whole.read().count(b"\r\n") == 1501
        connection.close()
        for connection, answer in stalled:
            with pytest.raises((http.client.IncompleteRead, ConnectionError)):
                answer.read()
            connection.close()
    assert "Traceback" not in impatient_stack.printed
