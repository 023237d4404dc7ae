"""The companies that people work for: groups with the group key `company`."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from profiles_app.demo.chance import Dice, Draw, pick, spread, stream_key
from profiles_app.demo.names import to_plain
from profiles_app.demo.places import Country, draw_country

GROUP_KEY: Final = "company"
GROUP_LABEL: Final = "Companies"


@dataclass(frozen=True, slots=True)
class Company:
    """`name` is also its id. `arr` is in whole US dollars a year; `seats` are those it pays for."""

    name: str
    domain: str
    country: str
    industry: str
    plan: str
    seats: int
    arr: int


_FIRST_WORDS: Final = """
Amber Anchor Aurora Beacon Birch Blue_Heron Brightwater Cedar Cobalt Copper Corvus Delta Driftwood Ember
Everglen Fjell Foxglove Glacier Granite Greenhill Harbour Hazel Helios Ibis Indigo Ironwood Juniper Kestrel
Kingfisher Lantern Larch Lumen Magnolia Marble Meridian Mosaic Nimbus Nordlys Northgate Oakfield Obsidian
Orchard Osprey Paper_Crane Pebble Pinecone Polaris Quarry Quill Redwood Ripple Saffron Sandpiper Sequoia
Silverline Solstice Sparrow Summit Tangerine Thistle Tidewater Umbra Velvet Vesper Willow Wren Zephyr
"""
_SECOND: Final = {
    "Media": "Media",
    "Learning": "Education",
    "Robotics": "Manufacturing",
    "Health": "Healthcare",
    "Logistics": "Logistics",
    "Foods": "Food and drink",
    "Energy": "Energy",
    "Studios": "Media",
    "Capital": "Finance",
    "Software": "Software",
    "Retail": "Retail",
    "Travel": "Travel",
    "Labs": "Software",
}
_FIRST: Final = tuple(word.replace("_", " ") for word in _FIRST_WORDS.split())
_LEGAL_FORMS: Final = {
    "NO": "AS", "DE": "GmbH", "AT": "GmbH", "CH": "AG", "US": "Inc.", "GB": "Ltd", "IE": "Ltd", "JP": "K.K.",
    "FR": "SAS", "SE": "AB", "DK": "ApS", "FI": "Oy", "NL": "B.V.", "ES": "S.L.", "IT": "S.r.l.", "PL": "Sp. z o.o.",
    "BR": "Ltda.", "MX": "S.A. de C.V.", "IN": "Pvt Ltd", "CN": "有限公司", "KR": "주식회사", "CZ": "s.r.o.",
    "TR": "A.Ş.", "AU": "Pty Ltd", "CA": "Inc.", "GR": "A.E.", "UA": "ТОВ", "IS": "ehf.",
}  # fmt: skip
_PLANS: Final = spread({"team": 50, "enterprise": 28, "pro": 14, "free": 8}, 100)
_SEAT_PRICE: Final = {"free": 0, "pro": 144, "team": 216, "enterprise": 348}


@dataclass(frozen=True, slots=True)
class Directory:
    """All the companies, and tables for `pick` in which the larger ones stand more often."""

    companies: tuple[Company, ...]
    everywhere: tuple[Company, ...]
    by_country: dict[str, tuple[Company, ...]]

    def draw_employer(self, draw: Draw, country: Country) -> Company:
        """A company, mostly one of the person's own country."""
        own = self.by_country.get(country.code)
        return pick(draw, own if own and draw() < 0.8 else self.everywhere)


@lru_cache(maxsize=4)
def list_companies(seed: int, count: int) -> Directory:
    """The `count` companies of a seed; the first ones are the same for any larger count."""
    dice, key = Dice(), stream_key(seed, "companies")
    companies = tuple(_draw_company(dice.draw_for(key, index), seed, index) for index in range(count))
    by_country: dict[str, dict[Company, float]] = {}
    for company in companies:
        by_country.setdefault(company.country, {})[company] = company.seats**0.7
    tables = {code: spread(weights, 256) for code, weights in by_country.items()}
    everywhere = spread({company: company.seats**0.7 for company in companies}, 4096) if companies else ()
    return Directory(companies, everywhere, tables)


def _draw_company(draw: Draw, seed: int, index: int) -> Company:
    country = draw_country(draw)
    first, second = _draw_words(seed, index)
    plan = pick(draw, _PLANS)
    # Most are small, some are large: 4 to about 1,200 seats.
    seats = round(4 * 300 ** (draw() ** 2))
    name = " ".join(filter(None, (first, second, _LEGAL_FORMS.get(country.code, ""))))
    arr = round(seats * _SEAT_PRICE[plan] * (0.75 + draw() / 2))
    return Company(name, _make_domain(first, second), country.code, _SECOND[second], plan, seats, arr)


def _draw_words(seed: int, index: int) -> tuple[str, str]:
    """Two words of the name; pairs repeat only after all of them are used."""
    firsts, seconds = len(_FIRST), list(_SECOND)
    place = (index * 317 + stream_key(seed, "company names")) % (firsts * len(seconds))
    return _FIRST[place % firsts], seconds[place // firsts]


def _make_domain(first: str, second: str) -> str:
    return f"{to_plain(first)}-{to_plain(second)}.example"
