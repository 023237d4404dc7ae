"""Gunicorn's worker with threads, and a limit to how long a client may keep a thread waiting.

A thread reads a request's head and its body as they arrive, for as long as that takes: a few clients
that send a little and then nothing would hold all threads. Here, a request is waited for FIRST_SECONDS,
and one second more for each LEAST_RATE bytes that arrive. After that its connection is closed; an
application that was reading the body gets an OSError, as from a client that went away.
"""

import errno
import time
from typing import Any

from gunicorn import http
from gunicorn.http.errors import NoMoreData
from gunicorn.http.unreader import SocketUnreader
from gunicorn.workers import gthread

FIRST_SECONDS = 15.0
# Bytes per second. A bad mobile connection has ten times that.
LEAST_RATE = 1000
# A new connection without data goes back to the main loop after this, which costs no thread.
IDLE_SECONDS = 0.2


class SlowClient(NoMoreData, TimeoutError):  # type: ignore[misc]
    """The request did not arrive in time. Gunicorn closes the connection without a word."""


class PatientReader(SocketUnreader):  # type: ignore[misc]
    """Reads from a socket, a request at a time, and loses patience."""

    def __init__(self, sock: Any) -> None:
        super().__init__(sock)
        self._patience = 0.0

    def start_request(self) -> None:
        """From here on it is the next request that is read."""
        self._patience = FIRST_SECONDS

    def chunk(self, size_hint: int | None = None) -> bytes:
        """The bytes that arrive next. Raises `SlowClient`."""
        if self._patience <= 0:
            raise SlowClient()
        # Gunicorn sets a shorter limit while it discards a body that nobody read.
        limit = self.sock.gettimeout()
        self.sock.settimeout(self._patience if limit is None else min(limit, self._patience))
        started = time.monotonic()
        try:
            data: bytes = super().chunk(size_hint)
        except TimeoutError:
            raise SlowClient() from None
        finally:
            self._patience -= time.monotonic() - started
            # Answers are sent without this limit.
            self.sock.settimeout(limit)
        self._patience += len(data) / LEAST_RATE
        return data


class Worker(gthread.ThreadWorker):  # type: ignore[misc]
    """Made for plain HTTP/1.1: TLS is the proxy's."""

    def handle(self, conn: Any) -> Any:
        """Serve one request of the connection, in a thread."""
        if not conn.initialized and not conn.wait_for_data(IDLE_SECONDS):
            return gthread._DEFER
        if conn.parser is None:
            # Gunicorn makes a parser where there is none.
            conn.parser = http.get_parser(self.cfg, conn.sock, conn.client)
            conn.parser.unreader = PatientReader(conn.sock)
        conn.parser.unreader.start_request()
        return super().handle(conn)

    def handle_request(self, req: Any, conn: Any) -> Any:
        """Answer a request. A client that does not take its answer within the socket's limit is gone."""
        try:
            return super().handle_request(req, conn)
        except TimeoutError as error:
            # Of this one, gunicorn makes no stack trace.
            raise ConnectionResetError(errno.ECONNRESET, "the client takes nothing") from error
