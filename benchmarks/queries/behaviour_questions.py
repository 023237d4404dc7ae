"""What is asked about events, alone and together with profiles."""

from typing import Final

from benchmarks.queries.question import (
    PAGE,
    PERSONS,
    Question,
    clickhouse_events,
    did,
    postgres_events,
    start_window,
)


def _people(key: str, title: str, tree: dict[str, object], *, postgres: str, clickhouse: str) -> Question:
    """How many people these selections of a person's id give, each id once."""
    return Question(
        key=key,
        title=title,
        topic="behaviour",
        tree=tree,
        postgres=f"SELECT count(*) FROM ({postgres}) people",
        clickhouse=f"SELECT count() FROM ({clickhouse})",
    )


def _postgres_did(event: str, *, days: int, having: str, where: str = "true") -> str:
    return f"SELECT profile_id {postgres_events(event, days=days)} AND {where} GROUP BY profile_id HAVING {having}"


def _clickhouse_did(event: str, *, days: int, having: str, where: str = "true") -> str:
    return f"SELECT person_id {clickhouse_events(event, days=days)} AND {where} GROUP BY person_id HAVING {having}"


_DRAMA: Final = {"property": "genre", "type": "string", "op": "is", "value": ["drama"]}
_UNITED_STATES: Final = {"property": "$country_code", "type": "string", "op": "is", "value": ["US"]}

_COUNTS: Final = (
    _people(
        "did",
        "did “page view” in 30 days",
        did("page view", days=30),
        postgres=f"SELECT DISTINCT profile_id {postgres_events('page view', days=30)}",
        clickhouse=f"SELECT DISTINCT person_id {clickhouse_events('page view', days=30)}",
    ),
    _people(
        "did-not",
        "did not “page view” in 30 days",
        did("page view", days=30, did=False),
        postgres=f"""SELECT id FROM peer.person
            WHERE id NOT IN (SELECT profile_id {postgres_events("page view", days=30)})""",
        clickhouse=f"""SELECT id FROM {PERSONS}
            WHERE id NOT IN (SELECT person_id {clickhouse_events("page view", days=30)})""",
    ),
    _people(
        "3-times",
        "did “watch video” ≥ 3 times in 30 days",
        did("watch video", days=30, op="at_least", value=3),
        postgres=_postgres_did("watch video", days=30, having="count(*) >= 3"),
        clickhouse=_clickhouse_did("watch video", days=30, having="count() >= 3"),
    ),
    _people(
        "10-times",
        "did “watch video” ≥ 10 times in 180 days",
        did("watch video", days=180, op="at_least", value=10),
        postgres=_postgres_did("watch video", days=180, having="count(*) >= 10"),
        clickhouse=_clickhouse_did("watch video", days=180, having="count() >= 10"),
    ),
)

_MEASURES: Final = (
    # Amounts are whole cents: no sum lies at the limit, where rounding would decide.
    _people(
        "sum",
        "sum of `amount` of “add to list” > 150.005 in 30 days",
        did("add to list", days=30, measure={"sum": "amount"}, op="more_than", value=150.005),
        postgres=_postgres_did("add to list", days=30, having="sum((properties->>'amount')::float8) > 150.005"),
        clickhouse=_clickhouse_did(
            "add to list", days=30, having="sum(JSONExtractFloat(properties, 'amount')) > 150.005"
        ),
    ),
    _people(
        "days",
        "did “watch video” on ≥ 5 days of 30",
        did("watch video", days=30, measure={"days": True}, op="at_least", value=5),
        postgres=f"""SELECT profile_id FROM (
                SELECT DISTINCT profile_id, (time AT TIME ZONE 'UTC')::date {postgres_events("watch video", days=30)}
            ) days GROUP BY profile_id HAVING count(*) >= 5""",
        clickhouse=_clickhouse_did("watch video", days=30, having="uniqExact(toDate(timestamp)) >= 5"),
    ),
    _people(
        "event-property",
        "did “watch video” where `genre` is drama ≥ 3 times in 30 days",
        did("watch video", days=30, where=_DRAMA, op="at_least", value=3),
        postgres=_postgres_did("watch video", days=30, where="properties->>'genre' = 'drama'", having="count(*) >= 3"),
        clickhouse=_clickhouse_did(
            "watch video", days=30, where="JSONExtractString(properties, 'genre') = 'drama'", having="count() >= 3"
        ),
    ),
    _people(
        "first-time",
        "did “start trial” for the first time ever in 30 days",
        did("start trial", days=30, first_time=True),
        postgres=f"""SELECT profile_id FROM peer.event WHERE name_id = 7
            GROUP BY profile_id HAVING min(time) >= '{start_window(30):%Y-%m-%d}'""",
        clickhouse=f"""SELECT person_id FROM events WHERE team_id = 1 AND event = 'start trial'
            GROUP BY person_id HAVING min(timestamp) >= '{start_window(30):%Y-%m-%d}'""",
    ),
)


