"""Readers in threads and processes, a writer and compactions at once: every answer is one moment."""

import pytest

from benchmarks.consistency import make_project, run
from profiles_app.models import Project
from tests.columnar.writing import check

pytestmark = pytest.mark.django_db(transaction=True)


def test_every_answer_is_right() -> None:
    project_id, name_id = make_project()
    outcome = run(project_id, name_id, seconds=4, threads=8, processes=2, rows_a_second=1000)
    assert outcome.violations == []
    assert all(seen.answers for seen in outcome.seen)
    assert not any(seen.preparing for seen in outcome.seen)
    assert outcome.compactions > 1
    assert outcome.totals.t > 10
    check(Project.objects.get(pk=project_id))
