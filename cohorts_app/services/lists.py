"""Lists of distinct ids or e-mails: kept, then applied in one transaction of a few statements.

Whoever applies a list holds its row. A process that dies lets go of it, with nothing done, and the list is
found again.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from itertools import islice
from typing import Any, Final

from django.db import connection, transaction
from django.utils import timezone

from cohorts_app.models import Cohort, Identify, ListState, MemberList, Outcome
from cohorts_app.selectors.cohorts import Actor
from cohorts_app.services.cohorts import hold_members, touch_members
from cohorts_app.services.members import check_static
from profiles_app.errors import BadInput, NotAllowed
from profiles_app.ingest.catalog import Place, learn_properties
from profiles_app.ingest.transactions import run_in_transaction, share_people
from profiles_app.models import Scope

_Names = dict[str, int | None]

MOST_LINES: Final = 2_000_000
# Up to here nobody waits noticeably, and needs no task.
AT_ONCE: Final = 5_000
# What nobody works on after so long was lost.
LOST_AFTER: Final = timedelta(seconds=30)
KEPT_FOR: Final = timedelta(days=30)
_BATCH: Final = 20_000
_ESCAPES: Final = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_EMAIL: Final = "$email"


def keep_list(
    actor: Actor,
    cohort: Cohort,
    lines: Iterable[str],
    *,
    identify: Identify = Identify.EITHER,
    creates_unknown: bool = False,
    removes: bool = False,
) -> MemberList:
    """A list that waits to be applied. Raises `BadInput` and `NotAllowed`."""
    check_static(actor, cohort)
    if creates_unknown and not actor.is_admin:
        raise NotAllowed("Only admins of this project create people. Leave unknown lines out, or ask an admin.")
    with transaction.atomic():
        made = MemberList.objects.create(
            cohort=cohort,
            made_by_id=actor.user_id,
            identify=identify,
            creates_unknown=creates_unknown and not removes,
            removes=removes,
        )
        made.lines = _copy_lines(made.pk, lines)
        if not made.lines:
            raise BadInput("The list is empty. Write one distinct ID or e-mail a line.")
        made.save(update_fields=["lines"])
    return made


def _copy_lines(list_id: int, lines: Iterable[str]) -> int:
    numbered = enumerate(lines, start=1)
    last = 0
    with connection.cursor() as cursor:
        copy: Any = cursor.copy("COPY cohorts_app_listline (list_id, line, text) FROM STDIN")
        with connection.wrap_database_errors, copy as stream:
            while batch := list(islice(numbered, _BATCH)):
                last = batch[-1][0]
                if last > MOST_LINES:
                    raise BadInput(
                        f"A list has at most {MOST_LINES:,} lines. Divide it, and bring one after the other."
                    )
                stream.write("".join(f"{list_id}\t{line}\t{text.translate(_ESCAPES)}\n" for line, text in batch))
    return last


def apply_list(list_id: int) -> bool:
    """Adds or removes the people of a list that waits. False where somebody else is at it, or it is done."""
    return run_in_transaction(lambda: _apply_if_waiting(list_id))


def _apply_if_waiting(list_id: int) -> bool:
    waiting = MemberList.objects.filter(pk=list_id, state=ListState.WAITING)
    found = waiting.select_related("cohort").select_for_update(skip_locked=True, of=("self",)).first()
    if found is None:
        return False
    found.counts = _apply(found)
    found.state = ListState.DONE
    found.finished_at = timezone.now()
    found.save(update_fields=["counts", "state", "finished_at"])
    return True


def fail_list(list_id: int, error: str) -> None:
    """The list will not be tried again; `error` is a sentence."""
    MemberList.objects.filter(pk=list_id, state=ListState.WAITING).update(
        state=ListState.FAILED, error=error, finished_at=timezone.now()
    )


def list_lost() -> list[int]:
    """The lists that wait, and should not any more."""
    waiting = MemberList.objects.filter(state=ListState.WAITING, made_at__lt=timezone.now() - LOST_AFTER)
    return list(waiting.order_by("pk").values_list("pk", flat=True))


def trim_lists() -> int:
    """Deletes the lines of lists that were finished long ago; their counts stay. Returns how many lists."""
    old = list(
        MemberList.objects.filter(finished_at__lt=timezone.now() - KEPT_FOR, lines__gt=0).values_list("pk", flat=True)
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM cohorts_app_listline WHERE list_id = ANY(%s)", [old])
        cursor.execute("DELETE FROM cohorts_app_listoutcome WHERE list_id = ANY(%s)", [old])
        MemberList.objects.filter(pk__in=old).update(lines=0)
    return len(old)


# Each text once, with its first line; then the person whose distinct id it is. Neither a temporary table nor the
# lines that have just come have statistics, and without them a million people would be looked up one by one.
_FIND: Final = """
SET LOCAL work_mem = '128MB';
CREATE TEMPORARY TABLE list_text ON COMMIT DROP AS
SELECT text, min(line) AS line FROM cohorts_app_listline WHERE list_id = {list} AND text <> '' GROUP BY text;
ANALYZE list_text;
CREATE TEMPORARY TABLE list_person ON COMMIT DROP AS
SELECT t.text, t.line, p.id AS profile_id, p.created_at AS born_at, 0 AS outcome
FROM list_text AS t LEFT JOIN profiles_app_profile AS p ON {by_id} AND p.project_id = {project}
    AND p.group_key_id {of_kind} AND p.distinct_id = t.text AND p.deleted_at IS NULL;
