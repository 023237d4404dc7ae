"""Making the embedded server's cluster, all or nothing.

Nothing here follows a name inside a folder that the server's account can write to, except through
that account: whoever takes the account over must not lead root astray.
"""

import os
import secrets
import shutil
import subprocess
from pathlib import Path

from config.postgres import DATABASE, USER, PostgresFolders
from config.runtime.account import ENVIRONMENT, Account
from config.runtime.binaries import PostgresPrograms
from config.runtime.problem import RuntimeProblem

_DRAFT = "data.new-"


def make_folders(folders: PostgresFolders, account: Account) -> None:
    """Make the root and the socket folder, open to `account` only."""
    folders.root.parent.mkdir(parents=True, exist_ok=True)
    for folder in (folders.root, folders.socket):
        folder.mkdir(mode=0o700, exist_ok=True)
        # Also after a kill between the two calls, and with a umask that took bits away.
        if account.switch:
            os.chown(folder, account.uid, account.gid, follow_symlinks=False)
    remove_drafts(folders)


def remove_drafts(folders: PostgresFolders) -> None:
    """Remove what a killed `make_cluster` left behind."""
    for draft in folders.root.glob(f"{_DRAFT}*"):
        shutil.rmtree(draft, ignore_errors=True)


def make_cluster(
    folders: PostgresFolders, *, account: Account, programs: PostgresPrograms, durable: bool = True
) -> None:
    """Make the cluster and the database in it: UTF-8, sorted by code point, with checksums.

    A kill at any moment leaves either no cluster or a whole one.
    """
    draft = folders.root / f"{_DRAFT}{secrets.token_hex(4)}"
    _run_initdb(draft, account=account, programs=programs, durable=durable)
    _create_database(draft, account=account, programs=programs)
    draft.rename(folders.cluster)
    _sync(folders.root)


def _run_initdb(draft: Path, *, account: Account, programs: PostgresPrograms, durable: bool) -> None:
    command = [
        programs.initdb,
        *("--pgdata", draft, "--username", USER),
        # The locale provider built into PostgreSQL: an update of the system's C library cannot
        # change the order of an index.
        *("--encoding", "UTF8", "--locale", "C", "--locale-provider", "builtin"),
        *("--builtin-locale", "C.UTF-8", "--data-checksums"),
        *("--auth-local", "trust", "--auth-host", "reject", "--no-instructions"),
        *(() if durable else ("--no-sync",)),
    ]
    _run(account.wrap(command), what="make the database's folder")


def _create_database(draft: Path, *, account: Account, programs: PostgresPrograms) -> None:
    # Single-user mode: no server to start, wait for and stop.
    command = [programs.postgres, "--single", "-D", draft, "-c", "log_checkpoints=off", "postgres"]
    _run(account.wrap(command), what="make the database", statement=f"CREATE DATABASE {DATABASE}\n")


def _run(command: list[str], *, what: str, statement: str = "") -> None:
    done = subprocess.run(
        command, input=statement, capture_output=True, text=True, env=ENVIRONMENT, cwd="/", check=False
    )
    # Single-user mode exits with 0 after a statement that failed.
    failed = done.returncode != 0 or "ERROR:" in done.stderr or "FATAL:" in done.stderr
    if failed:
        raise RuntimeProblem(f"Could not {what} with {command[-1]}:\n{done.stderr.strip()}")


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
