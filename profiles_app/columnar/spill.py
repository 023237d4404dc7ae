"""Folders for what does not fit into memory, and clearing away those of processes that were killed."""

import fcntl
import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self
from uuid import uuid4

from django.conf import settings

_PREFIX: Final = "spill-"


@dataclass(frozen=True, kw_only=True)
class Spill:
    """A folder of this process; the lock on it ends with the process, however that ends."""

    path: Path
    descriptor: int
    process: int

    @classmethod
    def open(cls) -> Self:
        path = Path(settings.SEGMENTS_DIR) / f"{_PREFIX}{uuid4().hex}"
        path.mkdir(parents=True)
        descriptor = os.open(path, os.O_RDONLY)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        return cls(path=path, descriptor=descriptor, process=os.getpid())

    def close(self) -> None:
        """Removes it; in a child of its process it stays."""
        if self.process != os.getpid():
            return
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self.descriptor)


def remove_left_spills() -> None:
    """Removes the folders that no process holds."""
    for path in Path(settings.SEGMENTS_DIR).glob(f"{_PREFIX}*"):
        with suppress(OSError):
            descriptor = os.open(path, os.O_RDONLY)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(path, ignore_errors=True)
            finally:
                os.close(descriptor)
