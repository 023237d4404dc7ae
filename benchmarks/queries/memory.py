"""How much memory a system holds, from /proc."""

import re
from dataclasses import dataclass
from pathlib import Path

_KIB_TO_MIB = 1024


@dataclass(frozen=True)
class Memory:
    """In MiB: resident between questions, and the most that was resident at any time."""

    resident: int
    peak: int

    def merge(self, later: "Memory") -> "Memory":
        """The later figure, and the higher peak."""
        return Memory(later.resident, max(self.peak, later.peak))


def measure_process() -> Memory:
    """This process."""
    status = Path("/proc/self/status").read_text()
    return Memory(_read_field(status, "VmRSS"), _read_field(status, "VmHWM"))


def measure_postgres(backend: int) -> Memory:
    """All processes of the server of which `backend` is one; what they share counts once.

    Its peak is known for the moment of asking only.
    """
    server = _get_parent(backend)
    resident = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if int(folder.name) == server or _get_parent(int(folder.name)) == server:
                resident += _read_field((folder / "smaps_rollup").read_text(), "Pss")
        except OSError:
            continue  # it ended meanwhile
    return Memory(resident, resident)


def _get_parent(process: int) -> int:
    return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])


def _read_field(text: str, name: str) -> int:
    found = re.search(rf"^{name}:\s+(\d+) kB", text, re.MULTILINE)
    return int(found[1]) // _KIB_TO_MIB if found else 0
