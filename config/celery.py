"""The Celery application: `celery -A config worker`."""

import os

from celery import Celery, signals

from config import heartbeat
from config.runtime.parents import watch_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("roster")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
heartbeat.install(app)


@signals.worker_process_init.connect
def tie_to_worker(**_: object) -> None:
    """In each process for tasks: it ends with the worker."""
    watch_parent()
