"""Remembering which columns somebody wants to see."""

from collections.abc import Sequence

from profiles_app.models import ColumnChoice, GroupKey, Project


def keep_columns(project: Project, *, group_key: GroupKey | None, user_id: int, names: Sequence[str]) -> None:
    """From now on the table shows these to this person; of two at once, the later one's."""
    ColumnChoice.objects.update_or_create(
        project=project, group_key=group_key, user_id=user_id, defaults={"names": list(names)}
    )


def forget_columns(project: Project, *, group_key: GroupKey | None, user_id: int) -> None:
    """The table shows its default columns again."""
    ColumnChoice.objects.filter(project=project, group_key=group_key, user_id=user_id).delete()
