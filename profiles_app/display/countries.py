"""Country codes as names, from Unicode's locale data."""

from functools import cache

from babel import Locale


@cache
def _territories() -> dict[str, str]:
    names = Locale("en").territories
    return {code: name for code, name in names.items() if len(code) == 2}


def name_country(code: str) -> str | None:
    """The English name of an ISO 3166 code, however it is written; None for what is no code."""
    return _territories().get(code.upper())
