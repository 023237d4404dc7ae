"""A file is made while what is made of it is sent: one thread asks DuckDB, another writes to the client."""

import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent import futures
from contextlib import closing
from typing import Final

# How soon an interrupt is repeated for a thread that was between two statements.
_AGAIN: Final = 0.05


class Ahead:
    """The pieces of a generator, asked for in a thread of their own as long as no more than `most` bytes wait; a
    larger piece waits alone. What the generator raises is raised here. `interrupt` ends its present
    work from outside. Whoever has it closes it, which returns when the thread is over."""

    def __init__(self, pieces: Generator[bytes], *, most: int, interrupt: Callable[[], None]) -> None:
        self._pieces = pieces
        self._most = most
        self._interrupt = interrupt
        self._waiting: deque[bytes] = deque()
        self._bytes = 0
        self._made = self._closed = False
        self._changed = threading.Condition()
        executor = futures.ThreadPoolExecutor(1, "export")
        self._work = executor.submit(self._make)
        executor.shutdown(wait=False)

    def __iter__(self) -> Iterator[bytes]:
        while (piece := self._take()) is not None:
            yield piece
        self._work.result()

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        while not self._work.done():
            self._interrupt()
            futures.wait([self._work], timeout=_AGAIN)

    def _take(self) -> bytes | None:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._made)
            if not self._waiting:
                return None
            piece = self._waiting.popleft()
            self._bytes -= len(piece)
            self._changed.notify_all()
            return piece

    def _make(self) -> None:
        try:
            with closing(self._pieces):
                for piece in self._pieces:
                    if not self._put(piece):
                        break
        finally:
            with self._changed:
                self._made = True
                self._changed.notify_all()

    def _put(self, piece: bytes) -> bool:
        """False where nobody reads any more."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or not self._waiting or self._bytes + len(piece) <= self._most)
            if not self._closed:
                self._waiting.append(piece)
                self._bytes += len(piece)
                self._changed.notify_all()
            return not self._closed
