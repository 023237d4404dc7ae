"""`GET /healthz`: are web, database and worker up?"""

import logging
from datetime import timedelta

from django.db import Error, connection
from django.db.models import F
from django.db.models.functions import Now
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from profiles_app.models import WorkerHeartbeat

# Five missed beats (config/heartbeat.py).
FRESH = timedelta(seconds=15)

UP = "up"
DOWN = "down"


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when everything is up, else 503; the body names each part. Open to everyone: it tells
    monitors nothing but that."""
    parts = {"web": UP, **_look_behind()}
    healthy = all(state == UP for state in parts.values())
    return JsonResponse({"status": "ok" if healthy else "failing", **parts}, status=200 if healthy else 503)


def _look_behind() -> dict[str, str]:
    """Database and worker. Without the database nothing is known of the worker, which counts as down."""
    try:
        working = _has_fresh_heartbeat()
    except Error:
        # The next request must not meet the dead connection again.
        connection.close()
        return {"database": DOWN, "worker": DOWN}
    return {"database": UP, "worker": UP if working else DOWN}


def _has_fresh_heartbeat() -> bool:
    # Both times are the database's: the clocks of the hosts may differ.
    beats = WorkerHeartbeat.objects.annotate(age=Now() - F("beat_at"))
    return beats.filter(age__lt=FRESH).exists()


def _is_worth_logging(record: logging.LogRecord) -> bool:
    """False for our own 503: it is an answer, asked for every few seconds while something is down."""
    request = getattr(record, "request", None)
    return not (isinstance(request, HttpRequest) and request.path == "/healthz")


logging.getLogger("django.request").addFilter(_is_worth_logging)
