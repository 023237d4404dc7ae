"""`manage.py setup`: once, whoever calls it and how often."""

import threading
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from pytest_django import Settings

from profiles_app.models import Project, User
from profiles_app.models.project import hash_secret
from profiles_app.services.first_start import FirstStart, set_up


def run_setup() -> dict[str, str]:
    out = StringIO()
    call_command("setup", stdout=out)
    lines = [line.split(None, 1) for line in out.getvalue().splitlines() if line.startswith("  ")]
    return {name: text.strip() for name, text in lines}


def test_what_is_printed_works(db: None, settings: Settings) -> None:
    settings.PUBLIC_URL = "https://people.example.org"
    said = run_setup()
    project = Project.objects.get()
    assert said["Open"] == "https://people.example.org"
    assert said["Token"] == project.token
    assert hash_secret(said["Secret"]) == project.secret_hash
    answer = Client().post("/sign-in", {"email": said["E-mail"], "password": said["Password"]}, follow=True)
    assert answer.redirect_chain[-1][0] == f"/projects/{project.pk}/users"
    assert run_setup() == {}


def test_chosen_values(db: None, settings: Settings) -> None:
    settings.FIRST_START = {"email": "Me@Example.com", "password": "chosen-1", "token": "t0k3n", "secret": "s3cr3t"}
    said = run_setup()
    assert (said["Token"], said["Secret"], said["Password"]) == ("t0k3n", "s3cr3t", "chosen-1")
    assert Project.objects.get().token == "t0k3n"
    assert User.objects.get().check_password("chosen-1")


@pytest.mark.django_db(transaction=True)
def test_two_at_once_make_one() -> None:
    made: list[FirstStart | None] = []

    def work() -> None:
        made.append(set_up(email="admin@example.com", password="", token="", secret=""))
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(result is not None for result in made) == 1
    assert Project.objects.count() == 1
    assert User.objects.count() == 1
