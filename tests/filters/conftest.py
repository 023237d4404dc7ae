"""Fixtures of the filter language's tests."""

from collections.abc import Iterator

import pytest

from tests.filters import memory


@pytest.fixture(scope="session", autouse=True)
def _close_memory() -> Iterator[None]:
    """One database in memory serves all tests, and ends with them."""
    yield
    memory.close()
