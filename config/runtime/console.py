"""What the processes print, on one terminal: each line after the name of its process."""

import os
import selectors
import sys
from pathlib import Path
from typing import TextIO

_WIDTH = 8

# What PostgreSQL says at every start and stop. The rest of its log is shown.
_ROUTINE = (
    "LOG:  starting PostgreSQL",
    "LOG:  listening on",
    "LOG:  database system was shut down",
    "LOG:  database system is ready",
    "LOG:  database system is shut down",
    "LOG:  received fast shutdown request",
    "LOG:  aborting any active transactions",
    "LOG:  background worker",
    "LOG:  shutting down",
    "FATAL:  the database system is starting up",
    "FATAL:  the database system is shutting down",
    "FATAL:  the database system is in recovery mode",
    "FATAL:  the database system is not yet accepting connections",
    "DETAIL:  Consistent recovery state has not been yet reached",
    "FATAL:  terminating connection due to administrator command",
)


class Console:
    """Reads the pipes of the processes and writes to `out`, line by line."""

    def __init__(self, out: TextIO = sys.stdout) -> None:
        self._out = out
        self._selector = selectors.DefaultSelector()
        self._rests: dict[str, bytes] = {}

    def add_pipe(self, name: str, path: Path) -> None:
        """Make a named pipe for the process `name` and read it from now on."""
        path.unlink(missing_ok=True)
        os.mkfifo(path, 0o600)
        # Open for writing too: the pipe then never ends, however often its process is restarted.
        self.add_descriptor(name, os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC))

    def add_descriptor(self, name: str, descriptor: int) -> None:
        """Read `descriptor` for the process `name`."""
        os.set_blocking(descriptor, False)
        self._selector.register(descriptor, selectors.EVENT_READ, name)
        self._rests[name] = b""

    def say(self, text: str, name: str = "roster") -> None:
        """Print `text` as the words of `name`."""
        for line in text.splitlines():
            self._out.write(f"{name:<{_WIDTH}} | {line}\n")
        self._out.flush()

    def relay(self, seconds: float) -> bool:
        """Print what has arrived, waiting at most `seconds` for it. False where nothing had."""
        ready = self._selector.select(seconds)
        read = [self._read(key.fd, key.data) for key, _ in ready]
        return any(read)

    def _read(self, descriptor: int, name: str) -> bool:
        try:
            arrived = os.read(descriptor, 65536)
        except BlockingIOError:
            return False
        if not arrived:
            self._selector.unregister(descriptor)
            return False
        *lines, self._rests[name] = (self._rests[name] + arrived).split(b"\n")
        for line in lines:
            self._print(name, line.decode(errors="replace").rstrip())
        return True

    def _print(self, name: str, line: str) -> None:
        if line and not (name == "postgres" and line.startswith(_ROUTINE)):
            self.say(line, name)
