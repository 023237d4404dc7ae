"""What uses a cohort, and stops working when it is deleted: other cohorts, and saved views of tables."""

from collections import defaultdict
from collections.abc import Collection, Iterator

from django.db.models import Q
from django.http import QueryDict

from cohorts_app.models import Cohort
from cohorts_app.selectors.cohorts import list_cohorts, list_users_of
from profiles_app.errors import BadInput
from profiles_app.filters.parse import parse_filter
from profiles_app.filters.tree import CohortLeaf, walk
from profiles_app.models import Project, SavedView
from profiles_app.users_page.state import read_document


def describe_uses(project: Project, cohorts: Collection[Cohort], *, user_id: int | None) -> dict[int, list[str]]:
    """In words, by the numbers of the cohorts: other cohorts than these, and views. What others keep private is
    counted."""
    visible = set(list_cohorts(project.pk, user_id=user_id).values_list("pk", flat=True))
    going = {cohort.pk for cohort in cohorts}
    views = _find_views(project)
    found = {}
    for cohort in cohorts:
        users = [user for user in list_users_of(cohort) if user.pk not in going]
        words = [f"the cohort “{user.name}”" for user in users if user.pk in visible]
        words += _count_hidden(sum(user.pk not in visible for user in users), "cohort")
        shown = [view for view in views[cohort.pk] if view.shared or view.owner_id == user_id]
        words += [f"the view “{view.name}”" for view in shown]
        words += _count_hidden(len(views[cohort.pk]) - len(shown), "view")
        found[cohort.pk] = words
    return found


def _count_hidden(number: int, what: str) -> list[str]:
    if not number:
        return []
    return [f"a private {what} of somebody else" if number == 1 else f"{number} private {what}s of others"]


def _find_views(project: Project) -> defaultdict[int, list[SavedView]]:
    """The views by the numbers of the cohorts that their filters name, each by name."""
    found: defaultdict[int, list[SavedView]] = defaultdict(list)
    # A filter that is too long for an address stands elsewhere, and its sign is a tilde.
    named = Q(query__contains="cohort") | Q(query__contains="filter=~")
    for view in SavedView.objects.filter(named, project=project).order_by("name", "pk"):
        for number in set(_list_cohorts(view, project)):
            found[number].append(view)
    return found


def _list_cohorts(view: SavedView, project: Project) -> Iterator[int]:
    try:
        tree = parse_filter(read_document(QueryDict(view.query).get("filter", ""), project))
    except BadInput:
        # Its filter has a fault already.
        return
    for _, leaf in walk(tree.where):
        if isinstance(leaf, CohortLeaf):
            yield leaf.cohort
