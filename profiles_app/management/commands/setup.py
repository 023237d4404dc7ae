"""`manage.py setup`: the admin and the project Demo, on first start."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from profiles_app.services.first_start import FirstStart, set_up


class Command(BaseCommand):
    help = "Make the admin and the project Demo, unless there is a project already. Safe to run twice."

    def handle(self, *args: Any, **options: Any) -> None:
        made = set_up(**settings.FIRST_START)
        if made is not None:
            self.stdout.write(describe_first_start(made, address=read_address()))


def read_address() -> str:
    """Where people sign in."""
    host, port = settings.LISTENS_ON
    # A server that listens everywhere is reached on this machine by its loopback address.
    return settings.PUBLIC_URL or f"http://{'127.0.0.1' if host in {'0.0.0.0', '::'} else host}:{port}"  # noqa: S104


def describe_first_start(made: FirstStart, *, address: str) -> str:
    """What is said once: after this, password and secret are known as hashes only."""
    lines = (
        ("Open", address),
        ("E-mail", made.email),
        ("Password", made.password or "(as it was)"),
        ("Project", f"{made.project.name} (id {made.project.pk})"),
        ("Token", made.project.token),
        ("Secret", made.secret),
    )
    body = "\n".join(f"  {name:<9} {text}" for name, text in lines)
    return f"Roster is set up. Keep this; it is not shown again.\n\n{body}\n"
