"""The typeface, served from the package that it comes in."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import font_hanken_grotesk
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage, Storage

FOLDER = Path(font_hanken_grotesk.font_directory)
PREFIX = "fonts"


class FontStorage(FileSystemStorage):
    """The package's files; `prefix` is the folder that they appear in below /static/."""

    prefix = PREFIX


class FontFinder(BaseFinder):
    """Finds `fonts/HankenGrotesk-Regular.otf` and its siblings."""

    def __init__(self, app_names: Any = None, *args: Any, **kwargs: Any) -> None:
        self.storage = FontStorage(location=FOLDER)
        super().__init__(*args, **kwargs)

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        folder, _, name = path.partition("/")
        found = FOLDER / name
        known = folder == PREFIX and found.suffix == ".otf" and found.parent == FOLDER and found.is_file()
        if not known:
            return []
        return [str(found)] if find_all else str(found)

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterable[tuple[str, Storage]]:
        for file in sorted(FOLDER.glob("*.otf")):
            yield file.name, self.storage
