"""Where the files of an import stand, below ROSTER_DATA_DIR/imports/<project>/<import>."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from imports_app.models import Import


def get_folder(job: Import) -> Path:
    """The folder of an import; it may not exist any more."""
    return Path(settings.IMPORTS["folder"]) / str(job.project_id) / job.nonce


def get_upload(job: Import) -> Path:
    """The file as it was uploaded."""
    return get_folder(job) / "upload"


@contextmanager
def fill_folder(folder: Path) -> Iterator[Path]:
    """A new folder to be filled. It takes its place when it is whole, so that a process that dies leaves none
    that is half full."""
    draft = folder.with_suffix(".part")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    yield draft
    shutil.rmtree(folder, ignore_errors=True)
    draft.rename(folder)


def remove_files(job: Import) -> None:
    """For an import that needs none of them any more."""
    shutil.rmtree(get_folder(job), ignore_errors=True)
