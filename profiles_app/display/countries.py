"""Country codes as names, from Unicode's locale data."""

from functools import cache
from typing import Final

from babel import Locale

from profiles_app.display.labels import COUNTRY

# Properties whose codes are shown as names.
COUNTRY_PROPERTIES: Final = frozenset({COUNTRY, "mp_country_code"})


@cache
def _territories() -> dict[str, str]:
    names = Locale("en").territories
    return {code: name for code, name in names.items() if len(code) == 2}


def name_country(code: str) -> str | None:
    """The English name of an ISO 3166 code, however it is written; None for what is no code."""
    return _territories().get(code.upper())


def find_countries(text: str) -> set[str]:
    """The codes of the countries whose English name has a word that begins with this text, in any case."""
    wanted = text.casefold()
    return {code for code, name in _territories().items() if f" {wanted}" in f" {name.casefold()}"}


def say_country(name: str, value: object) -> str:
    """The country that a value of this property means; '' where it means none."""
    return (name_country(value) or "") if name in COUNTRY_PROPERTIES and isinstance(value, str) else ""
