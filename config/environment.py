"""Reading settings from the environment, loudly.

Every variable that Roster reads is declared once, here, in `VARIABLES`. The readers refuse a
name that is not declared, and raise `EnvironmentProblem` with the name of the variable and what
it should look like, so that a typing error stops the start instead of changing behaviour.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit


class EnvironmentProblem(Exception):
    """A variable is missing or malformed. The message says which one and what to write."""


@dataclass(frozen=True, kw_only=True)
class Variable:
    """One environment variable: its name, its default as text ('' for none) and its meaning."""

    name: str
    default: str
    meaning: str


VARIABLES: tuple[Variable, ...] = (
    Variable(name="PORT", default="8000", meaning="TCP port of the web process."),
    Variable(name="ROSTER_HOST", default="127.0.0.1", meaning="Address that the web process listens on."),
    Variable(name="ROSTER_DATA_DIR", default="var", meaning="Folder for everything that Roster writes."),
    Variable(name="DATABASE_URL", default="", meaning="PostgreSQL to use; empty: the embedded one."),
    Variable(name="REDIS_URL", default="", meaning="Redis as broker and cache; empty: files under the data folder."),
    Variable(
        name="ROSTER_SECRET_KEY", default="", meaning="Signs sessions; empty: made once and kept in the data folder."
    ),
    Variable(name="ROSTER_ALLOWED_HOSTS", default="*", meaning="Host names the web process answers to, by comma."),
    Variable(
        name="ROSTER_PUBLIC_URL",
        default="",
        meaning="Address that people and SDKs use, such as https://roster.example.org.",
    ),
    Variable(name="ROSTER_DEBUG", default="0", meaning="1 shows Django's debug pages. Never on a public server."),
    Variable(name="ROSTER_LOG_LEVEL", default="INFO", meaning="DEBUG, INFO, WARNING or ERROR."),
    Variable(name="ROSTER_WEB_THREADS", default="32", meaning="Threads of the web process."),
    Variable(name="ROSTER_QUERY_SECONDS", default="10", meaning="Seconds that a question about people may take."),
    Variable(name="ROSTER_QUERY_MEMORY_MB", default="512", meaning="Memory (MB) of the questions in one web process."),
    Variable(
        name="ROSTER_EXPORT_STALL_SECONDS",
        default="60",
        meaning="Seconds after which a download that takes nothing is cut off.",
    ),
    Variable(name="ROSTER_COMPACTION_MEMORY_MB", default="1024", meaning="Memory (MB) of a compaction in a worker."),
    Variable(name="ROSTER_IMPORT_ROWS", default="1000000", meaning="Rows that an imported CSV file may have."),
    Variable(
        name="ROSTER_ADMIN_EMAIL", default="admin@example.com", meaning="E-mail of the admin made on first start."
    ),
    Variable(name="ROSTER_ADMIN_PASSWORD", default="", meaning="Password of that admin; empty: random and printed."),
    Variable(name="ROSTER_PROJECT_TOKEN", default="", meaning="Token of the project Demo; empty: random and printed."),
    Variable(
        name="ROSTER_PROJECT_SECRET", default="", meaning="Secret of the project Demo; empty: random and printed."
    ),
    Variable(name="ROSTER_DEMO", default="1", meaning="0 leaves out the demo data."),
)

_BY_NAME = {variable.name: variable for variable in VARIABLES}


def read_text(name: str, environ: Mapping[str, str] = os.environ) -> str:
    """The variable's text, or its default where it is unset or empty."""
    if name not in _BY_NAME:
        raise EnvironmentProblem(f"{name} is not declared in config/environment.py.")
    return environ.get(name, "").strip() or _BY_NAME[name].default


def read_flag(name: str, environ: Mapping[str, str] = os.environ) -> bool:
    """True for 1, true, yes, on; False for 0, false, no, off; anything else raises."""
    text = read_text(name, environ).lower()
    if text in {"1", "true", "yes", "on"}:
        return True
    if text in {"0", "false", "no", "off"}:
        return False
    raise EnvironmentProblem(f"{name} is {text!r}; write 1 or 0.")


