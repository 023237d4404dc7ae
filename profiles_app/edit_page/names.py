"""Names of properties to choose from while one is typed."""

from dataclasses import dataclass
from typing import Final

from django.http import HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from profiles_app.display.labels import label_property
from profiles_app.display.special import EXPLANATIONS
from profiles_app.display.values import icon_of
from profiles_app.http.doors import MemberRequest, admin_page
from profiles_app.ingest.typed import RESERVED_NAMES
from profiles_app.models import GroupKey, Project, Scope
from profiles_app.models.catalog import Kind
from profiles_app.people.frame import render_fragment
from profiles_app.selectors.access import Access, get_optional_group_key
from profiles_app.selectors.names import list_properties

_MOST: Final = 8
_LOOKED_AT: Final = 100
# The kind that is offered for a property, where it has had several.
_BY_RANK: Final = (
    (Kind.LIST, "list"),
    (Kind.DATE, "date"),
    (Kind.NUMBER, "number"),
    (Kind.BOOLEAN, "boolean"),
    (Kind.OBJECT, "object"),
)


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """`shown`: the label with what was typed marked."""

    name: str
    shown: SafeString
    kind: str
    explanation: str

    @property
    def icon(self) -> str:
        return icon_of(self.kind)


@admin_page
def names(request: MemberRequest, access: Access, group_key_id: int | None = None) -> HttpResponse:
    """The options under the field `name`: properties that contain what is typed, and the text itself."""
    typed = request.GET.get("name", "").replace("\0", "")[:255]
    group_key = get_optional_group_key(access.project, group_key_id)
    suggestions = suggest_names(access.project, group_key, typed.strip())
    literal = "" if typed in RESERVED_NAMES or any(found.name == typed for found in suggestions) else typed.strip()
    context = {"suggestions": suggestions, "literal": literal}
    return render_fragment(request, "edit/_names.html", access, context)


def suggest_names(project: Project, group_key: GroupKey | None, typed: str) -> list[Suggestion]:
    """At most eight: names that begin with what is typed first, then those of the catalog before others."""
    found, _ = list_properties(
        project, scope=Scope.PROFILE, group_key=group_key, search=typed, after="", limit=_LOOKED_AT
    )
    kinds = {entry.name: _choose_kind(Kind(entry.kinds)) for entry in found if not entry.hidden}
    special = {name: "text" for name in EXPLANATIONS if _contains(name, typed)}
    choices = {name: kind for name, kind in (special | kinds).items() if name not in RESERVED_NAMES}
    ordered = sorted(choices, key=lambda name: (not _begins(name, typed), name not in kinds, name.lower(), name))
    return [
        Suggestion(
            name=name,
            shown=_mark(label_property(name), typed),
            kind=choices[name],
            explanation=EXPLANATIONS.get(name, ""),
        )
        for name in ordered[:_MOST]
    ]


def _choose_kind(kinds: Kind) -> str:
    return next((name for kind, name in _BY_RANK if kinds & kind), "text")


def _contains(name: str, typed: str) -> bool:
    return typed.lower() in name.lower() or typed.lower() in label_property(name).lower()


def _begins(name: str, typed: str) -> bool:
    return name.lstrip("$").lower().startswith(typed.lstrip("$").lower()) or label_property(name).lower().startswith(
        typed.lower()
    )


def _mark(label: str, typed: str) -> SafeString:
    at = label.lower().find(typed.lower()) if typed else -1
    if at < 0 or len(label.lower()) != len(label):
        return format_html("{}", label)
    end = at + len(typed)
    return format_html("{}<mark>{}</mark>{}", label[:at], label[at:end], label[end:])
