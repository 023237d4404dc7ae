"""A sign of life while somebody works on an import, whatever long statement they wait for."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import Error, connection
from django.db.models.functions import Now

from imports_app.models import Import

SECONDS: Final = 3.0
_log: Final = logging.getLogger(__name__)


@contextmanager
def beating(import_id: int) -> Iterator[None]:
    """Renews `beat_at` from a thread and a connection of its own."""
    over = threading.Event()
    thread = threading.Thread(target=_beat, args=(import_id, over), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _beat(import_id: int, over: threading.Event) -> None:
    try:
        while not over.wait(SECONDS):
            try:
                Import.objects.filter(pk=import_id).update(beat_at=Now())
            except Error as error:
                connection.close()
                _log.warning("No sign of life of import %s: %s", import_id, str(error).strip().split("\n", 1)[0])
    finally:
        connection.close()
