"""A list of e-mails becomes a cohort by a column of an imported file: the way of Mixpanel's FAQ."""

import json
import re
from html import unescape

import pytest
from django.test import Client

from cohorts_app.models import Cohort
from profiles_app.models import Project
from tests.cohorts.making import count, make_static
from tests.imports.making import import_rows
from tests.pages.making import make_profile

pytestmark = pytest.mark.django_db(transaction=True)

ANDROID = {"property": "Cohort", "type": "string", "op": "is", "value": ["Android Users"]}


def test_a_property_of_a_file_becomes_a_cohort(project: Project, owner: Client) -> None:
    for number in range(4):
        make_profile(project, f"u{number}", {"$email": f"user{number}@example.com"})
    wanted = ["u1", "u3", "u-new"]
    rows = [[name, f"{name}@example.com", "Android Users"] for name in wanted]
    import_rows(project, [["$distinct_id", "$email", "Cohort"], *rows, ["u0", "u0@example.com", "iOS Users"]])
    # The table is filtered by the property of the file, and the filter saved.
    table = owner.get(f"/projects/{project.pk}/users", {"filter": json.dumps({"where": ANDROID})})
    (link,) = set(re.findall(r'href="([^"]*)">Save as<', table.content.decode()))
    dialog = owner.get(unescape(link), headers={"HX-Request": "true", "HX-Target": "save-as-dialog"}).content.decode()
    assert "Cohort is Android Users" in dialog
    assert re.search(r"<strong>3</strong>\s+users\s+in cohort", dialog)
    (definition,) = re.findall(r'name="definition" value="([^"]*)"', dialog)
    (action,) = re.findall(r'action="([^"]*)"', dialog)
    saved = owner.post(action, {"name": "Android Users", "definition": unescape(definition)})
    assert saved.status_code == 302
    cohort = Cohort.objects.get()
    members = owner.get(f"{saved['Location']}/members.csv").getvalue().decode()
    assert sorted(line.split(",")[0] for line in members.splitlines()[1:]) == sorted(wanted)
    # The other way, a list, has the same people.
    listed = make_static(project, "The same", wanted)
    assert count(listed) == count(cohort) == 3
    # Whom the next file calls otherwise is not in it any more; the list does not change by that.
    import_rows(project, [["$distinct_id", "Cohort"], ["u3", "iOS Users"]])
    assert (count(cohort), count(listed)) == (2, 3)
