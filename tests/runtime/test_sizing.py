"""Memory limits, and what they make of the server's settings."""

from pathlib import Path

import pytest

from config.runtime.memory import get_memory_limit
from config.runtime.sizing import GIB, MIB, size_settings

MACHINE = 8 * GIB


@pytest.fixture
def machine(tmp_path: Path) -> tuple[Path, Path]:
    """A machine with 8 GiB: its /proc and its control groups."""
    proc, cgroups = tmp_path / "proc", tmp_path / "cgroup"
    (proc / "self").mkdir(parents=True)
    (cgroups / "app" / "web").mkdir(parents=True)
    (proc / "meminfo").write_text(f"MemTotal:  {MACHINE // 1024} kB\nMemFree: 1 kB\n")
    return proc, cgroups


def test_without_control_groups_the_machine_counts(machine: tuple[Path, Path]) -> None:
    assert get_memory_limit(*machine) == MACHINE


def test_the_tightest_group_on_the_way_up_counts(machine: tuple[Path, Path]) -> None:
    proc, cgroups = machine
    (proc / "self" / "cgroup").write_text("0::/app/web\n")
    (cgroups / "app" / "web" / "memory.max").write_text("max\n")
    (cgroups / "app" / "memory.max").write_text(f"{2 * GIB}\n")
    assert get_memory_limit(proc, cgroups) == 2 * GIB


def test_version_1_groups_count_too(machine: tuple[Path, Path]) -> None:
    proc, cgroups = machine
    (proc / "self" / "cgroup").write_text("4:cpu,memory:/\n1:name=systemd:/\n")
    (cgroups / "memory").mkdir()
    (cgroups / "memory" / "memory.limit_in_bytes").write_text(f"{512 * MIB}\n")
    assert get_memory_limit(proc, cgroups) == 512 * MIB


@pytest.mark.parametrize(
    ("memory", "shared", "wal"),
    [(128 * MIB, "32MB", "256MB"), (8 * GIB, "1024MB", "1024MB"), (256 * GIB, "4096MB", "4096MB")],
)
def test_sizes_follow_the_machine_between_bounds(memory: int, shared: str, wal: str) -> None:
    free_disk = memory + memory // 4
    settings = size_settings(memory=memory, free_disk=free_disk, connections=100)
    assert (settings["shared_buffers"], settings["max_wal_size"]) == (shared, wal)


def test_all_connections_sorting_at_once_fit_into_memory() -> None:
    settings = size_settings(memory=8 * GIB, free_disk=GIB, connections=100)
    assert int(settings["work_mem"].removesuffix("MB")) * 100 <= 8 * 1024
