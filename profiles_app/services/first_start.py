"""What a new installation begins with: an admin and the project Demo."""

from dataclasses import dataclass

from django.db import connection, transaction

from profiles_app.models import Project, User
from profiles_app.services.projects import create_project, make_password

# Any number that nothing else in Roster locks.
_LOCK = 7_105_221


@dataclass(frozen=True, kw_only=True)
class FirstStart:
    """What to tell the person who started it; texts are empty where they stayed as they were."""

    email: str
    password: str
    project: Project
    secret: str


@transaction.atomic
def set_up(*, email: str, password: str, token: str, secret: str) -> FirstStart | None:
    """Makes the admin and the project Demo, once; None where there is a project already.

    Two processes that call it together agree: the second waits for the first and finds its work
    done. Empty texts are made at random.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    if Project.objects.exists():
        return None
    owner = User.objects.filter(email=email.lower()).first()
    # An account that outlived its projects keeps its password.
    chosen = "" if owner else password or make_password()
    if owner is None:
        owner = User.objects.create_user(email, chosen)
    made = create_project("Demo", owner=owner, token=token, secret=secret)
    return FirstStart(email=owner.email, password=chosen, project=made.project, secret=made.secret)
