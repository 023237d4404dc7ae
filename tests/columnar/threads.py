"""Threads with connections of their own, which are closed at their end."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from django.db import connections

_Answer = TypeVar("_Answer")


def in_thread(work: Callable[[], _Answer]) -> _Answer:
    """The answer of another thread."""
    (answer,) = in_threads([work])
    return answer


def in_threads(works: Sequence[Callable[[], _Answer]], *, meanwhile: Callable[[], Any] | None = None) -> list[_Answer]:
    """The answers of several at once, while this thread does something else."""
    with ThreadPoolExecutor(len(works)) as pool:
        futures: list[Future[_Answer]] = [pool.submit(_close_afterwards, work) for work in works]
        if meanwhile is not None:
            meanwhile()
        return [future.result() for future in futures]


def _close_afterwards(work: Callable[[], _Answer]) -> _Answer:
    try:
        return work()
    finally:
        connections.close_all()
