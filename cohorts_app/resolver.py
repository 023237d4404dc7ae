"""How the filter language finds cohorts."""

from cohorts_app.models import Cohort
from profiles_app.filters import cohorts
from profiles_app.filters.cohorts import CohortMissing, Scope
from profiles_app.filters.parse import parse_filter


class ProjectCohorts:
    """The cohorts of one project and kind of group, each read once: for one query, not longer."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._found: dict[int, cohorts.Cohort] = {}

    def find(self, cohort_id: int) -> cohorts.Cohort:
        """Raises `CohortMissing`; `BadFilter` for a definition that cannot be read."""
        if cohort_id not in self._found:
            self._found[cohort_id] = self._read(cohort_id)
        return self._found[cohort_id]

    def _read(self, cohort_id: int) -> cohorts.Cohort:
        # Of another project is as good as deleted: nobody learns that it exists.
        row = Cohort.objects.filter(project_id=self._scope.project_id, pk=cohort_id).first()
        if row is None:
            raise CohortMissing("does not exist, or was deleted")
        if row.group_key_id != self._scope.group_key_id:
            about = "users" if row.group_key_id is None else "another kind of group"
            raise CohortMissing(f"(“{row.name}”) is about {about}")
        return cohorts.Cohort(id=row.pk, name=row.name, filter=parse_filter(row.definition))