def _ask_for_sequence(key: str, first: str, second: str, third: str) -> Question:
    """Three steps within 30 days, each later than the one before: the earliest of each is looked for."""
    steps = (first, second, third)
    numbered = [postgres_events(step, days=30).replace("peer.event", "peer.event e") for step in steps]
    conditions = ", ".join(f"event = '{step}'" for step in steps)
    return Question(
        key=key,
        title=f"“{first}”, then “{second}”, then “{third}”, in 30 days",
        topic="sequences",
        tree={"sequence": [{"event": step} for step in steps], "window": {"last": {"n": 30, "unit": "day"}}},
        postgres=f"""WITH one AS (SELECT profile_id, min(time) AS done {numbered[0]} GROUP BY profile_id),
            two AS (
                SELECT profile_id, min(time) AS done FROM (SELECT profile_id, time {numbered[1]}) e
                JOIN one USING (profile_id) WHERE time > one.done GROUP BY profile_id
            )
            SELECT count(DISTINCT profile_id) FROM (SELECT profile_id, time {numbered[2]}) e
            JOIN two USING (profile_id) WHERE time > two.done""",
        clickhouse=f"""SELECT count() FROM (
                SELECT person_id {clickhouse_events(*steps, days=30)} GROUP BY person_id
                HAVING windowFunnel(2592000000000, 'strict_increase')(
                    toUInt64(toUnixTimestamp64Micro(timestamp)), {conditions}
                ) = 3
            )""",
    )


_SEQUENCES: Final = (
    _ask_for_sequence("sequence", "search", "add to list", "purchase"),
    _ask_for_sequence("sequence-frequent", "page view", "watch video", "search"),
)

_PAYERS: Final = {
    "all": [
        {"property": "plan", "type": "string", "op": "is", "value": ["pro", "team", "enterprise"]},
        did("purchase", days=90),
    ]
}
_FANS: Final = {"all": [did("watch video", days=30, op="at_least", value=5), {"not": _UNITED_STATES}]}

_TOGETHER: Final = (
    Question(
        key="cohorts",
        title="in cohort “payers”, or in “fans” and `age` > 40",
        topic="behaviour",
        tree={
            "any": [
                {"cohort": "payers", "in": True},
                {
                    "all": [
                        {"cohort": "fans", "in": True},
                        {"property": "age", "type": "number", "op": "more_than", "value": 40},
                    ]
                },
            ]
        },
        cohorts={"payers": _PAYERS, "fans": _FANS},
        postgres=f"""SELECT count(*) FROM peer.person WHERE
            (properties->>'plan' IN ('pro', 'team', 'enterprise')
                AND id IN (SELECT profile_id {postgres_events("purchase", days=90)}))
            OR (properties->>'$country_code' IS DISTINCT FROM 'US' AND (properties->>'age')::float8 > 40
                AND id IN ({_postgres_did("watch video", days=30, having="count(*) >= 5")}))""",
        clickhouse=f"""SELECT count() FROM {PERSONS} WHERE
            (JSONExtractString(properties, 'plan') IN ('pro', 'team', 'enterprise')
                AND id IN (SELECT person_id {clickhouse_events("purchase", days=90)}))
            OR (JSONExtractString(properties, '$country_code') != 'US'
                AND JSONExtract(properties, 'age', 'Nullable(Float64)') > 40
                AND id IN ({_clickhouse_did("watch video", days=30, having="count() >= 5")}))""",
    ),
    Question(
        key="page",
        title="`$country_code` is US and did “watch video” ≥ 3 times in 30 days: first page, by Updated at",
        topic="behaviour",
        form="page",
        sort="$last_seen",
        tree={"all": [_UNITED_STATES, did("watch video", days=30, op="at_least", value=3)]},
        postgres=f"""SELECT id FROM peer.person WHERE properties @> '{{"$country_code": "US"}}'
            AND id IN ({_postgres_did("watch video", days=30, having="count(*) >= 3")})
            ORDER BY updated_at DESC NULLS LAST, id LIMIT {PAGE}""",
        clickhouse=f"""SELECT id FROM {PERSONS} WHERE JSONExtractString(properties, '$country_code') = 'US'
            AND id IN ({_clickhouse_did("watch video", days=30, having="count() >= 3")})
            ORDER BY last_seen_at DESC NULLS LAST, id LIMIT {PAGE}""",
    ),
)

BEHAVIOUR_QUESTIONS: Final = (*_COUNTS, *_MEASURES, *_TOGETHER, *_SEQUENCES)
