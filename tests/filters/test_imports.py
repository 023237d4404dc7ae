"""What the filter language leans on."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("module", "never"),
    [
        ("profiles_app.filters.tree", {"django", "duckdb", "sqlglot"}),
        ("profiles_app.filters.forms", {"django", "duckdb", "sqlglot"}),
        ("profiles_app.filters.compile", {"django", "duckdb"}),
        ("profiles_app.filters.describe", {"django", "duckdb"}),
        ("profiles_app.filters.check", {"django", "duckdb"}),
    ],
)
def test_a_module_loads_no_more_than_it_needs(module: str, never: set[str]) -> None:
    script = f"import sys, {module}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert module in loaded
    assert not never & set(loaded)
