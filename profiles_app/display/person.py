"""Who somebody is, from what their profile says."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from profiles_app.display.countries import name_country
from profiles_app.display.labels import AVATAR, COUNTRY, EMAIL, NAME
from profiles_app.filters.dates import parse_date


def read_text(properties: Mapping[str, Any], name: str) -> str:
    """A property as one line of text; '' where it is unset or blank."""
    value = properties.get(name)
    if value is None:
        return ""
    return value.strip() if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def read_name(properties: Mapping[str, Any]) -> str:
    """`$name`, else first and last name together, else ''."""
    parts = (read_text(properties, "$first_name"), read_text(properties, "$last_name"))
    return read_text(properties, NAME) or " ".join(part for part in parts if part)


def choose_title(distinct_id: str, properties: Mapping[str, Any]) -> str:
    """What to call somebody: the name, else the e-mail address, else the distinct id."""
    return read_name(properties) or read_text(properties, EMAIL) or distinct_id


def read_avatar_url(properties: Mapping[str, Any]) -> str:
    """The picture's address where it is https, which the content policy lets through; else ''."""
    url = read_text(properties, AVATAR)
    return url if url.startswith("https://") and len(url) <= 2000 else ""


def read_created_at(properties: Mapping[str, Any]) -> datetime | None:
    """When the person joined, as `$created` tells it; None where it tells no instant."""
    created = parse_date(read_text(properties, "$created"))
    return created if isinstance(created, datetime) else None


def describe_location(properties: Mapping[str, Any]) -> str:
    """`Raleigh, North Carolina, United States`, as far as it is known."""
    country = read_text(properties, COUNTRY) or read_text(properties, "mp_country_code")
    parts = (read_text(properties, "$city"), read_text(properties, "$region"), name_country(country) or country)
    # A city is often named like its region: once is enough.
    return ", ".join(dict.fromkeys(part for part in parts if part))
