"""The steps at which the worker of a list is killed; see `tests.killing`."""

from collections.abc import Callable

from tests.killing import Steps, die_after, die_instead, serve

MODULE = "tests.cohorts.killing"
_LISTS = "cohorts_app.services.lists"

STEPS: Steps = {
    "before anything": lambda: die_instead(f"{_LISTS}._apply"),
    "before unknown people are created": lambda: die_instead(f"{_LISTS}._create"),
    "after unknown people are created": lambda: die_after(f"{_LISTS}._create"),
    "before the list has its number": lambda: die_instead(f"{_LISTS}.touch_members"),
    "before the outcomes are counted": lambda: die_instead(f"{_LISTS}._count"),
    "before the end is committed": lambda: die_after(f"{_LISTS}._apply_if_waiting"),
}
# The work is done, its message is not taken off the queue.
DONE: Steps = {"after the end": lambda: die_after(f"{_LISTS}.run_in_transaction")}


def _prepare() -> Callable[[int], object]:
    from cohorts_app.tasks import apply_list

    return apply_list


if __name__ == "__main__":
    serve({**STEPS, **DONE}, _prepare)
