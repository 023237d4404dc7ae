"""`python -m config.processes run`: everything on this machine, in the foreground.

This process holds the lock of the data folder, starts the supervisor, prints what the processes
print, and says at the end why it ended. Killed with -9, it takes the supervisor with it, and that
one its children: each asks the kernel for a signal on its parent's death.
"""

import errno
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from config import environment
from config.postgres import LONGEST_SOCKET_PATH
from config.runtime.console import Console
from config.runtime.folders import CHECKOUT, RunFolder
from config.runtime.leftovers import wait_until
from config.runtime.locks import is_free, list_holders, take_lock
from config.runtime.problem import RuntimeProblem
from config.runtime.programs import (
    CHECKOUT_VARIABLE,
    PYTHON_VARIABLE,
    Program,
    describe_configuration,
    select_programs,
)

# More than the longest stop of one process (programs.py).
_STOP_SECONDS = 90.0
_LEFTOVER_SECONDS = 30.0
# More than a web process takes to end (config/web_server.py).
_PORT_SECONDS = 20.0
# What Python's multiprocessing adds to the temp folder for a socket, pymp-…/listener-…, and some.
_ROOM_FOR_SOCKETS = 40


@dataclass(frozen=True, kw_only=True)
class Address:
    """Where the web process listens."""

    host: str
    port: int

    def __str__(self) -> str:
        # A server that listens everywhere is reached on this machine by its loopback address.
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.host, self.host)  # noqa: S104
        return f"http://{host}:{self.port}"


def read_address() -> Address:
    """ROSTER_HOST and PORT. Raises `EnvironmentProblem`."""
    port = environment.read_whole_number("PORT", least=1, most=65535)
    return Address(host=environment.read_text("ROSTER_HOST"), port=port)


def read_data_dir() -> Path:
    """ROSTER_DATA_DIR as an absolute path."""
    return environment.read_folder("ROSTER_DATA_DIR", CHECKOUT)


def run() -> int:
    """Start everything and stay until it ends. The exit code: 0 after a wanted stop, else 1."""
    address, folder, console = read_address(), RunFolder(read_data_dir()), Console()
    programs = select_programs(
        embedded_database=not environment.read_text("DATABASE_URL"),
        demo=environment.read_flag("ROSTER_DEMO"),
    )
    if not folder.path.exists():
        # Before anything is made in a new data folder.
        check_port(address)
    lock = lock_data_folder(folder, address)
    try:
        end_leftovers(folder, console)
        check_port(address)
        return Supervision(folder, programs, console).stay()
    finally:
        os.close(lock)


def lock_data_folder(folder: RunFolder, address: Address) -> int:
    """Take the data folder for this process. Raises `RuntimeProblem` where another has it."""
    lock = take_lock(folder.running, note=f"process {os.getpid()}, {address}")
    if lock is None:
        raise RuntimeProblem(
            f"Roster already runs on {folder.data_dir} ({folder.running.read_text()}). "
            "Stop that one first, or give this one another ROSTER_DATA_DIR and PORT."
        )
    return lock


def end_leftovers(folder: RunFolder, console: Console) -> None:
    """Wait for the processes of a run that was killed; after a while, kill them."""
    if is_free(folder.alive):
        return
    console.say("Waiting for the processes of a run that was killed.")
    if wait_until(lambda: is_free(folder.alive), _LEFTOVER_SECONDS):
        return
    for pid in list_holders(folder.alive):
        os.kill(pid, signal.SIGKILL)
    if not wait_until(lambda: is_free(folder.alive), 5.0):
        raise RuntimeProblem(f"Processes {list_holders(folder.alive)} of an earlier run do not end.")


def check_port(address: Address) -> None:
    """Raise `RuntimeProblem` where the web process could not listen there."""
    if error := _try_port(address):
        raise RuntimeProblem(_explain_port(address, error))


def wait_for_port(address: Address, *, patience: float = _PORT_SECONDS) -> None:
    """Return when the web process can listen there. Raises `RuntimeProblem` after `patience` seconds.

    Processes that end may keep the port for a moment: no reason to count a death.
    """
    wait_until(lambda: _try_port(address) is None, patience)
    check_port(address)


