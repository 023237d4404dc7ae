"""A property's value as HTML: chips, dates, numbers, cut texts; always escaped, always isolated
from the writing direction of its neighbours."""

import json
from datetime import date, datetime, tzinfo
from typing import Any, Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from profiles_app.display.countries import COUNTRY_PROPERTIES, name_country
from profiles_app.display.dates import describe_clock, describe_day, describe_exactly, in_zone
from profiles_app.filters.dates import parse_date
from profiles_app.models import Kind

_CHIPS: Final = 3
_CUT: Final = 160
# On the profile page: what is longer begins with so much of it, and opens to the rest.
_LONG: Final = 500
_START: Final = 300
_START_CHIPS: Final = 12
# A value may be as large as 256 kB; what hovers stays readable, the profile page has the rest.
_LONGEST_TITLE: Final = 20_000

_ICONS: Final = {
    "text": "type",
    "number": "hash",
    "boolean": "toggle-left",
    "date": "calendar",
    "list": "list",
    "object": "braces",
    "unset": "circle-dashed",
}
# A date is a text too: what had dates comes before what had texts.
_KINDS: Final = {
    Kind.DATE: "date",
    Kind.STRING: "text",
    Kind.NUMBER: "number",
    Kind.BOOLEAN: "boolean",
    Kind.LIST: "list",
    Kind.OBJECT: "object",
}
# In lists of properties a text is "Aa", as a heading of many values rather than one.
_PROPERTY_ICONS: Final = _ICONS | {"text": "case-sensitive"}


def kind_of(value: Any) -> str:
    """`unset`, `text`, `number`, `boolean`, `date`, `list` or `object`."""
    if isinstance(value, str):
        return "date" if parse_date(value) else "text"
    if isinstance(value, bool):
        return "boolean"
    kinds = {list: "list", dict: "object", int: "number", float: "number"}
    return kinds.get(type(value), "unset")


def icon_of(kind: str) -> str:
    """The icon that stands for a kind, by its name in the icon package."""
    return _ICONS[kind]


def icon_of_kinds(kinds: Kind) -> str:
    """The icon of a property that has had values of these kinds: of the first of them, where several are mixed."""
    names = (_KINDS[kind] for kind in _KINDS if kind in kinds)
    return _PROPERTY_ICONS[next(names, "unset")]


def compact_json(value: Any) -> str:
    """JSON on one line, in its own script."""
    return json.dumps(value, ensure_ascii=False, separators=(", ", ": "))


def render_value(value: Any, *, zone: tzinfo, name: str = "", whole: bool = False) -> SafeString:
    """A value of the property `name`. `whole`, for the profile page, shows it all; what is
    very long after a click."""
    kind = kind_of(value)
    if kind == "text":
        return _render_text(value, name=name, whole=whole)
    if kind == "date":
        return _render_date(value, zone=zone, whole=whole)
    if kind == "list":
        return _render_list(value, whole=whole)
    if kind == "unset":
        return format_html('<span class="unset">{}</span>', "not set" if whole else "")
    text = compact_json(value)
    return format_html('<span class="value-{}">{}</span>', kind, _cut(text, whole=whole))


def render_instant(instant: datetime, *, zone: tzinfo, clock: bool = False) -> SafeString:
    """The day of an instant, the exact instant on hover; with `clock`, the time of day too."""
    local = in_zone(instant, zone)
    shown = f"{describe_day(local)}, {describe_clock(instant, zone)}" if clock else describe_day(local)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', instant.isoformat(), describe_exactly(instant, zone), shown
    )


def _render_text(text: str, *, name: str, whole: bool) -> SafeString:
    country = name_country(text) if name in COUNTRY_PROPERTIES else None
    if country:
        return format_html('<bdi title="{}">{}</bdi>', text, country)
    return _cut(text, whole=whole)


def _render_date(text: str, *, zone: tzinfo, whole: bool) -> SafeString:
    parsed = parse_date(text)
    if isinstance(parsed, datetime):
        return render_instant(parsed, zone=zone, clock=whole)
    # A day without a time belongs to no time zone.
    return format_html('<time datetime="{}" title="{}">{}</time>', text, text, _day(parsed))


def _day(day: date | None) -> str:
    return describe_day(day) if day else ""


def render_long(text: str, *, longest: int = _LONG) -> SafeString:
    """A text; one of more than `longest` characters as its beginning, which opens to all of it."""
    if len(text) <= longest:
        return format_html("<bdi>{}</bdi>", text)
    start = format_html("<bdi>{}…</bdi>", text[: min(longest, _START)])
    return _fold(start, format_html("<bdi>{}</bdi>", text), f"Show all {len(text):,} characters")


def _fold(start: SafeString, everything: SafeString, words: str) -> SafeString:
    """Two sizes of one value; works without JavaScript."""
    return format_html(
        '<span class="long-start">{}</span><details class="long"><summary><span class="when-closed">{}</span>'
        '<span class="when-open">Show less</span></summary>{}</details>',
        start, words, everything,
    )  # fmt: skip


def _render_list(items: list[Any], *, whole: bool) -> SafeString:
    if not items:
        return format_html('<span class="unset">{}</span>', "empty list")
    if not whole:
        return _render_chips(items, most=_CHIPS)
    everything = _render_chips(items)
    if len(compact_json(items)) <= _LONG:
        return everything
    words = f"Show all {len(items):,} items" if len(items) > 1 else "Show the whole item"
    return _fold(_render_chips(items, most=_START_CHIPS), everything, words)


def _render_chips(items: list[Any], *, most: int | None = None) -> SafeString:
    """All items in full, or the first `most`, cut, with the number of the others."""
    shown = items[:most]
    chips = format_html_join("", '<span class="chip">{}</span>', ((_chip(item, whole=most is None),) for item in shown))
    rest = len(items) - len(shown)
    more = format_html('<span class="chip chip-more">+{}</span>', rest) if rest else ""
    return format_html('<span class="chips" title="{}">{}{}</span>', _title(compact_json(items)), chips, more)


def _chip(item: Any, *, whole: bool) -> SafeString:
    text = item if isinstance(item, str) else compact_json(item)
    return format_html("<bdi>{}</bdi>", text if whole else text[:_CUT])


def _cut(text: str, *, whole: bool) -> SafeString:
    if whole:
        return render_long(text)
    shown = text if len(text) <= _CUT else text[:_CUT] + "…"
    return format_html('<bdi title="{}">{}</bdi>', _title(text), shown)


def _title(text: str) -> str:
    return text if len(text) <= _LONGEST_TITLE else text[:_LONGEST_TITLE] + "…"
