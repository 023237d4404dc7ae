"""The steps at which the worker of an import is killed; see `tests.killing`."""

from collections.abc import Callable

from tests.killing import Steps, die_after, die_instead, serve

MODULE = "tests.imports.killing"
_WORK = "imports_app.work"

STEPS: Steps = {
    "before the file is staged": lambda: die_instead("imports_app.reading.stage._make_table"),
    "before the staged rows have their name": lambda: die_instead("imports_app.folders.shutil.rmtree", call=2),
    "before the plan has its name": lambda: die_instead("imports_app.folders.shutil.rmtree", call=2),
    "before the first chunk": lambda: die_instead(f"{_WORK}.merge.Merge.write_chunk"),
    "within a chunk": lambda: die_instead(f"{_WORK}.merge.learn_properties", call=2),
    "before a chunk's line": lambda: die_instead("imports_app.models.Chunk.objects.create"),
    "after a chunk": lambda: die_after(f"{_WORK}.merge.Merge.write_chunk"),
    "before the end": lambda: die_instead(f"{_WORK}.steps._count", call=4),
}
UNDOING: Steps = {
    "before a batch": lambda: die_instead(f"{_WORK}.steps.undo_batch"),
    "within a batch": lambda: die_instead(f"{_WORK}.undo._run", call=3),
    "after a batch": lambda: die_after(f"{_WORK}.steps.undo_batch"),
}


def _prepare() -> Callable[[int], object]:
    from imports_app import limits
    from imports_app.work.job import work_on

    limits.CHUNK = 10  # type: ignore[misc]
    return work_on


if __name__ == "__main__":
    serve({**STEPS, **UNDOING}, _prepare)
