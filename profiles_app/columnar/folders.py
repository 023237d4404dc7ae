"""Where segments live."""

from pathlib import Path

from django.conf import settings


def project_folder(project_id: int) -> Path:
    """The folder of one project's segments; it may not exist yet."""
    return Path(settings.SEGMENTS_DIR) / str(project_id)
