"""What is asked about profiles alone."""

from typing import Any, Final

from benchmarks.queries.question import PAGE, PERSONS, Question, within

_BREAKDOWN_ROWS: Final = 25


def _count(key: str, title: str, leaf: dict[str, Any], *, postgres: str, clickhouse: str) -> Question:
    """How many profiles there are with this condition."""
    return Question(
        key=key,
        title=title,
        topic="profiles",
        tree=leaf,
        postgres=f"SELECT count(*) FROM peer.person WHERE {postgres}",
        clickhouse=f"SELECT count() FROM {PERSONS} WHERE {clickhouse}",
    )


_EQUALITY: Final = (
    _count(
        "equal-many",
        "`plan` is free (56%)",
        {"property": "plan", "type": "string", "op": "is", "value": ["free"]},
        postgres="""properties @> '{"plan": "free"}'""",
        clickhouse="JSONExtractString(properties, 'plan') = 'free'",
    ),
    _count(
        "equal-few",
        "`$city` is City 42 (0.03%)",
        {"property": "$city", "type": "string", "op": "is", "value": ["City 42"]},
        postgres="""properties @> '{"$city": "City 42"}'""",
        clickhouse="JSONExtractString(properties, '$city') = 'City 42'",
    ),
    _count(
        "several",
        "`$country_code` is NO or DE, verified, `plan` is not free",
        {
            "all": [
                {"property": "$country_code", "type": "string", "op": "is", "value": ["NO", "DE"]},
                {"property": "is_verified", "type": "boolean", "op": "is_true"},
                {"property": "plan", "type": "string", "op": "is_not", "value": ["free"]},
            ]
        },
        postgres="""(properties @> '{"$country_code": "NO"}' OR properties @> '{"$country_code": "DE"}')
            AND properties @> '{"is_verified": true}' AND NOT properties @> '{"plan": "free"}'""",
        clickhouse="""JSONExtractString(properties, '$country_code') IN ('NO', 'DE')
            AND JSONExtractBool(properties, 'is_verified') AND JSONExtractString(properties, 'plan') != 'free'""",
    ),
)

_OTHER_OPERATORS: Final = (
    _count(
        "contains",
        "`$email` contains acme",
        {"property": "$email", "type": "string", "op": "contains", "value": ["acme"]},
        postgres="properties->>'$email' ILIKE '%acme%'",
        clickhouse="JSONExtractString(properties, '$email') ILIKE '%acme%'",
    ),
    _count(
        "number-range",
        "`age` between 30 and 40",
        {"property": "age", "type": "number", "op": "between", "value": [30, 40]},
        postgres="(properties->>'age')::float8 BETWEEN 30 AND 40",
        clickhouse="JSONExtract(properties, 'age', 'Nullable(Float64)') BETWEEN 30 AND 40",
    ),
    _count(
        "date-last",
        "`signup_date` in the last 30 days",
        {"property": "signup_date", "type": "date", "op": "in_last", "value": {"n": 30, "unit": "day"}},
        postgres=within(30, column="(properties->>'signup_date')::timestamp"),
        clickhouse=within(30, column="parseDateTimeBestEffortOrNull(JSONExtractString(properties, 'signup_date'))"),
    ),
    _count(
        "date-between",
        "`signup_date` in May 2026",
        {"property": "signup_date", "type": "date", "op": "between", "value": ["2026-05-01", "2026-05-31"]},
        postgres="""(properties->>'signup_date')::timestamp >= '2026-05-01'
            AND (properties->>'signup_date')::timestamp < '2026-06-01'""",
        clickhouse="""parseDateTimeBestEffortOrNull(JSONExtractString(properties, 'signup_date')) >= '2026-05-01'
            AND parseDateTimeBestEffortOrNull(JSONExtractString(properties, 'signup_date')) < '2026-06-01'""",
    ),
    _count(
        "list",
        "`tags` has t3 or t7",
        {"property": "tags", "type": "list", "op": "any_is", "value": ["t3", "t7"]},
        postgres="""(properties @> '{"tags": ["t3"]}' OR properties @> '{"tags": ["t7"]}')""",
        clickhouse="hasAny(JSONExtract(properties, 'tags', 'Array(String)'), ['t3', 't7'])",
    ),
    _count(
        "not-set",
        "`age` is not set",
        {"property": "age", "type": "any", "op": "is_not_set"},
        postgres="NOT properties ? 'age'",
        clickhouse="NOT JSONHas(properties, 'age')",
    ),
)

_OTHER_FORMS: Final = (
    Question(
        key="sort",
        title="page sorted by `ltv`",
        topic="profiles",
        form="page",
        sort="ltv",
        postgres=f"""SELECT id FROM peer.person
            ORDER BY (properties->>'ltv')::float8 DESC NULLS LAST, id LIMIT {PAGE}""",
        clickhouse=f"""SELECT id FROM {PERSONS}
            ORDER BY JSONExtract(properties, 'ltv', 'Nullable(Float64)') DESC NULLS LAST, id LIMIT {PAGE}""",
    ),
    Question(
        key="breakdown",
        title=f"breakdown by `$city`, the {_BREAKDOWN_ROWS} most frequent",
        topic="profiles",
        form="table",
        breakdown="$city",
        limit=_BREAKDOWN_ROWS,
        postgres=f"""SELECT properties->>'$city' AS city, count(*) FROM peer.person GROUP BY 1
            ORDER BY count(*) DESC, (properties->>'$city') COLLATE "C" LIMIT {_BREAKDOWN_ROWS}""",
        clickhouse=f"""SELECT JSONExtractString(properties, '$city') AS city, count() AS people FROM {PERSONS}
            GROUP BY city ORDER BY people DESC, city LIMIT {_BREAKDOWN_ROWS}""",
    ),
    Question(
        key="search",
        title="search for “patel 99” in name, e-mail and distinct id",
        topic="profiles",
        search="patel 99",
        postgres="""SELECT count(*) FROM peer.person WHERE properties->>'$name' ILIKE '%patel 99%'
            OR properties->>'$email' ILIKE '%patel 99%' OR distinct_id ILIKE '%patel 99%'""",
        clickhouse=f"""SELECT count() FROM {PERSONS} WHERE JSONExtractString(properties, '$name') ILIKE '%patel 99%'
            OR JSONExtractString(properties, '$email') ILIKE '%patel 99%' OR id IN (
                SELECT argMax(person_id, version) FROM person_distinct_id2
                WHERE team_id = 1 AND distinct_id ILIKE '%patel 99%'
                GROUP BY distinct_id HAVING argMax(is_deleted, version) = 0
            )""",
    ),
)

PROFILE_QUESTIONS: Final = (*_EQUALITY, *_OTHER_OPERATORS, *_OTHER_FORMS)
