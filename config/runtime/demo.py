"""Loading the demo data beside a web process that already serves.

The web process decides, before it takes the first request, whether there is anybody yet; the
process `demo` loads. A note in the data folder goes between them. It also makes a load that was
killed start again, which is harmless: the demo data is the same each time.
"""

from pathlib import Path

from django.core.management import call_command

from config.runtime.leftovers import wait_until

_WANTED = "wanted"
_DONE = "done"
_LEFT_OUT = "left out: there were profiles already"
# The web process decides within seconds; with a database that is long in coming, the next start
# loads the data.
_PATIENCE_SECONDS = 600.0


def decide_demo(data_dir: Path) -> None:
    """Note whether the demo data is wanted: once, and only where nobody is in the database."""
    note = _note(data_dir)
    if not note.exists():
        note.parent.mkdir(parents=True, exist_ok=True)
        _write(note, _LEFT_OUT if _is_anybody_there() else _WANTED)


def load_demo(data_dir: Path) -> None:
    """Load the demo data where it is wanted."""
    note = _note(data_dir)
    wait_until(note.exists, _PATIENCE_SECONDS)
    if not note.exists() or note.read_text() != _WANTED:
        return
    print("Loading the demo data.", flush=True)
    call_command("demo")
    _write(note, _DONE)


def _note(data_dir: Path) -> Path:
    return data_dir / "demo" / "state"


def _is_anybody_there() -> bool:
    from profiles_app.models import Profile

    return Profile.objects.exists()


def _write(note: Path, text: str) -> None:
    draft = note.with_suffix(".new")
    draft.write_text(text)
    draft.replace(note)
