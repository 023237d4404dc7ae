"""The log of changed profiles, the transaction ids, and what each index is for."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client

from profiles_app.models import Manifest, Profile, Project
from profiles_app.services.change_log import trim_change_log
from tests.ingest.sending import Sender


def _read_log() -> list[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT xid::text::bigint, profile_id FROM profiles_app_profile_change")
        rows: list[tuple[int, int]] = cursor.fetchall()
        return rows


@pytest.mark.django_db(transaction=True)
def test_every_write_of_a_profile_is_logged_with_its_transaction() -> None:
    """Merged, rewritten, made by an event, deleted, and changed by the ORM."""
    send = Sender(Client(), Project.objects.create(name="Demo", token="t", secret_hash="x"))
    writes: list[Callable[[], object]] = [
        lambda: send.engage(send.update("1", set={"a": 1}), send.update("2", set={"a": 1})),
        lambda: send.engage(send.update("1", add={"a": 1})),
        lambda: send.track(send.event("Open", "3")),
        lambda: send.engage(send.update("2", delete="")),
        lambda: Profile.objects.filter(distinct_id="1").update(properties={"by": "the ORM"}),
    ]
    seen: set[int] = set()
    for write in writes:
        before = {row.pk: row.xid for row in Profile.objects.all()}
        write()
        fresh = [(xid, row_id) for xid, row_id in _read_log() if xid not in seen]
        changed = {row.pk: row.xid for row in Profile.objects.all() if before.get(row.pk) != row.xid}
        assert changed
        assert {row_id for _, row_id in fresh} == changed.keys()
        assert all((xid, row_id) in fresh for row_id, xid in changed.items())
        seen |= {xid for xid, _ in fresh}


def test_the_log_is_trimmed_as_far_as_nobody_needs_it(send: Sender) -> None:
    send.engage(*(send.update(str(number), set={"a": 1}) for number in range(4)))
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE profiles_app_profile_change")
        cursor.execute(
            """INSERT INTO profiles_app_profile_change (xid, profile_id, written_at) VALUES
            ('10', 1, now() - interval '2 days'), ('20', 2, now() - interval '2 days'), ('30', 3, now())"""
        )
    Manifest.objects.create(project=send.project, profiles_watermark=20)
    assert trim_change_log() == 1
    assert sorted(row_id for _, row_id in _read_log()) == [2, 3]
    Manifest.objects.all().delete()
    assert trim_change_log() == 1
    assert [row_id for _, row_id in _read_log()] == [3]


@pytest.mark.django_db
def test_every_index_of_ours_says_what_it_is_for() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT index.relname FROM pg_index JOIN pg_class AS index ON index.oid = indexrelid
            JOIN pg_class AS owner ON owner.oid = indrelid
            WHERE owner.relname LIKE 'profiles\\_app\\_%%' AND NOT owner.relispartition AND NOT indisprimary
            AND index.relname NOT LIKE '%%\\_like' AND obj_description(indexrelid) IS NULL"""
        )
        unexplained = {name for (name,) in cursor.fetchall()}
    # Django makes these for foreign keys of small tables.
    assert {name.rsplit("_", 1)[0] for name in unexplained} == {
        "profiles_app_bulkchange_group_key_id",
        "profiles_app_membership_project_id",
        "profiles_app_serviceaccount_project_id",
    }
