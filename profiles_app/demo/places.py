"""Countries and their cities, and which names are common there."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from profiles_app.demo.chance import Draw, pick, spread
from profiles_app.demo.names import Culture
from profiles_app.demo.names_latin import list_latin_cultures
from profiles_app.demo.names_other import list_other_cultures


@dataclass(frozen=True, slots=True)
class City:
    """`region` is the state, county or prefecture. `offset` is seconds east of Greenwich.

    The offset is that of winter: nobody can see from a demo whether summer time was kept.
    """

    name: str
    region: str
    offset: int


@dataclass(frozen=True, slots=True)
class Country:
    """`code` is ISO 3166-1; `dial` the prefix of telephone numbers; the tables are for `pick`."""

    code: str
    dial: str
    cultures: tuple[Culture, ...]
    cities: tuple[City, ...]


_CULTURES: Final = {**list_latin_cultures(), **list_other_cultures()}

_FILE: Final = Path(__file__).with_name("countries.txt")


def _read_city(text: str, hours: float) -> City:
    name, _, rest = text.strip().partition(":")
    region, _, own_hours = rest.partition("@")
    return City(name, region, int(float(own_hours or hours) * 3600))


def _read_cultures(text: str) -> tuple[Culture, ...]:
    words = text.split()
    return spread({_CULTURES[name]: float(weight) for name, weight in zip(words[::2], words[1::2], strict=True)}, 64)


def _read_country(line: str) -> tuple[Country, float]:
    code, weight, hours, dial, cultures, cities = line.split("|")
    towns = [_read_city(text, float(hours)) for text in cities.split(",")]
    # Cities shrink as in life: the second about two thirds of the first, then a long tail.
    table = spread({town: 1 / (place + 2) for place, town in enumerate(towns)}, 128)
    return Country(code, dial, _read_cultures(cultures), table), float(weight)


def _read_countries() -> Iterator[tuple[Country, float]]:
    for line in _FILE.read_text("utf-8").splitlines():
        if not line.startswith("#"):
            yield _read_country(line)


_TABLE: Final = spread(dict(_read_countries()), 2048)
COUNTRIES: Final = {country.code: country for country in _TABLE}


def draw_country(draw: Draw) -> Country:
    """A country, as likely as it has users of the product."""
    return pick(draw, _TABLE)


def draw_city(draw: Draw, country: Country) -> City:
    """A city of the country, large ones more often."""
    return pick(draw, country.cities)