ANALYZE list_person
"""
# One pass over the people; only e-mails that are asked for are grouped.
_FIND_EMAILS: Final = """
WITH wanted AS (SELECT DISTINCT lower(text) AS email FROM list_person WHERE profile_id IS NULL),
found AS (
    SELECT w.email, min(p.id) AS profile_id, min(p.created_at) AS born_at, count(*) AS people
    FROM profiles_app_profile AS p JOIN wanted AS w ON w.email = lower(p.properties ->> '$email')
    WHERE p.project_id = {project} AND p.group_key_id {of_kind} AND p.deleted_at IS NULL
    AND jsonb_typeof(p.properties -> '$email') = 'string'
    GROUP BY w.email
)
UPDATE list_person AS t SET profile_id = CASE WHEN f.people = 1 THEN f.profile_id END, born_at = f.born_at,
    outcome = CASE WHEN f.people = 1 THEN 0 ELSE {ambiguous} END
FROM found AS f WHERE f.email = lower(t.text) AND t.profile_id IS NULL;
ANALYZE list_person
"""
_CREATE: Final = """
INSERT INTO profiles_app_profile AS present
    (project_id, group_key_id, distinct_id, properties, created_at, updated_at)
SELECT {project}, %(group_key)s, text,
    CASE WHEN %(as_email)s AND text LIKE '%%_@_%%' THEN jsonb_build_object('$email', text) ELSE '{{}}' END,
    statement_timestamp(), CASE WHEN %(as_email)s AND text LIKE '%%_@_%%' THEN statement_timestamp() END
FROM list_person WHERE profile_id IS NULL AND outcome = 0 AND length(text) <= 255 ORDER BY text COLLATE "C"
ON CONFLICT (project_id, group_key_id, distinct_id) DO UPDATE SET
    properties = excluded.properties, updated_at = excluded.updated_at, created_at = excluded.created_at,
    deleted_at = NULL, xid = pg_current_xact_id()
