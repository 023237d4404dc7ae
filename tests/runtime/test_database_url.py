"""DATABASE_URL: what stands in it reaches the connection, or stops the start."""

import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from config.environment import DATABASE_OPTIONS, EnvironmentProblem, parse_database_url
from config.runtime.folders import CHECKOUT

SHOW = """
import json, django
django.setup()
from django.db import connection
print(json.dumps({name: value for name, value in connection.get_connection_params().items() if isinstance(value, str)}))
"""


def test_a_plain_address() -> None:
    assert parse_database_url("postgresql://me:p%40ss@db.example.org:5433/roster") == {
        "NAME": "roster",
        "USER": "me",
        "PASSWORD": "p@ss",
        "HOST": "db.example.org",
        "PORT": "5433",
        "OPTIONS": {},
    }


def test_the_parts_may_be_options() -> None:
    parsed = parse_database_url("postgres:///roster?host=%2Frun%2Fpg&port=5433&user=me&password=p%26ss")
    assert (parsed["HOST"], parsed["PORT"], parsed["USER"], parsed["PASSWORD"]) == ("/run/pg", "5433", "me", "p&ss")
    assert parsed["OPTIONS"] == {}


def test_options_reach_the_connection(tmp_path: Path) -> None:
    url = "postgresql://db/roster?sslmode=verify-full&sslrootcert=%2Fetc%2Froot.pem&options=-c%20work_mem%3D8MB"
    shown = subprocess.run(
        [sys.executable, "-c", SHOW],
        cwd=CHECKOUT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "DATABASE_URL": url}
        | {"ROSTER_DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert (
        json.loads(shown.stdout).items()
        >= {
            "application_name": "roster",
            "host": "db",
            "sslmode": "verify-full",
            "sslrootcert": "/etc/root.pem",
            "options": "-c work_mem=8MB",
        }.items()
    )


def test_libpq_understands_what_it_is_given() -> None:
    options = parse_database_url("postgresql://127.0.0.1/roster?sslmode=nonsense")["OPTIONS"]
    with pytest.raises(psycopg.OperationalError, match="sslmode"):
        psycopg.connect(host="127.0.0.1", **options)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("sslmodus=require", "does not know: sslmodus"),
        ("pool=1&sslmode=require&a=b", "does not know: a, pool"),
        ("sslmode", "without a value: sslmode"),
        ("sslmode=", "without a value: sslmode"),
    ],
)
def test_other_options_stop_the_start(query: str, said: str) -> None:
    with pytest.raises(EnvironmentProblem, match=f"DATABASE_URL has options .*{said}"):
        parse_database_url(f"postgresql://db/roster?{query}")


def test_libpq_knows_all_options() -> None:
    known = {option.keyword.decode() for option in psycopg.pq.Conninfo.get_defaults()}
    assert known >= DATABASE_OPTIONS
