"""How the filter language finds cohorts."""

from functools import partial
from typing import Final

from cohorts_app.models import Cohort
from cohorts_app.selectors.cohorts import list_cohorts
from cohorts_app.selectors.members import read_list
from profiles_app.filters import cohorts
from profiles_app.filters.cohorts import CohortMissing, Members, Scope
from profiles_app.filters.parse import parse_filter
from profiles_app.filters.tree import Filter, Population

_EVERYBODY: Final = Filter(Population.ALL)


class ProjectCohorts:
    """The cohorts of one project, kind of group and person, each read once: for one query, not longer."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._found: dict[int, cohorts.Cohort] = {}

    def find(self, cohort_id: int) -> cohorts.Cohort:
        """Raises `CohortMissing`; `BadFilter` for a definition that cannot be read."""
        if cohort_id not in self._found:
            self._found[cohort_id] = self._read(cohort_id)
        return self._found[cohort_id]

    def list_names(self) -> list[tuple[int, str]]:
        """By name."""
        found = list_cohorts(self._scope.project_id, user_id=self._scope.user_id)
        return list(found.filter(group_key_id=self._scope.group_key_id).values_list("pk", "name"))

    def _read(self, cohort_id: int) -> cohorts.Cohort:
        # Of another project, or private, is as good as deleted: nobody learns that it exists.
        row = list_cohorts(self._scope.project_id, user_id=self._scope.user_id).filter(pk=cohort_id).first()
        if row is None:
            raise CohortMissing("does not exist, or was deleted")
        if row.group_key_id != self._scope.group_key_id:
            about = "users" if row.group_key_id is None else "another kind of group"
            raise CohortMissing(f"(“{row.name}”) is about {about}")
        return as_filter(row)


def as_filter(row: Cohort) -> cohorts.Cohort:
    """A cohort as filters use it. Raises `BadFilter`."""
    if row.is_static:
        listed = Members(key=f"{row.pk}:{row.revision}", read=partial(read_list, row.pk, row.revision))
        return cohorts.Cohort(id=row.pk, name=row.name, filter=_EVERYBODY, members=listed)
    return cohorts.Cohort(id=row.pk, name=row.name, filter=parse_filter(row.definition))
