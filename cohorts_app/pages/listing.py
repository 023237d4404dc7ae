"""The page of all cohorts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

import django_filters
from django.core.paginator import Paginator
from django.db.models import F, QuerySet
from django.db.models.functions import Lower
from django.http import HttpResponse, QueryDict

from cohorts_app.models import Cohort, Kind
from cohorts_app.pages.addresses import address_of_cohorts, address_of_members
from cohorts_app.pages.charts import Chart, draw_sizes
from cohorts_app.selectors.cohorts import Actor, actor_of, list_cohorts
from cohorts_app.selectors.sizes import list_recent
from profiles_app.http.doors import MemberRequest, member_page
from profiles_app.models import User
from profiles_app.people.frame import is_part, render_fragment, render_page
from profiles_app.selectors.access import Access

_SORTS: Final = {
    "name": Lower("name").asc(),
    "-name": Lower("name").desc(),
    "size": F("size").asc(nulls_last=True),
    "-size": F("size").desc(nulls_last=True),
    "updated": F("updated_at").asc(),
    "-updated": F("updated_at").desc(),
    "maker": Lower("created_by__email").asc(nulls_last=True),
    "-maker": Lower("created_by__email").desc(nulls_last=True),
}
_HEADINGS: Final = (("name", "Name"), ("size", "Size"), ("maker", "Created by"), ("updated", "Updated"))
_DEFAULT_SORT: Final = "name"
_LINE: Final = (120, 32)
PAGE_SIZE: Final = 50


class CohortFilter(django_filters.FilterSet):  # type: ignore[misc]
    """What the list is narrowed by."""

    search = django_filters.CharFilter(field_name="name", lookup_expr="icontains")
    maker = django_filters.ModelChoiceFilter(
        field_name="created_by", queryset=User.objects.none(), label="Created by", empty_label="Anyone"
    )
    kind = django_filters.ChoiceFilter(choices=Kind.choices, label="Kind", empty_label="Any kind")
    verified = django_filters.ChoiceFilter(
        field_name="is_verified",
        choices=(("1", "Verified"), ("0", "Not verified")),
        label="Verified",
        empty_label="Any",
    )

    class Meta:
        model = Cohort
        fields = ["search", "maker", "kind", "verified"]


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the table. `url` is the cohort's page, below which are those that change it."""

    cohort: Cohort
    url: str
    chart: Chart | None
    may_change: bool
    open_url: str


@dataclass(frozen=True, kw_only=True)
class Heading:
    """The head of a column: `sorted` is '', 'ascending' or 'descending'; `url` sorts, or turns around."""

    label: str
    sorted: str
    url: str


@member_page
def cohorts(request: MemberRequest, access: Access) -> HttpResponse:
    """All that this person may use, with the sizes that were recorded; for htmx the table alone."""
    actor = actor_of(access)
    everything = list_cohorts(access.project.pk, user_id=access.user_id)
    narrowed = _narrow(request.GET, everything)
    sort = request.GET.get("sort", "")
    found = Paginator(_sort(narrowed.qs if narrowed.is_valid() else everything, sort), PAGE_SIZE)
    page = found.get_page(request.GET.get("page"))
    rows = _list_rows(actor, list(page))
    context = {
        "here": "cohorts",
        "rows": rows,
        "any_to_choose": any(row.may_change for row in rows),
        "page": page,
        "previous_url": _turn(request.GET, page=page.previous_page_number()) if page.has_previous() else "",
        "next_url": _turn(request.GET, page=page.next_page_number()) if page.has_next() else "",
        "headings": _list_headings(request.GET, sort or _DEFAULT_SORT),
        "narrowed": narrowed,
        "is_narrowed": any(request.GET.get(name) for name in CohortFilter.Meta.fields),
        "any_cohorts": bool(found.count) or everything.exists(),
        "sort": sort,
    }
    if is_part(request):
        return render_fragment(request, "cohorts/_results.html", access, context)
    return render_page(request, "cohorts/list.html", access, context)


def _narrow(params: QueryDict, everything: QuerySet[Cohort]) -> CohortFilter:
    narrowed = CohortFilter(params, queryset=everything)
    makers = User.objects.filter(pk__in=everything.order_by().values("created_by")).order_by("email")
    narrowed.filters["maker"].field.queryset = makers
    return narrowed


def _sort(found: QuerySet[Cohort], sort: str) -> QuerySet[Cohort]:
    return found.order_by(_SORTS.get(sort, _SORTS[_DEFAULT_SORT]), Lower("name"), "pk")


def _list_rows(actor: Actor, found: Sequence[Cohort]) -> list[Row]:
    recent = list_recent(found)
    # Each reversed by itself, the addresses of a long list would take a fifth of the page's time.
    base = address_of_cohorts(actor.project)
    width, height = _LINE
    return [
        Row(
            cohort=cohort,
            url=f"{base}/{cohort.pk}",
            chart=draw_sizes(recent.get(cohort.pk, []), zone=actor.project.zone, width=width, height=height),
            may_change=actor.may_change(cohort),
            open_url=address_of_members(actor.project, cohort),
        )
        for cohort in found
    ]


def _list_headings(params: QueryDict, sort: str) -> list[Heading]:
    return [_make_heading(params, name, label, sort) for name, label in _HEADINGS]


def _make_heading(params: QueryDict, name: str, label: str, sort: str) -> Heading:
    order = {name: "ascending", f"-{name}": "descending"}.get(sort, "")
    return Heading(label=label, sorted=order, url=_turn(params, sort=f"-{name}" if order == "ascending" else name))


def _turn(params: QueryDict, **changes: Any) -> str:
    """The address with other parameters; each leads to the first page, unless it names one."""
    kept = {key: value for key, value in params.items() if value and key != "page"}
    return f"?{urlencode(kept | changes)}"
