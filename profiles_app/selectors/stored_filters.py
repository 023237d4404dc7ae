"""Filters that are too long for an address, by their digest."""

import json
from hashlib import sha256

from profiles_app.errors import BadInput
from profiles_app.models import Project, StoredFilter
from profiles_app.models.filter import DIGEST_LENGTH


def digest_of(where: dict[str, object]) -> str:
    """The same for equal conditions."""
    text = json.dumps(where, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()[:DIGEST_LENGTH]


def get_stored_filter(project: Project, digest: str) -> object:
    """The condition as JSON. Raises `BadInput` for a digest that this project does not have."""
    stored = StoredFilter.objects.filter(project=project, digest=digest[:DIGEST_LENGTH]).first()
    if stored is None:
        raise BadInput("The filter of this address is not kept here. Ask whoever sent the link to build it anew.")
    return stored.where
