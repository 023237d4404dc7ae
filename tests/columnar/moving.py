"""A database as it is after a dump of it was restored in another cluster."""

from django.db import connection

from profiles_app.columnar.store import forget_views
from profiles_app.models import Manifest

# Further than any cluster comes in a test.
_SHIFT = "UPDATE {} SET xid = (xid::text::bigint + 1000000000000)::text::xid8"


def move_database() -> None:
    """As a dump leaves it: no trigger saw the rows come, and the segments stayed behind."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE log AS TABLE profiles_app_profile_change")
        for table in ("log", "profiles_app_profile", "profiles_app_event", "imports_app_change"):
            cursor.execute(_SHIFT.format(table))
        cursor.execute("DELETE FROM profiles_app_profile_change")
        cursor.execute("INSERT INTO profiles_app_profile_change TABLE log; DROP TABLE log")
        cursor.execute("DELETE FROM profiles_app_cluster; INSERT INTO profiles_app_cluster VALUES ('1')")
    Manifest.objects.update(system="1")
    forget_views()
