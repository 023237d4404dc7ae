"""Builds the data of one scale once, and finds it again."""

import contextlib
import json
import multiprocessing
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from benchmarks.queries import clickhouse, postgres
from benchmarks.queries.dataset import Folder, Scale
from benchmarks.queries.environment import (
    BULK_SETTINGS,
    choose_folder,
    connect,
    prepare_roster,
    serve_postgres,
    set_up_django,
)
from config.runtime.locks import take_lock

_VERSION: Final = 1
"""Of the data and the peers' tables: a folder with another one is built again."""


@contextmanager
def hold_data(scale: Scale, *, rebuild: bool) -> Iterator[Folder]:
    """The folder of this scale, complete, and ours alone until the block ends."""
    folder = choose_folder(scale)
    folder.path.mkdir(parents=True, exist_ok=True)
    lock = take_lock(folder.path.with_suffix(".lock"), note=str(os.getpid()))
    if lock is None:
        raise SystemExit(f"Another benchmark works in {folder.path}.")
    try:
        if rebuild or _read_marker(folder) != _describe(scale):
            shutil.rmtree(folder.path)
            folder.path.mkdir()
            _build(scale, folder)
        yield folder
    finally:
        os.close(lock)


def _describe(scale: Scale) -> dict[str, Any]:
    return {"version": _VERSION, "profiles": scale.profiles, "events": scale.events}


def _read_marker(folder: Folder) -> object:
    with contextlib.suppress(OSError, ValueError):
        return json.loads(folder.marker.read_text())
    return None


def _build(scale: Scale, folder: Folder) -> None:
    """Written with no care for a power cut, so everything reaches the disk before the marker does."""
    print(f"Building {scale.profiles:,} profiles and {scale.events:,} events in {folder.path}:", flush=True)
    with serve_postgres(folder, BULK_SETTINGS):
        _run_step("Roster's tables", _write_roster, scale)
        _run_step("PostgreSQL", postgres.load, folder)
        _run_step("ClickHouse", clickhouse.load, folder)
        with connect(folder) as connection:
            connection.execute("CHECKPOINT")
    os.sync()
    folder.marker.write_text(json.dumps(_describe(scale)))


def _run_step(label: str, work: Callable[[Any], None], argument: Scale | Folder) -> None:
    """In a process of its own, which gives its memory back."""
    start = time.perf_counter()
    process = multiprocessing.get_context("spawn").Process(target=work, args=(argument,), daemon=True)
    process.start()
    process.join()
    if process.exitcode:
        raise SystemExit(f"{label}: the step failed; see above.")
    print(f"  {label}: {time.perf_counter() - start:.0f} s", flush=True)


def _write_roster(scale: Scale) -> None:
    set_up_django()
    prepare_roster()
    from benchmarks.queries.build import build_project

    build_project(scale)
