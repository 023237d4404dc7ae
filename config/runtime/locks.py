"""Locks that the kernel gives back when their holders die, however they die."""

import fcntl
import os
from pathlib import Path


def take_lock(path: Path, *, shared: bool = False, note: str = "") -> int | None:
    """Lock the file and return its descriptor, or None where another process has it.

    The lock lasts until the descriptor is closed in every process that has it, children included.
    `note` becomes the file's content: for people who want to know who has it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    if note:
        os.truncate(descriptor, 0)
        os.write(descriptor, note.encode())
    return descriptor


def is_free(path: Path) -> bool:
    """True when nobody holds the lock, shared or not."""
    descriptor = take_lock(path)
    if descriptor is None:
        return False
    os.close(descriptor)
    return True


def list_holders(path: Path) -> list[int]:
    """The other processes that have the file open."""
    return [pid for pid in map(int, filter(str.isdigit, os.listdir("/proc"))) if _has_open(pid, path)]


def _has_open(pid: int, path: Path) -> bool:
    if pid == os.getpid():
        return False
    try:
        opened = [os.stat(f"/proc/{pid}/fd/{number}") for number in os.listdir(f"/proc/{pid}/fd")]
        wanted = path.stat()
    except OSError:
        return False
    return any(os.path.samestat(status, wanted) for status in opened)
