"""Which cohorts there are for somebody, and what uses them."""

from dataclasses import dataclass
from typing import Final

from django.db.models import BooleanField, Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.functions import Lower

from cohorts_app.models import Cohort
from profiles_app.errors import NotFound
from profiles_app.filters.leaves import LARGEST_ID
from profiles_app.models import Membership, Project, Role
from profiles_app.selectors.access import Access

# Keys of this name stand in a filter document at leaves about cohorts, and nowhere else.
_USES: Final = "jsonb_path_exists(definition, '$.**.cohort ? (@ == $number)', jsonb_build_object('number', %s::bigint))"


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who reads or changes the cohorts of a project. `user_id` None: a script with the project's credentials,
    which may do with shared cohorts what admins may."""

    project: Project
    user_id: int | None
    is_admin: bool

    def may_change(self, cohort: Cohort) -> bool:
        """Those of others are changed by admins alone."""
        return self.is_admin or cohort.created_by_id == self.user_id


def actor_of(access: Access) -> Actor:
    """Somebody who is signed in."""
    return Actor(project=access.project, user_id=access.user_id, is_admin=access.is_admin)


def list_cohorts(project_id: int, *, user_id: int | None) -> QuerySet[Cohort]:
    """The cohorts that somebody may see and use, by name: those that are shared, their own, and for admins
    those of makers who left the project."""
    found = Cohort.objects.filter(project_id=project_id).select_related("created_by", "group_key")
    return found.filter(_visible_to(user_id)).order_by(Lower("name"), "id")


def _visible_to(user_id: int | None) -> Q:
    shared = Q(is_private=False)
    if user_id is None:
        return shared
    here = Membership.objects.filter(project=OuterRef("project"))
    left = ~Exists(here.filter(user=OuterRef("created_by")))
    is_admin = Exists(here.filter(user_id=user_id, role=Role.ADMIN))
    return shared | Q(created_by_id=user_id) | (Q(left) & Q(is_admin))


def get_cohort(actor: Actor, cohort_id: int) -> Cohort:
    """Raises `NotFound`, also for one of another project and for the private one of somebody else."""
    known = list_cohorts(actor.project.pk, user_id=actor.user_id)
    found = known.filter(pk=cohort_id).first() if 0 < cohort_id <= LARGEST_ID else None
    if found is None:
        raise NotFound("This cohort does not exist, or was deleted.")
    return found


def list_users_of(cohort: Cohort) -> QuerySet[Cohort]:
    """The cohorts whose own filter names this one, whoever may see them, by name."""
    uses = RawSQL(_USES, [cohort.pk], output_field=BooleanField())  # noqa: S611 - the number is a parameter
    others = Cohort.objects.filter(project_id=cohort.project_id, definition__isnull=False).exclude(pk=cohort.pk)
    return others.alias(uses=uses).filter(uses=True).order_by(Lower("name"), "id")
