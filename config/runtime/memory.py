"""How much memory this machine, or the container around us, gives."""

from pathlib import Path

_CGROUPS = Path("/sys/fs/cgroup")


def get_memory_limit(proc: Path = Path("/proc"), cgroups: Path = _CGROUPS) -> int:
    """Bytes that the processes here may use: the machine's memory or a tighter cgroup limit."""
    limits = [_read_total(proc / "meminfo"), *_read_cgroup_limits(proc / "self/cgroup", cgroups)]
    return min(limits)


def _read_total(meminfo: Path) -> int:
    for line in meminfo.read_text().splitlines():
        if line.startswith("MemTotal:"):
            return int(line.split()[1]) * 1024
    raise ValueError(f"{meminfo} has no MemTotal")


def _read_cgroup_limits(membership: Path, cgroups: Path) -> list[int]:
    """Every limit on the way from our group up to the root; version 1 and 2 alike."""
    if not membership.exists():
        return []
    limits = []
    for line in membership.read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers == "":
            limits += _read_upwards(cgroups, path, "memory.max")
        elif "memory" in controllers.split(","):
            limits += _read_upwards(cgroups / "memory", path, "memory.limit_in_bytes")
    return limits


def _read_upwards(root: Path, path: str, name: str) -> list[int]:
    group = root / path.lstrip("/")
    candidates = [folder / name for folder in (group, *group.parents) if folder.is_relative_to(root)]
    return [limit for file in candidates if (limit := _read_limit(file)) is not None]


def _read_limit(file: Path) -> int | None:
    try:
        text = file.read_text().strip()
    except OSError:
        return None
    return int(text) if text.isdigit() else None
