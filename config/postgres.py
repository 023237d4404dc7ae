"""Where the embedded PostgreSQL lives and how to reach it.

Read by the settings in every process, so it does no more than name paths. `config.runtime` holds
what makes, starts and stops the server.
"""

import hashlib
import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

DATABASE = "roster"
USER = "roster"
# Names the socket file only: the server listens on no TCP port.
PORT = "5432"

# sockaddr_un holds 108 bytes on Linux, the last of them a NUL.
LONGEST_SOCKET_PATH = 107


class SocketFolderProblem(Exception):
    """The short name of the socket folder belongs to somebody else. The message says what to do."""


@dataclass(frozen=True)
class PostgresFolders:
    """The folders of one embedded server, all below `root`."""

    root: Path

    @property
    def cluster(self) -> Path:
        """PostgreSQL's own data directory."""
        return self.root / "data"

    @property
    def socket(self) -> Path:
        """The folder of the socket file; its mode keeps everyone else out."""
        return self.root / "socket"


def postgres_folders(data_dir: Path) -> PostgresFolders:
    """The folders of the embedded server under the data folder."""
    return PostgresFolders(data_dir / "postgres")


def connection_settings(data_dir: Path) -> dict[str, str]:
    """Django's NAME, USER, PASSWORD, HOST and PORT of the embedded server.

    HOST is a folder, which libpq takes as "the socket in it". Raises `SocketFolderProblem`.
    """
    return {
        "NAME": DATABASE,
        "USER": USER,
        "PASSWORD": "",
        "HOST": str(reachable_socket_folder(data_dir)),
        "PORT": PORT,
    }


def reachable_socket_folder(data_dir: Path) -> Path:
    """The socket folder under a name short enough for a socket address.

    A deep data folder gets a symbolic link in the temp folder that points to its socket folder.
    """
    folder = postgres_folders(data_dir).socket
    if len(os.fsencode(folder / f".s.PGSQL.{PORT}")) <= LONGEST_SOCKET_PATH:
        return folder
    return _link_to(folder)


def _link_to(folder: Path) -> Path:
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    link = Path(tempfile.gettempdir()) / f"roster-{os.geteuid()}-{digest}"
    try:
        link.symlink_to(folder)
    except FileExistsError:
        _check_link(link, folder)
    return link


def _check_link(link: Path, folder: Path) -> None:
    # The temp folder is open to everyone: a link put there by another user could lead to a
    # server of theirs.
    status = link.lstat()
    ours = stat.S_ISLNK(status.st_mode) and status.st_uid in {0, os.geteuid()}
    if not ours or link.readlink() != folder:
        raise SocketFolderProblem(
            f"{link} is in the way: it should be a link to {folder}, made by this user. "
            "Remove it, or choose a shorter ROSTER_DATA_DIR."
        )
