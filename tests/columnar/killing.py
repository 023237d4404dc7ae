"""The steps at which a compaction is killed; see `tests.killing`."""

import threading
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

from tests.killing import Steps, die, die_after, die_instead, serve

MODULE = "tests.columnar.killing"


def _die_while_duckdb_writes() -> Any:
    """As soon as the unfinished file is there."""
    from profiles_app.columnar import files

    original = files._write

    def write(*args: Any, path: Any, **options: Any) -> Any:
        def watch() -> None:
            while not path.exists():
                pass
            die()

        thread = threading.Thread(target=watch)
        thread.start()
        original(*args, path=path, **options)
        thread.join()

    return patch("profiles_app.columnar.files._write", write)


_COLUMNAR = "profiles_app.columnar"
STEPS: Steps = {
    "before a file is written": lambda: die_instead(f"{_COLUMNAR}.build.write_file"),
    "while a file is written": _die_while_duckdb_writes,
    "before a file has its name": lambda: die_instead(f"{_COLUMNAR}.files._sync"),
    "after a file has its name": lambda: die_instead(f"{_COLUMNAR}.files._sync", call=2),
    "before the first swap": lambda: die_instead(f"{_COLUMNAR}.compaction.swap"),
    "within the first swap": lambda: die_instead("profiles_app.models.Manifest.save"),
    "after the first swap": lambda: die_after(f"{_COLUMNAR}.compaction.swap"),
    "within the second swap": lambda: die_instead("profiles_app.models.Manifest.save", call=2),
    "after the second swap": lambda: die_after(f"{_COLUMNAR}.compaction.swap", call=2),
    "before leftovers are removed": lambda: die_instead(f"{_COLUMNAR}.compaction._remove_leftovers"),
    "among the leftovers": lambda: die_after(f"{_COLUMNAR}.compaction.os.unlink"),
}


def _prepare() -> Callable[[int], object]:
    from profiles_app.columnar.compaction import compact

    return compact


if __name__ == "__main__":
    serve(STEPS, _prepare)