def read_whole_number(name: str, *, least: int, most: int, environ: Mapping[str, str] = os.environ) -> int:
    """A whole number between `least` and `most`, both allowed."""
    text = read_text(name, environ)
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
        raise EnvironmentProblem(f"{name} is {text!r}; write a whole number from {least} to {most}.")
    return int(text)


def read_choice(name: str, choices: tuple[str, ...], environ: Mapping[str, str] = os.environ) -> str:
    """One of `choices`, compared without regard to case."""
    text = read_text(name, environ).upper()
    if text not in choices:
        raise EnvironmentProblem(f"{name} is {text!r}; write one of {', '.join(choices)}.")
    return text


def read_folder(name: str, base: Path, environ: Mapping[str, str] = os.environ) -> Path:
    """An absolute path; a relative one is taken from `base`. `~` is the home folder."""
    return (base / Path(read_text(name, environ)).expanduser()).absolute()


def read_list(name: str, environ: Mapping[str, str] = os.environ) -> list[str]:
    """The parts between commas, without blanks and empty parts."""
    return [part.strip() for part in read_text(name, environ).split(",") if part.strip()]


def read_database_url(name: str, environ: Mapping[str, str] = os.environ) -> dict[str, Any] | None:
    """`postgresql://user:password@host:port/name` as Django's NAME, USER, …; None where unset."""
    text = read_text(name, environ)
    return parse_database_url(text, name=name) if text else None


# What may stand behind the question mark besides user, password, host and port: options of libpq,
# https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
DATABASE_OPTIONS = frozenset(
    (
        "application_name",
        "channel_binding",
        "connect_timeout",
        "gssencmode",
        "hostaddr",
        "keepalives",
        "keepalives_count",
        "keepalives_idle",
        "keepalives_interval",
        "load_balance_hosts",
        "options",
        "passfile",
        "require_auth",
        "requirepeer",
        "ssl_max_protocol_version",
        "ssl_min_protocol_version",
        "sslcert",
        "sslcertmode",
        "sslcrl",
        "sslcrldir",
        "sslkey",
        "sslmode",
        "sslnegotiation",
        "sslpassword",
        "sslrootcert",
        "sslsni",
        "target_session_attrs",
        "tcp_user_timeout",
    )
)


def parse_database_url(url: str, *, name: str = "DATABASE_URL") -> dict[str, Any]:
    """Django's NAME, USER, PASSWORD, HOST, PORT and OPTIONS of a PostgreSQL URL.

    `?host=/folder` (libpq's form for a socket) is understood, and DATABASE_OPTIONS are passed on.
    Raises `EnvironmentProblem`, for an unknown option too: to drop `sslmode` would be to go without.
    """
    problem = EnvironmentProblem(f"{name} must look like postgresql://user:password@host:5432/name")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise problem from None
    database = unquote(parts.path.lstrip("/"))
    if parts.scheme not in {"postgres", "postgresql"} or not database:
        raise problem
    given = _parse_database_options(parts.query, name=name)
    return {
        "NAME": database,
        "USER": unquote(parts.username or "") or given.get("user", ""),
        "PASSWORD": unquote(parts.password or "") or given.get("password", ""),
        "HOST": given.get("host", "") or unquote(parts.hostname or ""),
        "PORT": str(port or given.get("port", "")),
        "OPTIONS": {option: text for option, text in given.items() if option in DATABASE_OPTIONS},
    }


def _parse_database_options(query: str, *, name: str) -> dict[str, str]:
    pairs = [pair.partition("=") for pair in query.split("&") if pair]
    given = {unquote(option): unquote(text) for option, _, text in pairs}
    unknown = sorted(given.keys() - DATABASE_OPTIONS - {"user", "password", "host", "port"})
    if unknown:
        raise EnvironmentProblem(f"{name} has options that Roster does not know: {', '.join(unknown)}.")
    empty = sorted(option for option, text in given.items() if not text)
    if empty:
        raise EnvironmentProblem(f"{name} has options without a value: {', '.join(empty)}.")
    return given
