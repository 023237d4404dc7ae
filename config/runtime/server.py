"""The embedded PostgreSQL server: made ready, started, asked, stopped."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg

from config.postgres import PostgresFolders, connection_settings, postgres_folders, reachable_socket_folder
from config.runtime.account import ENVIRONMENT, choose_account, with_access
from config.runtime.binaries import find_programs
from config.runtime.cluster import make_cluster, make_folders
from config.runtime.leftovers import stop_leftovers, wait_until
from config.runtime.memory import get_memory_limit
from config.runtime.problem import RuntimeProblem
from config.runtime.sizing import FIXED_SETTINGS, size_settings

# Threads of the web process, tasks of the worker, and room for scripts and a psql.
DEFAULT_CONNECTIONS = 100

# Safe only for data that nobody would miss: a power cut loses the cluster.
THROWAWAY_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def prepare_server(
    data_dir: Path,
    *,
    connections: int = DEFAULT_CONNECTIONS,
    overrides: Mapping[str, str] | None = None,
) -> list[str]:
    """Make everything ready and return the command that runs the server in the foreground.

    Makes the cluster on first use and clears away what a killed server left. The caller makes
    sure that no live server is wanted in `data_dir`. Raises `RuntimeProblem`.
    """
    folders = postgres_folders(data_dir)
    programs = find_programs()
    account = choose_account(data_dir, cluster=folders.cluster)
    make_folders(folders, account)
    account = with_access(account, folder=folders.root, programs=programs)
    overrides = overrides or {}
    if not folders.cluster.exists():
        make_cluster(folders, account=account, programs=programs, durable=overrides.get("fsync") != "off")
    stop_leftovers(folders.cluster)
    settings = {**FIXED_SETTINGS, **_sized(folders, connections), **overrides}
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return account.wrap([programs.postgres, "-D", folders.cluster, "-k", reachable_socket_folder(data_dir), *options])


def exec_server(data_dir: Path, *, connections: int = DEFAULT_CONNECTIONS) -> None:
    """Turn this process into the server. Does not return; raises `RuntimeProblem`."""
    command = prepare_server(data_dir, connections=connections)
    os.chdir("/")
    os.execvpe(command[0], command, {**ENVIRONMENT, "PATH": os.environ.get("PATH", os.defpath)})  # noqa: S606


def _sized(folders: PostgresFolders, connections: int) -> dict[str, str]:
    return size_settings(
        memory=get_memory_limit(),
        free_disk=shutil.disk_usage(folders.root).free,
        connections=connections,
    )


@dataclass
class EmbeddedPostgres:
    """A server as a child of this process: for tests and benchmarks.

    Use it as a context manager. It dies with the thread that starts it. Its log is `postgres.log`
    in the data folder. File descriptors in `held` stay open in the server, so that a lock on one
    of them is held until it is gone.
    """

    data_dir: Path
    overrides: Mapping[str, str]
    held: tuple[int, ...] = ()
    process: subprocess.Popen[bytes] | None = None

    def start(self, *, patience: float = 60.0) -> Self:
        """Start, and wait until it answers. Raises `RuntimeProblem` after `patience` seconds."""
        command = prepare_server(self.data_dir, overrides=self.overrides)
        process = self.process = self._spawn(command)
        wait_until(lambda: process.poll() is not None or answers(self.data_dir), patience)
        if process.poll() is not None or not answers(self.data_dir):
            self.stop()
            raise RuntimeProblem(
                f"The embedded PostgreSQL did not start:\n{self._log.read_text(errors='replace')[-2000:]}"
            )
        return self

    def stop(self) -> None:
        """Stop it and wait; whatever it had committed is kept."""
        if self.process is not None:
            stop_leftovers(postgres_folders(self.data_dir).cluster)
            self.process.wait()
        self.process = None

    @property
    def _log(self) -> Path:
        return self.data_dir / "postgres.log"

    def _spawn(self, command: list[str]) -> subprocess.Popen[bytes]:
        with self._log.open("wb") as log:
            return subprocess.Popen(
                command,
                env=ENVIRONMENT,
                cwd="/",
                stdout=log,
                stderr=log,
                pass_fds=self.held,
                start_new_session=True,
            )

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def answers(data_dir: Path) -> bool:
    """True when the embedded server of `data_dir` takes connections."""
    settings = connection_settings(data_dir)
    try:
        psycopg.connect(
            host=settings["HOST"],
            port=settings["PORT"],
            user=settings["USER"],
            dbname=settings["NAME"],
            connect_timeout=2,
        ).close()
    except psycopg.OperationalError:
        return False
    return True
