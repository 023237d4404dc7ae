"""Which of these tests belong to this session."""

import os

import pytest

# They are about servers that somebody else started, so without such servers there is no test.
collect_ignore = [] if os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL") else ["test_production.py"]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Only root can change accounts: for others these tests do not exist."""
    if os.geteuid() != 0:
        foreign = [item for item in items if item.get_closest_marker("root")]
        config.hook.pytest_deselected(items=foreign)
        items[:] = [item for item in items if item not in foreign]
