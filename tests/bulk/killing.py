"""A worker that runs one change and is killed on its way: `python -m tests.bulk.killing DATABASE CHANGE STEP`."""

import os
import sys
from collections.abc import Callable
from unittest.mock import patch

from tests.killing import die

STEPS = ("within the second chunk", "after the second chunk")


def _kill_on(call: int, original: Callable[..., object], *, late: bool) -> Callable[..., object]:
    calls: list[None] = []

    def replacement(*args: object, **options: object) -> object:
        calls.append(None)
        if len(calls) == call and not late:
            die()
        answer = original(*args, **options)
        if len(calls) == call and late:
            die()
        return answer

    return replacement


def main(database: str, change_id: int, step: str) -> None:
    import django

    django.setup()
    from django.db import connection

    from profiles_app.editing import bulk
    from profiles_app.ingest.transactions import run_in_transaction
    from profiles_app.ingest.write_profiles import write_targets

    connection.settings_dict["NAME"] = database
    if step == STEPS[0]:
        # Written, and not committed.
        patched = patch.object(bulk, "write_targets", _kill_on(2, write_targets, late=True))
    else:
        patched = patch.object(bulk, "run_in_transaction", _kill_on(3, run_in_transaction, late=False))
    with patch.object(bulk, "CHUNK", 4), patched:
        bulk.run_change(change_id)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
