"""The columns that somebody chose."""

from profiles_app.models import ColumnChoice, GroupKey, Project


def get_column_choice(project: Project, *, group_key: GroupKey | None, user_id: int) -> tuple[str, ...] | None:
    """The properties in their order; None where this person has not chosen."""
    choices = ColumnChoice.objects.filter(project=project, group_key=group_key, user_id=user_id)
    names = choices.values_list("names", flat=True).first()
    return None if names is None else tuple(names)
