"""Where the files of an import stand, below ROSTER_DATA_DIR/imports/<project>/<import>."""

import shutil
from pathlib import Path

from django.conf import settings

from imports_app.models import Import


def get_folder(job: Import) -> Path:
    """The folder of an import; it may not exist any more."""
    return Path(settings.IMPORTS["folder"]) / str(job.project_id) / job.nonce


def get_upload(job: Import) -> Path:
    """The file as it was uploaded."""
    return get_folder(job) / "upload"


def remove_files(job: Import) -> None:
    """For an import that needs none of them any more."""
    shutil.rmtree(get_folder(job), ignore_errors=True)
