"""Where the processes put temporary files."""

from pathlib import Path

import pytest

from config.postgres import connection_settings, postgres_folders
from config.runtime.folders import RunFolder
from config.runtime.start import choose_temp_folder


def test_it_is_below_the_data_folder() -> None:
    assert choose_temp_folder(RunFolder(Path("/srv/roster"))) == {"TMPDIR": "/srv/roster/run/tmp"}


@pytest.mark.parametrize(("length", "below"), [(59, True), (60, False)])
def test_a_deep_data_folder_leaves_it_to_the_system(length: int, below: bool) -> None:
    assert bool(choose_temp_folder(RunFolder(Path("/" + "d" * (length - 1))))) is below


@pytest.mark.parametrize("length", range(40, 100))
def test_where_the_database_needs_a_link_it_is_the_systems(
    length: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    data_dir = Path("/" + "d" * (length - 1))
    needs_link = connection_settings(data_dir)["HOST"] != str(postgres_folders(data_dir).socket)
    assert not (needs_link and choose_temp_folder(RunFolder(data_dir)))
