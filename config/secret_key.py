"""The key that signs sessions, for installations that do not set one."""

import os
import secrets
from pathlib import Path


def read_or_make_secret_key(data_dir: Path) -> str:
    """The key kept in `data_dir/secret_key`, made on first use; readable by its owner only.

    Two processes that start together agree: the file is linked into place, and the loser of the
    race reads the winner's.
    """
    path = data_dir / "secret_key"
    if not path.exists():
        _make_secret_key(path)
    return path.read_text().strip()


def _make_secret_key(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"secret_key.{os.getpid()}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(48))
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
