"""Counting the failures of signing in.

The counters are rows, so all processes of the web service count together, and nobody can push a
counter out by making others.
"""

from typing import Final

from django.db import connection
from django.db.models import F
from django.utils import timezone

from profiles_app.models import SignInFailures

WINDOW_MINUTES: Final = 15

_COUNT: Final = """
INSERT INTO profiles_app_signinfailures AS present (key, failures, ends_at)
VALUES (%s, 1, now() + make_interval(mins => %s))
ON CONFLICT (key) DO UPDATE SET
    failures = CASE WHEN present.ends_at <= now() THEN 1 ELSE present.failures + 1 END,
    ends_at = CASE WHEN present.ends_at <= now() THEN EXCLUDED.ends_at ELSE present.ends_at END
RETURNING failures
"""


def count_failure(key: str) -> int:
    """One more for this key; the window begins with the first. Returns how many there are now."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [key, WINDOW_MINUTES])
        (failures,) = cursor.fetchone() or (1,)
    return int(failures)


def take_back_failure(key: str) -> None:
    """One less: it was none."""
    SignInFailures.objects.filter(key=key, failures__gt=0).update(failures=F("failures") - 1)


def forget_failures(key: str) -> None:
    """None at all."""
    SignInFailures.objects.filter(key=key).delete()


def trim_failures() -> int:
    """Deletes what counts for nothing any more. Returns how many rows that were."""
    return SignInFailures.objects.filter(ends_at__lte=timezone.now()).delete()[0]
