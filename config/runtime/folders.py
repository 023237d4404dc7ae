"""Where the processes of one installation keep what they need to find each other."""

from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class RunFolder:
    """`run/` under the data folder: locks, the supervisor's files, pipes."""

    data_dir: Path

    @property
    def path(self) -> Path:
        return self.data_dir / "run"

    @property
    def running(self) -> Path:
        """Locked by the one `run` of this data folder; its content says who that is."""
        return self.path / "roster.lock"

    @property
    def alive(self) -> Path:
        """Locked, shared, by every process that `run` started, until the last is gone."""
        return self.path / "processes.lock"

    @property
    def configuration(self) -> Path:
        """The supervisor's configuration, written at each start."""
        return self.path / "supervisord.conf"

    @property
    def pid(self) -> Path:
        """The supervisor's process id."""
        return self.path / "supervisord.pid"

    @property
    def failure(self) -> Path:
        """Why everything was stopped, where a process could not be kept up."""
        return self.path / "failure"

    @property
    def temporary(self) -> Path:
        """The processes' temporary files; emptied at each start."""
        return self.path / "tmp"

    def output(self, name: str) -> Path:
        """The named pipe that carries what a process prints."""
        return self.path / f"{name}.output"
