"""The kinds of groups that a project knows.

Deleting one meets records that arrive for it. Both take rows in the same order: groups by their id,
then names of properties, then (deleting only) the columnar segments, the group key last (the ingestion
when it commits: the foreign keys of its new rows are checked then). So they wait for each other in one
direction. Whoever comes second is refused by a foreign key: deleting is tried again with the groups
that came meanwhile.
"""

from typing import Final

from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import Count

from profiles_app.columnar.manifest import forget_group_key
from profiles_app.errors import BadInput, Unavailable
from profiles_app.models import GroupKey, Profile, Project

_TRIES: Final = 5


def add_group_key(project: Project, *, key: str, label: str) -> GroupKey:
    """A new kind of group. Raises `BadInput` where the key is in use."""
    try:
        with transaction.atomic():
            return GroupKey.objects.create(project=project, key=key, label=label)
    except IntegrityError:
        raise BadInput(f"The project has a group key {key} already.") from None


def rename_group_key(group_key: GroupKey, *, label: str) -> None:
    """A new label; the key that SDKs send stays."""
    group_key.label = label
    group_key.save(update_fields=["label"])


def count_groups(project: Project) -> dict[int, int]:
    """How many groups there are of each kind, by the number of the group key."""
    groups = Profile.objects.filter(project=project, group_key__isnull=False, deleted_at=None)
    rows = groups.values_list("group_key_id").annotate(number=Count("*")).order_by()
    return {key: number for key, number in rows if key is not None}


def delete_group_key(group_key: GroupKey) -> int:
    """The group key goes, with its groups and the names of their properties, all or nothing; events
    stay as they are. Returns how many groups went. Raises `Unavailable` when records for it arrive
    so fast that no moment is left."""
    for _ in range(_TRIES):
        try:
            with transaction.atomic():
                return _delete(group_key)
        except (IntegrityError, OperationalError):
            continue
    raise Unavailable(f"Groups of {group_key.key} are arriving at this moment. Stop what sends them, then try again.")


_LOCK_GROUPS: Final = """
SELECT id FROM profiles_app_profile WHERE project_id = %(project)s AND group_key_id = %(key)s
ORDER BY distinct_id COLLATE "C" FOR UPDATE
"""
_DELETE_EDITS: Final = """
DELETE FROM profiles_app_profileedit WHERE project_id = %(project)s AND profile_id IN
    (SELECT id FROM profiles_app_profile WHERE project_id = %(project)s AND group_key_id = %(key)s)
"""
_DELETE_GROUPS: Final = """
WITH gone AS (
    DELETE FROM profiles_app_profile WHERE project_id = %(project)s AND group_key_id = %(key)s RETURNING deleted_at
)
SELECT count(*) FROM gone WHERE deleted_at IS NULL
"""
_LOCK_NAMES: Final = """
SELECT id FROM profiles_app_propertydefinition WHERE project_id = %(project)s AND group_key_id = %(key)s
ORDER BY name FOR UPDATE
"""
_DELETE_NAMES: Final = """
DELETE FROM profiles_app_propertydefinition WHERE project_id = %(project)s AND group_key_id = %(key)s
"""
_DELETE_COLUMNS: Final = """
DELETE FROM profiles_app_columnchoice WHERE project_id = %(project)s AND group_key_id = %(key)s
"""
_DELETE_VIEWS: Final = """
DELETE FROM profiles_app_savedview WHERE project_id = %(project)s AND group_key_id = %(key)s
"""
_DELETE_KEY: Final = "DELETE FROM profiles_app_groupkey WHERE project_id = %(project)s AND id = %(key)s"


def _delete(group_key: GroupKey) -> int:
    this = {"project": group_key.project_id, "key": group_key.pk}
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_GROUPS, this)
        cursor.execute(_DELETE_EDITS, this)
        cursor.execute(_DELETE_GROUPS, this)
        (number,) = cursor.fetchone() or (0,)
        cursor.execute(_LOCK_NAMES, this)
        cursor.execute(_DELETE_NAMES, this)
        forget_group_key(group_key)
        cursor.execute(_DELETE_COLUMNS, this)
        cursor.execute(_DELETE_VIEWS, this)
        cursor.execute(_DELETE_KEY, this)
    return int(number)
