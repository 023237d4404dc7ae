"""Filters that are too long for an address."""

from profiles_app.models import Project, StoredFilter
from profiles_app.selectors.stored_filters import digest_of


def store_filter(project: Project, where: dict[str, object]) -> str:
    """Keeps a filter's condition under its digest, which is returned; the same one is kept once."""
    digest = digest_of(where)
    StoredFilter.objects.get_or_create(project=project, digest=digest, defaults={"where": where})
    return digest
