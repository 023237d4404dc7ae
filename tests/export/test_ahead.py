"""What is made ahead: in order, not too much of it, and over when nobody reads."""

import threading
from collections.abc import Generator, Iterator
from contextlib import closing

import pytest

from profiles_app.export.ahead import Ahead


def do_nothing() -> None:
    """Where there is no work to end."""


def test_everything_comes_in_order() -> None:
    pieces = [bytes([number]) * (number % 5) for number in range(100)]
    with closing(Ahead((piece for piece in pieces), most=7, interrupt=do_nothing)) as ahead:
        assert list(ahead) == pieces


def test_a_fault_comes_after_what_was_made_before_it() -> None:
    def fail() -> Generator[bytes]:
        yield b"a"
        raise ValueError("no more")

    read: Iterator[bytes]
    with closing(Ahead(fail(), most=7, interrupt=do_nothing)) as ahead:
        read = iter(ahead)
        assert next(read) == b"a"
        with pytest.raises(ValueError, match="no more"):
            next(read)


def test_so_much_waits_and_no_more() -> None:
    made: list[int] = []
    fourth = threading.Event()

    def count() -> Generator[bytes]:
        for number in range(1000):
            made.append(number)
            if number == 3:
                fourth.set()
            yield b"xx"

    with closing(Ahead(count(), most=6, interrupt=do_nothing)):
        assert fourth.wait(10)
    # Three wait, and one is in the hand.
    assert made == [0, 1, 2, 3]


def test_one_larger_than_all_waits_alone() -> None:
    with closing(Ahead((piece for piece in (b"x" * 50, b"y" * 50)), most=6, interrupt=do_nothing)) as ahead:
        assert [len(piece) for piece in ahead] == [50, 50]


def test_closing_ends_the_work() -> None:
    begun, interrupted, ended = threading.Event(), threading.Event(), threading.Event()

    def work() -> Generator[bytes]:
        try:
            begun.set()
            interrupted.wait(10)
            yield b"too late"
        finally:
            ended.set()

    ahead = Ahead(work(), most=6, interrupt=interrupted.set)
    assert begun.wait(10)
    ahead.close()
    assert interrupted.is_set()
    assert ended.is_set()
    assert list(ahead) == []