def _try_port(address: Address) -> OSError | None:
    """What is in the way of listening there."""
    family, kind, protocol, _, where = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as probe:
        # As the web server does: connections that are only waiting to expire are no obstacle.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(where)
        except OSError as error:
            return error
    return None


def _explain_port(address: Address, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {address.port} is already in use. Choose another one: PORT={address.port + 1} make run"
    return f"Cannot listen on {address.host}, port {address.port}: {error.strerror}."


class Supervision:
    """The supervisor process and what surrounds it."""

    def __init__(self, folder: RunFolder, programs: tuple[Program, ...], console: Console) -> None:
        self._folder = folder
        self._programs = programs
        self._console = console
        self._stop_asked_at: float | None = None

    def stay(self) -> int:
        """Start the supervisor, relay what is printed until it ends, and return the exit code."""
        self._prepare_files()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask_to_stop)
        supervisor = self._start_supervisor()
        self._relay_until_end(supervisor)
        # After a killed supervisor its children are still stopping; their last words count.
        wait_until(self._is_all_over, _STOP_SECONDS)
        return self._conclude(supervisor.returncode)

    def _prepare_files(self) -> None:
        self._folder.failure.unlink(missing_ok=True)
        shutil.rmtree(self._folder.temporary, ignore_errors=True)
        self._folder.temporary.mkdir(mode=0o700, exist_ok=True)
        configuration = describe_configuration(self._programs, self._folder, as_root=os.geteuid() == 0)
        self._folder.configuration.write_text(configuration)
        for name in ("watch", *(program.name for program in self._programs)):
            self._console.add_pipe("roster" if name == "watch" else name, self._folder.output(name))

    def _start_supervisor(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "supervisor.supervisord", "-c", str(self._folder.configuration)]
        process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "TERM", "--", *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=self._folder.path,
            env=_supervisor_environment(os.environ, self._folder),
            # A Ctrl-C at the terminal reaches this process only, which stops the others in order.
            start_new_session=True,
        )
        assert process.stdout is not None
        self._console.add_descriptor("supervisor", process.stdout.fileno())
        return process

    def _relay_until_end(self, supervisor: subprocess.Popen[bytes]) -> None:
        stopping = False
        while supervisor.poll() is None:
            self._console.relay(0.2)
            if self._stop_asked_at is None:
                continue
            if not stopping:
                stopping = True
                self._console.say("Stopping.")
                supervisor.terminate()
            elif time.monotonic() - self._stop_asked_at > _STOP_SECONDS:
                supervisor.kill()

    def _ask_to_stop(self, number: int, frame: FrameType | None) -> None:
        # Only noted here: the main loop may be in the middle of printing.
        self._stop_asked_at = self._stop_asked_at or time.monotonic()

    def _is_all_over(self) -> bool:
        while self._console.relay(0):
            pass
        return is_free(self._folder.alive)

    def _conclude(self, code: int) -> int:
        if self._folder.failure.exists():
            self._console.say(f"Stopped: {self._folder.failure.read_text()}")
            return 1
        if self._stop_asked_at is not None:
            self._console.say("Stopped.")
            return 0
        self._console.say(f"Stopped: the supervisor ended by itself ({_describe_exit(code)}).")
        return 1


def _describe_exit(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def _supervisor_environment(environ: Mapping[str, str], folder: RunFolder) -> dict[str, str]:
    return {
        **environ,
        **choose_temp_folder(folder),
        PYTHON_VARIABLE: sys.executable,
        CHECKOUT_VARIABLE: str(CHECKOUT),
        "PYTHONUNBUFFERED": "1",
    }


def choose_temp_folder(folder: RunFolder) -> dict[str, str]:
    """TMPDIR for the processes: below the data folder, unless sockets there get too long a name.

    Where they do, everything stays as it is; so the link of `config.postgres`, which is made
    for deeper data folders only, is always in the system's temp folder.
    """
    if len(os.fsencode(folder.temporary)) + _ROOM_FOR_SOCKETS > LONGEST_SOCKET_PATH:
        return {}
    return {"TMPDIR": str(folder.temporary)}
