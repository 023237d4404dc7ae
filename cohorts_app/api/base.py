"""What the addresses about cohorts have in common."""

from cohorts_app.models import Cohort
from cohorts_app.selectors.cohorts import Actor, get_cohort
from profiles_app.api.views import ProjectView
from profiles_app.models import User
from profiles_app.selectors.access import get_access


class CohortView(ProjectView):
    """An address about cohorts."""

    @property
    def actor(self) -> Actor:
        """Who asks; a script may do what admins may."""
        if self.user_id is None:
            return Actor(project=self.project, user_id=None, is_admin=True)
        assert isinstance(self.request.user, User)
        access = get_access(self.request.user, self.project.pk)
        return Actor(project=self.project, user_id=access.user_id, is_admin=access.is_admin)

    def find(self, cohort_id: int) -> Cohort:
        """Raises `NotFound`."""
        return get_cohort(self.actor, cohort_id)
