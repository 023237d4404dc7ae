"""`{% load display %}`: values, instants, faces and numbers in templates."""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any

from django import template
from django.utils.safestring import SafeString

from profiles_app.display.avatars import draw_avatar
from profiles_app.display.countries import say_country
from profiles_app.display.labels import label_property
from profiles_app.display.values import icon_of, render_instant, render_long, render_value

register = template.Library()


@register.simple_tag
def value(content: Any, *, zone: tzinfo, name: str = "", whole: bool = False) -> SafeString:
    """A property's value."""
    return render_value(content, zone=zone, name=name, whole=whole)


@register.simple_tag
def long_text(text: str, *, longest: int) -> SafeString:
    """A text that is cut after `longest` characters, and opens."""
    return render_long(text, longest=longest)


@register.simple_tag
def instant(moment: datetime, *, zone: tzinfo, clock: bool = False) -> SafeString:
    """An instant in the project's time zone."""
    return render_instant(moment, zone=zone, clock=clock)


@register.simple_tag
def avatar(distinct_id: str, *, url: str = "", size: int = 32) -> SafeString:
    """Somebody's picture or face."""
    return draw_avatar(distinct_id, url=url, size=size)


@register.filter
def label(name: str) -> str:
    """A property's name as people read it."""
    return label_property(name)


@register.filter
def kind_icon(kind: str) -> str:
    """The icon of a kind of value."""
    return icon_of(kind)


@register.filter
def thousands(number: int) -> str:
    """`12961` → `12,961`."""
    return f"{number:,}"


@register.filter
def count_of(numbers: Mapping[int, int], key: int) -> int:
    """The number of `key`, 0 where there is none."""
    return numbers.get(key, 0)


@register.filter
def many(number: int, words: str) -> str:
    """`{{ 1|many:"event,events" }}` → `event`."""
    one, several = words.split(",")
    return one if number == 1 else several


@register.filter
def words(text: str) -> list[str]:
    """`"to create,to update"|words`: a list, where a template hands one on."""
    return text.split(",")


@register.filter
def country_of(value: object, name: str) -> str:
    """The country that a value of the property `name` means; '' where it means none."""
    return say_country(name, value)
