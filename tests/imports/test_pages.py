"""What the wizard's pages say, state by state."""

import html
import re

import pytest
from django.test import Client

from imports_app.models import Import, Work
from imports_app.work.job import work_on
from profiles_app.models import Profile, Project
from tests.imports.making import import_rows, read_people, undo, upload
from tests.pages.making import make_profile

pytestmark = pytest.mark.django_db(transaction=True)


def read_page(client: Client, job: Import, tail: str = "") -> str:
    """The text of the page of an import."""
    content = client.get(f"/projects/{job.project_id}/imports/{job.pk}{tail}").content.decode()
    text = re.sub(r"<[^>]*>", " ", content.partition("<main")[2])
    return " ".join(html.unescape(text).split())


@pytest.mark.parametrize(
    ("content", "way_out"),
    [
        (b"$distinct_id,plan\n", "If the first row is no header but a profile, untick"),
        (b'$distinct_id,plan\n1\n"2\n', "2 lines are no rows of this file as it was read."),
    ],
)
def test_a_file_without_rows_says_so(project: Project, owner: Client, content: bytes, way_out: str) -> None:
    page = read_page(owner, upload(project, content))
    assert "This file has no rows" in page
    assert way_out in page
    assert "Import another file" in page
    assert "Property Names" not in page


def test_one_row_and_several_are_warned_of(project: Project, owner: Client) -> None:
    one = read_page(owner, upload(project, b"$distinct_id,$phone\na,1\na,+47\n,+47\n"))
    assert "1 of 3 rows has no id and will be rejected. 1 row has an id that occurs again further down" in one
    assert "1 of 3 does not begin with “+”" in one
    several = read_page(owner, upload(project, b"$distinct_id,$phone\na,1\na,2\na,+47\n,\n,\n"))
    assert "2 of 5 rows have no id and will be rejected. 2 rows have an id that occurs again further down" in several
    assert "2 of 3 do not begin with “+”" in several


def test_only_who_may_upload_is_told_to(project: Project, owner: Client, teammate: Client) -> None:
    job = import_rows(project, [["$distinct_id", "a"], ["x", "1"], ["", "2"]])
    assert "Mend the file and upload it again." in read_page(owner, job)
    assert "With line, column and reason." in read_page(teammate, job)
    assert "Mend the file" not in read_page(teammate, job)


def test_the_only_row_can_be_said_to_be_a_profile(project: Project, owner: Client) -> None:
    job = upload(project, b"Ada,pro\n")
    address = f"/projects/{project.pk}/imports/{job.pk}"
    owner.post(f"{address}/reading", {name: job.reading[name] for name in job.reading if name != "header"})
    assert "Property Names" in read_page(owner, job)


def test_how_much_was_read(project: Project, owner: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imports_app.work.steps._TELL_SECONDS", -1)
    job = upload(project, b"$distinct_id,a\n" + b"x,1\n" * 300_000)
    assert job.bytes_read == job.bytes
    Import.objects.update(work=Work.READ, bytes_read=job.bytes // 4 + 1)
    assert "25% · 293.0 KB of 1.1 MB" in read_page(owner, job)
    answer = owner.get(f"/api/v1/imports/{job.pk}?project_id={project.pk}").json()
    assert (answer["percent"], answer["rows_per_second"]) == (25, None)


def test_an_undo_says_what_it_did(project: Project, owner: Client) -> None:
    made = undo(import_rows(project, [["$distinct_id", "a"], ["x", "1"]]))
    page = read_page(owner, made)
    assert "1 profile that the import created is gone again." in page
    assert "previous values" not in page
    assert "kept" not in page
    make_profile(project, "y", {"a": "0"})
    make_profile(project, "z", {"a": "0"})
    job = import_rows(project, [["$distinct_id", "a"], ["y", "1"], ["z", "1"], ["w", "1"]])
    Profile.objects.filter(distinct_id__in=["z", "w"]).update(properties={"a": "2"})
    import_rows(project, [["$distinct_id", "a"], ["z", "3"], ["w", "3"]])
    page = read_page(owner, undo(job))
    assert "1 profile that the import changed has its previous values again." in page
    assert "created is gone" not in page
    assert "2 profiles were kept as they are, because they have changed since." in page
    file = owner.get(f"/projects/{project.pk}/imports/{job.pk}/kept.csv")
    assert file["Content-Disposition"] == 'attachment; filename="people-kept.csv"'
    assert sorted(file.getvalue().split()) == [b"$distinct_id", b"w", b"z"]
    assert read_people(project)["y"] == {"a": "0"}


def test_a_file_of_2000_columns_goes_through_the_form(project: Project, owner: Client) -> None:
    header = ["$distinct_id", *(f"property {n}" for n in range(1999))]
    job = upload(project, [header, *([f"p{row}", *(f"{row}:{n}" for n in range(1999))] for row in range(10))])
    address = f"/projects/{project.pk}/imports/{job.pk}"
    page = owner.get(address).content.decode()
    assert page.count(" Values</p>") == 2000
    assert len(page) < 1_500_000
    form: dict[str, object] = {"empty": "keep", "chosen": [str(n) for n in range(2000)]}
    for document in job.columns:
        form |= {f"name-{document['index']}": document["property"], f"kind-{document['index']}": "text"}
    form["name-1999"] = "last of all"
    assert owner.post(f"{address}/mapping", form).status_code == 302
    work_on(job.pk)
    page = read_page(owner, job)
    assert "10 to create" in page
    assert page.count("and 1,979 more properties") == 5
    owner.post(f"{address}/start")
    work_on(job.pk)
    people = read_people(project)
    assert len(people) == 10
    assert people["p7"] == {name: f"7:{n}" for n, name in enumerate([*header[1:-1], "last of all"])}


def test_the_mapping_shows_values_and_what_would_fit(project: Project, owner: Client) -> None:
    rows = [[f"id{n}", "12" if n % 2 else "many", "word"] for n in range(9)]
    job = upload(project, [["$distinct_id", "age", "word"], *rows])
    content = owner.get(f"/projects/{project.pk}/imports/{job.pk}").content.decode()
    _, age, word = content.partition("<main")[2].split(" Values</p>")[1:]
    assert '<ol><li>many<li>12<li>many</ol><ol start="7"><li>many<li>12<li>many</ol>' in age
    page = read_page(owner, job)
    assert "Number (5 of 9 would not fit)" in page
    assert "Number (none would fit)" in page
    assert "Object" not in page
    assert "9 filled, 1 different" in word


def test_older_imports_are_behind_a_link(project: Project, owner: Client) -> None:
    Import.objects.bulk_create(Import(project=project, name=f"file {n}.csv", bytes=1) for n in range(60))
    address, newest_first = f"/projects/{project.pk}/imports", [f"file {n}.csv" for n in reversed(range(60))]
    first = owner.get(address).content.decode()
    found = re.search(r'href="(\?before=[0-9]+)">Older imports', first)
    assert found
    second = owner.get(address + found[1]).content.decode()
    assert re.findall(r'title="(file [0-9]+[.]csv)"', first + second) == newest_first
    assert "Older imports" not in second
    assert "Newest imports" in second
    assert "no imports before that one" in owner.get(f"{address}?before=1").content.decode()
    assert owner.get(f"{address}?before=x").content.decode().count("file 59.csv") > 0
