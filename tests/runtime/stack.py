"""A whole Roster for tests: `python -m config.processes run` in a data folder of its own."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from config.runtime.folders import CHECKOUT, RunFolder
from config.runtime.locks import is_free
from tests.waiting import wait_for

TOKEN = "token-of-the-demo-project"


def find_free_port() -> int:
    """A TCP port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def run_environment(data_dir: Path, port: int) -> dict[str, str]:
    """The variables for a run without demo data; nothing of the tests' own."""
    ours = {name: text for name, text in os.environ.items() if not name.startswith("ROSTER_")}
    for name in ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE"):
        ours.pop(name, None)
    return {
        **ours,
        "PORT": str(port),
        "ROSTER_DATA_DIR": str(data_dir),
        "ROSTER_DEMO": "0",
        "ROSTER_PROJECT_TOKEN": TOKEN,
        "PYTHONDONTWRITEBYTECODE": "1",
    }


class Stack:
    """One run. `lines` is what it has printed so far."""

    def __init__(self, data_dir: Path, port: int | None = None, variables: Mapping[str, str] | None = None) -> None:
        self.data_dir = data_dir
        self.port = port or find_free_port()
        self.folder = RunFolder(data_dir)
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "TERM", "--", sys.executable, "-m", "config.processes", "run"],
            cwd=CHECKOUT,
            env={**run_environment(data_dir, self.port), **(variables or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        self.lines.extend(iter(self.process.stdout.readline, ""))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def printed(self) -> str:
        return "".join(self.lines)

    def health(self) -> tuple[int, dict[str, str]]:
        """Status and body of /healthz; status 0 where nothing answers."""
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=5) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as answer:
            with answer:
                return answer.code, json.load(answer)
        except (OSError, http.client.HTTPException) as error:
            return 0, {"error": str(error)}

    def wait_until_healthy(self) -> Self:
        """Wait until every part is up."""
        wait_for(lambda: self.health()[0] == 200, seconds=120, what=lambda: f"{self.health()}\n{self.printed}")
        return self

    def find_process(self, name: str) -> int:
        """The process id of the child `name`, or 0."""
        supervisor = self.find_supervisor()
        children = [pid for pid in _list_processes() if _read_parent(pid) == supervisor]
        return next((pid for pid in children if _is_called(pid, name)), 0)

    def find_supervisor(self) -> int:
        """The process id of the supervisor."""
        return int(self.folder.pid.read_text())

    def wait_until_over(self) -> int:
        """Wait until the run has ended and nothing of it is left; its exit code."""
        code = self.reap()
        assert is_free(self.folder.alive), "processes are left"
        return code

    def reap(self) -> int:
        """Wait until the run itself has ended; its exit code."""
        code = self.process.wait(timeout=120)
        self._reader.join(timeout=30)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code

    def stop(self) -> int:
        """Ask it to stop, as Ctrl-C does; the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.wait_until_over()


def _list_processes() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def _read_parent(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0
    return int(status.rpartition(")")[2].split()[1])


def _is_called(pid: int, name: str) -> bool:
    try:
        environment = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    # The embedded PostgreSQL gets an environment of its own.
    is_postgres = command[0].endswith(b"/postgres")
    return is_postgres if name == "postgres" else f"SUPERVISOR_PROCESS_NAME={name}".encode() in environment
