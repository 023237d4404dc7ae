"""Whom the embedded server runs as."""

import os
import shutil
from pathlib import Path

import pytest

from config.postgres import PostgresFolders
from config.runtime.account import Account, choose_account, with_access
from config.runtime.binaries import PostgresPrograms, find_programs
from config.runtime.cluster import make_cluster, make_folders
from config.runtime.problem import RuntimeProblem

OWNER = 12345


@pytest.mark.root
def test_root_hands_over_to_nobody(tmp_path: Path) -> None:
    account = choose_account(tmp_path, cluster=tmp_path / "none")
    assert account.switch
    assert account.uid == 65534


@pytest.mark.root
def test_root_hands_over_to_the_owner_of_the_data(tmp_path: Path) -> None:
    os.chown(tmp_path, OWNER, OWNER)
    assert choose_account(tmp_path, cluster=tmp_path / "none") == Account(uid=OWNER, gid=OWNER, switch=True)


@pytest.mark.root
def test_the_owner_of_the_cluster_goes_before_the_owner_of_the_folder(tmp_path: Path) -> None:
    cluster = tmp_path / "cluster"
    cluster.mkdir()
    os.chown(cluster, OWNER, OWNER)
    os.chown(tmp_path, OWNER + 1, OWNER + 1)
    assert choose_account(tmp_path, cluster=cluster).uid == OWNER


@pytest.mark.root
def test_a_closed_parent_folder_is_passed_by_a_capability_and_stays_closed(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    inside = closed / "inside"
    inside.mkdir(parents=True)
    closed.chmod(0o700)
    nobody = choose_account(tmp_path, cluster=tmp_path / "none")

    account = with_access(nobody, folder=inside, programs=find_programs())

    assert account.capability in {"dac_read_search", "dac_override"}
    assert closed.stat().st_mode & 0o777 == 0o700


@pytest.mark.root
def test_programs_and_data_in_a_closed_folder_make_a_whole_cluster(tmp_path: Path) -> None:
    """As in a checkout under /root: initdb asks access(2), which forgets capabilities, for postgres."""
    package = find_programs().initdb.parents[2]
    closed = tmp_path / "closed"
    for name in (f"{package.name}/pginstall18", f"{package.name}.libs"):
        shutil.copytree(package.parent / name, closed / name, copy_function=link_or_copy)
    bin_folder = closed / package.name / "pginstall18" / "bin"
    programs = PostgresPrograms(initdb=bin_folder / "initdb", postgres=bin_folder / "postgres")
    closed.chmod(0o700)
    folders = PostgresFolders(closed / "postgres")

    account = choose_account(closed, cluster=folders.cluster)
    make_folders(folders, account)
    account = with_access(account, folder=folders.root, programs=programs)
    make_cluster(folders, account=account, programs=programs, durable=False)

    assert (folders.cluster / "PG_VERSION").read_text() == "18\n"


def link_or_copy(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system
        shutil.copy2(source, target)


@pytest.mark.root
def test_a_folder_that_cannot_be_reached_is_said(tmp_path: Path) -> None:
    account = choose_account(tmp_path, cluster=tmp_path / "none")
    with pytest.raises(RuntimeProblem, match=r"cannot run as nobody in .*/missing"):
        with_access(account, folder=tmp_path / "missing", programs=find_programs())


def test_the_command_asks_for_a_signal_on_the_parents_death() -> None:
    plain = Account(uid=1000, gid=1000, switch=False).wrap(["postgres", "-D", Path("/data")])
    assert plain == ["setpriv", "--pdeathsig", "INT", "--", "postgres", "-D", "/data"]
