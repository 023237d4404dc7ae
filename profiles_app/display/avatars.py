"""Faces for people without a picture, drawn from the distinct id: the same id, the same face.

Each face is a coloured disc with a frame of 32 units. SVG attributes only: the content policy
allows no inline style.
"""

from hashlib import sha256
from typing import Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

_COLOURS: Final = (
    "#8cb8ff", "#ff9b8f", "#ffd36b", "#b8e986", "#d8b4f8", "#7fd8c9",
    "#ffb3d1", "#a7c4bc", "#f9b572", "#9fd3f0", "#c5c9ff", "#e3d26f",
)  # fmt: skip
_INK: Final = "#26243a"
_EYES: Final = (
    '<circle cx="11" cy="13" r="1.7"/><circle cx="21" cy="13" r="1.7"/>',
    '<circle cx="11" cy="13" r="1.7"/><path d="M19 13h4" {line}/>',
    '<path d="M9 13.5q2-2.6 4 0M19 13.5q2-2.6 4 0" {line}/>',
    '<path d="M9 12.5q2 2.6 4 0M19 12.5q2 2.6 4 0" {line}/>',
    '<circle cx="11" cy="12.6" r="2.3"/><circle cx="21" cy="13.2" r="1.4"/>',
    '<g {line}><circle cx="11.5" cy="13" r="3.2"/><circle cx="20.5" cy="13" r="3.2"/><path d="M14.7 13h2.6"/></g>',
)
_MOUTHS: Final = (
    '<path d="M11 20q5 4.6 10 0" {line}/>',
    '<path d="M12 21h8" {line}/>',
    '<path d="M12.5 20.5q4 3 7.5-1" {line}/>',
    '<path d="M11.5 19.5h9q-.6 5-4.5 5t-4.5-5z"/>',
    '<circle cx="16" cy="21.4" r="2.1"/>',
    '<path d="M12 20q4 3.6 8 0M15 21.6v1.4q1 1.4 2 0v-1.4" {line}/>',
)
_MARKS: Final = (
    "",
    '<path d="M5.6 9.6q10.4-9 20.8 0" {white}/>',
    '<circle cx="7.6" cy="18.4" r="2.2" {cheek}/><circle cx="24.4" cy="18.4" r="2.2" {cheek}/>',
    '<path d="M8.6 9.2q2.4-1.8 4.8-.4M18.6 8.8q2.4-1.4 4.8.4" {line}/>',
    '<path d="M23.6 3.8l1.1 2.5 2.5 1.1-2.5 1.1-1.1 2.5-1.1-2.5L20 7.4l2.5-1.1z" {cheek}/>',
    '<path d="M7 17.6h.01M9 19.4h.01M25 17.6h.01M23 19.4h.01" {white}/>',
)
_PICTURE: Final = (
    '<img class="avatar-picture" src="{}" alt="" width="{}" height="{}" loading="lazy" referrerpolicy="no-referrer">'
)
_LINE: Final = f'fill="none" stroke="{_INK}" stroke-width="1.7" stroke-linecap="round"'
_CHEEK: Final = 'fill="#fff" fill-opacity=".7"'
_WHITE: Final = 'fill="none" stroke="#fff" stroke-opacity=".75" stroke-width="1.6" stroke-linecap="round"'


def draw_avatar(distinct_id: str, *, url: str = "", size: int = 32) -> SafeString:
    """A face of `size` pixels; over it the picture at `url`, so that a broken one does no harm."""
    picture = format_html(_PICTURE, url, size, size) if url else ""
    return format_html('<span class="avatar">{}{}</span>', _draw_face(distinct_id, size), picture)


def _draw_face(distinct_id: str, size: int) -> SafeString:
    dice = sha256(distinct_id.encode("utf-8", "replace")).digest()
    parts = tuple(shapes[dice[n + 1] % len(shapes)] for n, shapes in enumerate((_MARKS, _EYES, _MOUTHS)))
    features = format_html_join("", "{}", ((_shape(part),) for part in parts))
    # A slight tilt, at most 9 degrees, keeps rows of faces lively.
    return format_html(
        '<svg class="avatar-face" viewBox="0 0 32 32" width="{}" height="{}" aria-hidden="true" focusable="false">'
        '<circle cx="16" cy="16" r="16" fill="{}"/><g fill="{}" transform="rotate({} 16 16)">{}</g></svg>',
        size, size, _COLOURS[dice[0] % len(_COLOURS)], _INK, dice[4] % 19 - 9, features,
    )  # fmt: skip


def _shape(part: str) -> SafeString:
    """One of the constants above with its pens filled in; nothing in it comes from outside."""
    return mark_safe(part.replace("{line}", _LINE).replace("{white}", _WHITE).replace("{cheek}", _CHEEK))  # noqa: S308
