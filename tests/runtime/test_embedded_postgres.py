"""The embedded server: made once and whole, alone on its socket, up again after any kill."""

import os
import signal
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from config.postgres import SocketFolderProblem, connection_settings, postgres_folders, reachable_socket_folder
from config.runtime.leftovers import list_processes, stop_leftovers
from config.runtime.server import EmbeddedPostgres, answers
from tests.waiting import wait_for

pytestmark = pytest.mark.timeout(120)

SETTINGS = {"fsync": "off", "shared_buffers": "32MB"}


def connect(data_dir: Path) -> "psycopg.Connection[tuple[object, ...]]":
    settings = connection_settings(data_dir)
    return psycopg.connect(
        host=settings["HOST"], port=settings["PORT"], user=settings["USER"], dbname=settings["NAME"], autocommit=True
    )


@pytest.fixture(scope="module")
def shared_data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cluster for the module: making one costs most of a second."""
    return tmp_path_factory.mktemp("postgres")


@pytest.fixture
def server(shared_data_dir: Path) -> Iterator[EmbeddedPostgres]:
    with EmbeddedPostgres(shared_data_dir, SETTINGS) as server:
        yield server


def test_the_database_is_utf8_sorted_by_code_point_with_checksums(server: EmbeddedPostgres) -> None:
    with connect(server.data_dir) as connection:
        row = connection.execute(
            "SELECT pg_encoding_to_char(encoding), datlocprovider, datlocale, current_setting('data_checksums'),"
            " lower('ÄÖ'), 'Z' < 'b', current_setting('timezone')"
            " FROM pg_database WHERE datname = current_database()"
        ).fetchone()
    assert row == ("UTF8", "b", "C.UTF-8", "on", "äö", True, "UTC")


def test_only_the_socket_in_a_closed_folder_leads_in(server: EmbeddedPostgres) -> None:
    with connect(server.data_dir) as connection:
        row = connection.execute("SELECT current_setting('listen_addresses')").fetchone()
    folders = postgres_folders(server.data_dir)

    assert row == ("",)
    assert [path.name for path in folders.socket.iterdir() if path.is_socket()] == [".s.PGSQL.5432"]
    for folder in (folders.root, folders.socket, folders.cluster):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_it_never_runs_as_root(server: EmbeddedPostgres) -> None:
    accounts = set()
    for pid in list_processes(postgres_folders(server.data_dir).cluster):
        with suppress(FileNotFoundError):  # A process may end while we look.
            accounts.add(Path(f"/proc/{pid}").stat().st_uid)
    assert accounts
    assert 0 not in accounts


def test_it_comes_back_after_a_kill_though_a_backend_is_busy(shared_data_dir: Path) -> None:
    cluster = postgres_folders(shared_data_dir).cluster
    first = EmbeddedPostgres(shared_data_dir, SETTINGS).start()
    assert first.process is not None
    with connect(shared_data_dir) as connection:
        connection.execute("DROP TABLE IF EXISTS kept")
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
        (busy,) = connection.execute("SELECT pg_backend_pid()").fetchone() or (0,)
        # Stopped, it cannot notice that its postmaster is gone, like one deep in a computation.
        os.kill(int(str(busy)), signal.SIGSTOP)
        first.process.kill()
        first.process.wait()
        wait_for(lambda: list_processes(cluster) == [busy], what="only the busy backend is left")

        with EmbeddedPostgres(shared_data_dir, SETTINGS), connect(shared_data_dir) as again:
            assert again.execute("SELECT one FROM kept").fetchone() == (1,)
    assert list_processes(cluster) == []


def test_a_number_of_another_program_in_postmaster_pid_is_no_obstacle(shared_data_dir: Path) -> None:
    cluster = postgres_folders(shared_data_dir).cluster
    with EmbeddedPostgres(shared_data_dir, SETTINGS):
        content = (cluster / "postmaster.pid").read_text()
    # What a container finds after a hard stop: our own number, given to somebody else.
    (cluster / "postmaster.pid").write_text(content.replace(content.split("\n", 1)[0], str(os.getppid()), 1))

    with EmbeddedPostgres(shared_data_dir, SETTINGS):
        assert answers(shared_data_dir)


def test_leftovers_end_politely(shared_data_dir: Path) -> None:
    server = EmbeddedPostgres(shared_data_dir, SETTINGS).start()
    assert server.process is not None

    stop_leftovers(postgres_folders(shared_data_dir).cluster)

    assert server.process.wait(timeout=10) == 0  # a fast shutdown, not a crash
    assert not answers(shared_data_dir)


def test_a_killed_initdb_leaves_nothing_in_the_way(tmp_path: Path) -> None:
    folders = postgres_folders(tmp_path)
    half_made = folders.root / "data.new-0123abcd"
    (half_made / "base").mkdir(parents=True)

    with EmbeddedPostgres(tmp_path, SETTINGS):
        assert answers(tmp_path)

    assert not half_made.exists()
    assert sorted(path.name for path in folders.root.iterdir()) == ["data", "socket"]


def test_a_deep_data_folder_is_reached_by_a_short_link(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = tmp_path / ("d" * 100)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    with EmbeddedPostgres(deep, SETTINGS):
        with connect(deep) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        link = reachable_socket_folder(deep)

    assert link.parent == tmp_path
    assert link.readlink() == postgres_folders(deep).socket


def test_a_link_to_elsewhere_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = tmp_path / ("d" * 100)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    link = reachable_socket_folder(deep)
    link.unlink()
    link.symlink_to(tmp_path / "elsewhere")

    with pytest.raises(SocketFolderProblem, match=str(link)):
        reachable_socket_folder(deep)
