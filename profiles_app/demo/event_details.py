"""The properties that each kind of event has of its own."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from profiles_app.demo.chance import Draw, pick
from profiles_app.demo.titles import ARTICLES, ITEMS, PAGES, QUERIES, SITE, TUTORIALS, VIDEOS, VIDEOS_BY_GENRE, Video

Properties = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """What all events of one person share.

    `base`: properties on each of them. `insert_prefix`: the beginning of their insert ids.
    `videos`: what the person chooses from, mostly their favourite genre.
    """

    base: Properties
    insert_prefix: str
    videos: tuple[tuple[Properties, str], ...]
    plan: str
    currency: str
    on_web: bool


def _describe(video: Video) -> tuple[Properties, str]:
    properties: Properties = {"title": video.title, "genre": video.genre, "duration": video.minutes * 60}
    return properties, f"{SITE}/watch/{video.slug}"


@cache
def list_videos(genre: str) -> tuple[tuple[Properties, str], ...]:
    """(properties, address) of videos, two thirds of them of the genre."""
    own = VIDEOS_BY_GENRE[genre]
    repeats = 2 * len(VIDEOS) // len(own)
    return tuple(_describe(video) for video in (*own * repeats, *VIDEOS))


_EURO_PRICES: Final = frozenset({
    "AT", "BG", "CH", "CZ", "DE", "DK", "ES", "FI", "FR", "GR", "HU", "IE", "IS", "IT", "NL", "NO", "PL", "PT", "RO",
    "SE",
})  # fmt: skip


def get_currency(country_code: str) -> str:
    """In which currency people of a country pay in this shop."""
    if country_code == "GB":
        return "GBP"
    return "EUR" if country_code in _EURO_PRICES else "USD"


_SOURCES: Final = ("direct", "direct", "direct", "push", "e-mail", "search engine", "widget")
_METHODS: Final = ("email", "email", "google", "apple", "invitation")
_CHANNELS: Final = ("team", "direct", "comments")
_ROLES: Final = ("viewer", "viewer", "editor", "admin")
_COUPONS: Final = ("WELCOME10", "NORDIC", "TEACHER")


def _app_open(draw: Draw, visitor: Visitor, properties: Properties) -> None:
    properties["source"] = _SOURCES[int(draw() * 7)]


def _sign_up(draw: Draw, visitor: Visitor, properties: Properties) -> None:
    properties["method"] = pick(draw, _METHODS)


def _tutorial_start(draw: Draw, visitor: Visitor, properties: Properties) -> None:
    properties["tutorial"] = pick(draw, TUTORIALS)


def _watch_video(draw: Draw, visitor: Visitor, properties: Properties) -> None:
    videos = visitor.videos
    video, address = videos[int(draw() * len(videos))]
    properties.update(video)
    if visitor.on_web:
        properties["$current_url"] = address
    # Half watch to the end.
    percent = min(100, int(draw() * 200))
    properties["percent_watched"] = percent
    if percent == 37:
        # One player sends its numbers as text.
        properties["percent_watched"] = "37"
        properties["duration"] = str(properties["duration"])


def _search(draw: Draw, visitor: Visitor, properties: Properties) -> None:
    properties["query"] = QUERIES[int(draw() * len(QUERIES))]
    properties["results"] = int(40 * draw() ** 2)


def _download_page(draw: Draw, visitor: Visitor, properties: Properties) -> None:
    properties["page"] = pick(draw, PAGES)


def _add_to_cart(draw: Draw, visitor: Visitor, properties: Properties) -> None:
    item, price = pick(draw, ITEMS)
    properties["item"] = item
    properties["amount"] = price / 100
    properties["currency"] = visitor.currency
    properties["quantity"] = 1 + int(2.2 * draw() ** 4)


def _purchase(draw: Draw, visitor: Visitor, properties: Properties) -> None:
    _add_to_cart(draw, visitor, properties)
    amount = round(properties["amount"] * properties["quantity"], 2)
    properties["amount"] = f"{amount:.2f}" if draw() < 0.02 else amount
    properties["items"] = [properties.pop("item")]
    chance = draw()
    if chance < 0.2:
        properties["coupon"] = pick(draw, _COUPONS) if chance < 0.15 else None


def _upgrade_plan(draw: Draw, visitor: Visitor, properties: Properties) -> None:
    properties["from_plan"] = "free"
    properties["to_plan"] = visitor.plan
    properties["yearly"] = draw() < 0.4


def _send_message(draw: Draw, visitor: Visitor, properties: Properties) -> None:
    properties["channel"] = _CHANNELS[int(draw() * 3)]
    properties["length"] = 4 + int(280 * draw() ** 3)
    properties["has_attachment"] = draw() < 0.1


def _invite_teammate(draw: Draw, visitor: Visitor, properties: Properties) -> None:
    properties["role"] = pick(draw, _ROLES)


def _help_docs(draw: Draw, visitor: Visitor, properties: Properties) -> None:
    properties["article"] = pick(draw, ARTICLES)


DETAILS: Final[dict[str, Callable[[Draw, Visitor, Properties], None]]] = {
    "Sign Up": _sign_up,
    "App Open": _app_open,
    "Tutorial Start": _tutorial_start,
    "Search": _search,
    "watch video": _watch_video,
    "Download Page": _download_page,
    "Add to Cart": _add_to_cart,
    "Purchase": _purchase,
    "Upgrade Plan": _upgrade_plan,
    "Send Message": _send_message,
    "Invite Teammate": _invite_teammate,
    "Help Docs": _help_docs,
}
"""Adds the event's own properties to those given, by the event's name."""

EVENT_PATHS: Final = {
    "Sign Up": "/join",
    "App Open": "/",
    "Tutorial Start": "/welcome",
    "Search": "/search",
    "watch video": "/watch",
    "Download Page": "/download",
    "Add to Cart": "/shop",
    "Purchase": "/shop/checkout",
    "Upgrade Plan": "/account/plan",
    "Send Message": "/messages",
    "Invite Teammate": "/team",
    "Help Docs": "/help",
}
"""Where on the site an event happens."""
