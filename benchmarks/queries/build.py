"""Writes the data into Roster's own tables of an empty database, in SQL.

The same scale always gives the same rows: every part seeds PostgreSQL's random numbers itself.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import psycopg
from django.db import connection

from benchmarks.queries.dataset import DAYS, EVENT_NAMES, NOW, START, TOKEN, Scale, Slice, slice_months
from profiles_app.models import EventName, Project, PropertyDefinition
from profiles_app.models.catalog import Kind, Scope
from profiles_app.services.partitions import ensure_partitions

_PROFILE_KINDS: Final = {
    **dict.fromkeys(("$name", "$email", "$country_code", "$region", "$city", "$os", "$browser"), Kind.STRING),
    **dict.fromkeys(("plan", "company"), Kind.STRING),
    **dict.fromkeys(("age", "ltv", "logins"), Kind.NUMBER),
    "signup_date": Kind.STRING | Kind.DATE,
    "is_verified": Kind.BOOLEAN,
    "tags": Kind.LIST,
}
_EVENT_KINDS: Final = {
    "$os": Kind.STRING,
    "amount": Kind.NUMBER,
    "genre": Kind.STRING,
    "$current_url": Kind.STRING,
}

# Creation follows the id, two years up to now, as it does for rows that came in one after another.
_PROFILES: Final = """
INSERT INTO profiles_app_profile (id, project_id, distinct_id, created_at, updated_at, properties)
OVERRIDING SYSTEM VALUE
SELECT
    i,
    %(project)s,
    'u-' || md5(i::text),
    %(now)s - interval '730 days' * (1 - i::float8 / (%(profiles)s + 1)),
    date_trunc('milliseconds', %(now)s - random() * interval '180 days'),
    jsonb_strip_nulls(jsonb_build_object(
        '$name', (ARRAY['Alice','Bob','Carol','Dave','Erin','Frank','Grace','Heidi','Ivan','Judy'])[ceil(random() * 10)]
            || ' ' || (ARRAY['Smith','Jones','Taylor','Brown','Williams','Wilson','Johnson','Davies','Patel','Wright'])
            [ceil(random() * 10)] || ' ' || i,
        '$email', 'user' || i || '@'
            || (ARRAY['gmail.com','yahoo.com','outlook.com','acme.io','linear.app'])[ceil(random() * 5)],
        '$country_code', (ARRAY['US','US','US','US','GB','DE','FR','IN','IN','BR','JP','NO','AU','CA','ZA','NL'])
            [ceil(random() * 16)],
        '$region', 'Region ' || ceil(random() * 200),
        '$city', 'City ' || ceil(random() * 3000),
        '$os', (ARRAY['iOS','Android','Windows','Mac OS X','Linux'])[ceil(random() * 5)],
        '$browser', (ARRAY['Chrome','Safari','Firefox','Edge'])[ceil(random() * 4)],
        'plan', (ARRAY['free','free','free','free','free','pro','pro','team','enterprise'])[ceil(random() * 9)],
        'age', CASE WHEN random() < 0.9 THEN 17 + ceil(random() * 60) END,
        'ltv', CASE WHEN random() < 0.8 THEN round((random() * random() * 1000)::numeric, 2) END,
        'signup_date', to_char(%(now)s - random() * interval '700 days', 'YYYY-MM-DD"T"HH24:MI:SS'),
        'is_verified', random() < 0.7,
        'tags', jsonb_build_array('t' || ceil(random() * 20), 't' || ceil(random() * 20)),
        'logins', floor(random() * 500),
        'company', 'Company ' || ceil(random() * 20000)
    ))
FROM generate_series(1, %(profiles)s) i
"""

# Each event has a short stretch of time of its own, so rows come in the order of time. A few people
# do most: the square of an even number, spread over the ids by a prime.
_EVENTS: Final = """
INSERT INTO profiles_app_event (time, profile_id, project_id, name_id, insert_id, properties)
SELECT
    date_trunc('milliseconds', %(start)s + (i - %(first)s + random()) / %(rows)s * (%(end)s - %(start)s)),
    1 + (floor(power(random(), 2) * %(profiles)s)::bigint * 7368787) %% %(profiles)s,
    %(project)s,
    least(%(names)s, 1 + floor(-ln(random() + 1e-9) * 2.2))::int,
    left(md5(i::text), 16),
    jsonb_build_object(
        '$os', (ARRAY['iOS','Android','Windows','Mac OS X','Linux'])[ceil(random() * 5)],
        'amount', round((random() * 100)::numeric, 2),
        'genre', (ARRAY['drama','comedy','news','sport'])[ceil(random() * 4)],
        '$current_url', 'https://shop.example/p/' || floor(random() * 1000)
    )
FROM generate_series(%(first)s::bigint, %(last)s::bigint) i
"""


def build_project(scale: Scale) -> None:
    """Writes everything into the only project, which must be empty."""
    project = Project.objects.get(token=TOKEN)
    _write_catalog(project)
    values: dict[str, Any] = {"project": project.pk, "profiles": scale.profiles, "now": NOW}
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.42)")
        cursor.execute(_PROFILES, values)
        cursor.execute("SELECT setval(pg_get_serial_sequence('profiles_app_profile', 'id'), %s)", [scale.profiles])
    _write_events(project, scale)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE profiles_app_profile")
        cursor.execute("VACUUM ANALYZE profiles_app_event")


def _write_catalog(project: Project) -> None:
    """Event names with ids from 1, which the peers' queries name, and the properties."""
    names = [EventName(id=place, project=project, name=name) for place, name in enumerate(EVENT_NAMES, start=1)]
    EventName.objects.bulk_create(names)
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval(pg_get_serial_sequence('profiles_app_eventname', 'id'), %s)", [len(names)])
    PropertyDefinition.objects.bulk_create(
        PropertyDefinition(project=project, scope=scope, name=name, kinds=int(kinds))
        for scope, properties in ((Scope.PROFILE, _PROFILE_KINDS), (Scope.EVENT, _EVENT_KINDS))
        for name, kinds in properties.items()
    )


def _write_events(project: Project, scale: Scale) -> None:
    """Month by month, as many at a time as there are cores."""
    ensure_partitions(START.timestamp() + day * 86_400 for day in range(DAYS + 1))
    values = {"project": project.pk, "profiles": scale.profiles, "names": len(EVENT_NAMES)}
    parameters = connection.get_connection_params()
    months = slice_months(scale.events)
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        for future in [pool.submit(_write_month, parameters, month, values) for month in months]:
            future.result()


def _write_month(parameters: dict[str, Any], month: Slice, values: dict[str, Any]) -> None:
    parameters = {name: parameters[name] for name in ("dbname", "user", "host", "port")}
    with psycopg.connect(**parameters) as own:
        own.execute("SELECT setseed(%s)", [month.start.month / 12])
        span = {"start": month.start, "end": month.end, "first": month.first, "last": month.last}
        own.execute(_EVENTS, {**values, **span, "rows": month.last - month.first + 1})