WHERE present.deleted_at IS NOT NULL
"""
_MARK_CREATED: Final = """
UPDATE list_person AS t SET profile_id = p.id, born_at = p.created_at, outcome = {created}
FROM profiles_app_profile AS p
WHERE p.project_id = {project} AND p.group_key_id {of_kind} AND p.distinct_id = t.text AND p.deleted_at IS NULL
AND t.profile_id IS NULL AND t.outcome = 0;
ANALYZE list_person
"""
# Two texts may mean one person: by id and by e-mail.
_MARK_TWINS: Final = """
UPDATE list_person AS t SET outcome = {duplicate} FROM (
    SELECT text, row_number() OVER (PARTITION BY profile_id ORDER BY line) AS place FROM list_person
    WHERE profile_id IS NOT NULL
) AS placed WHERE placed.place > 1 AND placed.text = t.text
"""
_ADD: Final = """
INSERT INTO cohorts_app_listoutcome (list_id, line, outcome)
SELECT {list}, t.line, {already}
FROM list_person AS t JOIN cohorts_app_member AS m USING (profile_id, born_at)
WHERE m.cohort_id = {cohort} AND t.outcome = 0;
INSERT INTO cohorts_app_member AS present (cohort_id, profile_id, born_at, added_at)
SELECT {cohort}, t.profile_id, t.born_at, now() FROM list_person AS t
WHERE t.profile_id IS NOT NULL AND t.outcome IN (0, {created}) AND NOT EXISTS (
    SELECT FROM cohorts_app_member AS m
    WHERE m.cohort_id = {cohort} AND m.profile_id = t.profile_id AND m.born_at = t.born_at
)
ORDER BY t.profile_id
ON CONFLICT (cohort_id, profile_id) DO UPDATE SET born_at = excluded.born_at, added_at = excluded.added_at
"""
_REMOVE: Final = """
INSERT INTO cohorts_app_listoutcome (list_id, line, outcome)
SELECT {list}, t.line, {absent} FROM list_person AS t
WHERE t.profile_id IS NOT NULL AND t.outcome = 0 AND NOT EXISTS (
    SELECT FROM cohorts_app_member AS m
    WHERE m.cohort_id = {cohort} AND m.profile_id = t.profile_id AND m.born_at = t.born_at
);
DELETE FROM cohorts_app_member AS m USING list_person AS t
WHERE m.cohort_id = {cohort} AND m.profile_id = t.profile_id AND t.outcome = 0
"""
_WRITE_OUTCOMES: Final = """
INSERT INTO cohorts_app_listoutcome (list_id, line, outcome)
SELECT {list}, line, CASE outcome WHEN 0 THEN {unknown} ELSE outcome END FROM list_person
WHERE profile_id IS NULL OR outcome <> 0
UNION ALL SELECT {list}, line, {blank} FROM cohorts_app_listline WHERE list_id = {list} AND text = ''
UNION ALL SELECT {list}, l.line, {duplicate} FROM cohorts_app_listline AS l JOIN list_text AS t ON t.text = l.text
WHERE l.list_id = {list} AND l.line > t.line;
DROP TABLE list_text, list_person
"""
_COUNT: Final = "SELECT outcome, count(*) FROM cohorts_app_listoutcome WHERE list_id = %s GROUP BY outcome"


def _apply(found: MemberList) -> dict[str, int]:
    """How many lines had each outcome."""
    cohort = found.cohort
    hold_members(cohort.pk)
    words = {outcome.name.lower(): outcome.value for outcome in Outcome} | {
        "list": found.pk,
        "cohort": cohort.pk,
        "project": cohort.project_id,
        "of_kind": "IS NULL" if cohort.group_key_id is None else f"= {cohort.group_key_id}",
        "by_id": found.identify != Identify.EMAIL,
    }

    def run(sql: str, **values: int | bool | None) -> None:
        with connection.cursor() as cursor:
            # Without parameters, several statements may go at once.
            cursor.execute(sql.format(**words), values or None)

    run(_FIND)
    if found.identify != Identify.DISTINCT_ID:
        run(_FIND_EMAILS)
    if found.creates_unknown:
        _create(found, run)
    run(_MARK_TWINS)
    run(_REMOVE if found.removes else _ADD)
    run(_WRITE_OUTCOMES)
    touch_members(cohort.pk)
    return _count(found)


def _create(found: MemberList, run: Any) -> None:
    cohort = found.cohort
    share_people(cohort.project_id)
    as_email = found.identify != Identify.DISTINCT_ID
    run(_CREATE, group_key=cohort.group_key_id, as_email=as_email)
    run(_MARK_CREATED)
    if as_email:
        place = Place(project_id=cohort.project_id, scope=Scope.PROFILE, group_key_id=cohort.group_key_id)
        learn_properties(place, {(_EMAIL, str)}, set())


def _count(found: MemberList) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [found.pk])
        counts: Mapping[int, int] = dict(cursor.fetchall())
    usual = Outcome.REMOVED if found.removes else Outcome.ADDED
    named = {Outcome(value).name.lower(): number for value, number in counts.items()}
    return {usual.name.lower(): found.lines - sum(counts.values())} | named
