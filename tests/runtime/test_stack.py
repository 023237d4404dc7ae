"""The processes together: killed, restarted, stopped."""

import base64
import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.processes import WORKER_NICENESS
from config.runtime.folders import CHECKOUT
from tests.runtime.stack import Stack, find_free_port, run_environment
from tests.waiting import wait_for

pytestmark = [pytest.mark.stack, pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def shared_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    data_dir = tmp_path_factory.mktemp("stack")
    (data_dir / "run" / "tmp" / "of an earlier run").mkdir(parents=True)
    stack = Stack(data_dir, variables={"TMPDIR": str(tmp_path_factory.mktemp("system"))})
    yield stack
    stack.stop()


@pytest.fixture
def stack(shared_stack: Stack) -> Stack:
    """The shared run, healthy, whatever an earlier test did to it."""
    return shared_stack.wait_until_healthy()


def try_to_run(data_dir: Path, port: int) -> subprocess.CompletedProcess[str]:
    """A run that is expected to end by itself at once."""
    return subprocess.run(
        [sys.executable, "-m", "config.processes", "run"],
        cwd=CHECKOUT,
        env=run_environment(data_dir, port),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("name", ["postgres", "web", "worker", "beat", "watch"])
def test_a_killed_process_is_said_and_restarted(stack: Stack, name: str) -> None:
    killed = wait_for(lambda: stack.find_process(name), what=f"{name} runs")
    said = stack.printed.count(f"{name} died and is started again.")

    os.kill(killed, signal.SIGKILL)

    wait_for(lambda: stack.find_process(name) not in {0, killed}, what=f"{name} runs again")
    wait_for(lambda: stack.printed.count(f"{name} died and is started again.") > said, what=f"{name} is said")
    assert stack.wait_until_healthy().find_process(name) != killed


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_a_process_that_ends_well_but_unasked_is_said_and_restarted(stack: Stack, name: str) -> None:
    ended = wait_for(lambda: stack.find_process(name), what=f"{name} runs")
    said = stack.printed.count(f"{name} died and is started again.")

    os.kill(ended, signal.SIGTERM)

    wait_for(lambda: stack.printed.count(f"{name} died and is started again.") > said, what=f"{name} is said")
    assert stack.wait_until_healthy().find_process(name) != ended


def test_temporary_files_are_under_the_data_folder(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> None:
    assert list(tmp_path_factory.getbasetemp().glob("system*/*")) == []
    assert not (stack.folder.temporary / "of an earlier run").exists()
    environment = Path(f"/proc/{stack.find_process('worker')}/environ").read_bytes().split(b"\0")
    assert f"TMPDIR={stack.folder.temporary}".encode() in environment


def test_health_tells_that_the_database_is_away(stack: Stack) -> None:
    supervisor = stack.find_supervisor()
    os.kill(supervisor, signal.SIGSTOP)  # so that it restarts nothing for a moment
    try:
        os.kill(stack.find_process("postgres"), signal.SIGKILL)
        body = wait_for(lambda: read_complaint(stack), what="503")
    finally:
        os.kill(supervisor, signal.SIGCONT)

    assert body == {"status": "failing", "web": "up", "database": "down", "worker": "down"}
    assert stack.wait_until_healthy().health()[1]["database"] == "up"


def read_complaint(stack: Stack) -> dict[str, str]:
    """The body of /healthz where it says that something is down."""
    status, body = stack.health()
    return body if status == 503 else {}


def test_a_second_run_says_where_the_first_is(stack: Stack) -> None:
    second = try_to_run(stack.data_dir, find_free_port())

    assert second.returncode == 1
    assert f"Roster already runs on {stack.data_dir} (process {stack.process.pid}, {stack.url})" in second.stderr
    assert stack.health()[0] == 200


def test_a_port_in_use_is_said_before_anything_starts(stack: Stack, tmp_path: Path) -> None:
    other = try_to_run(tmp_path / "new", stack.port)

    assert other.returncode == 1
    assert f"Port {stack.port} is already in use." in other.stderr
    assert not (tmp_path / "new").exists()


def test_the_address_and_the_admin_are_printed(stack: Stack) -> None:
    assert f"Roster is ready at {stack.url}" in stack.printed
    assert "admin@example.com" in stack.printed


def test_pages_come_before_tasks(stack: Stack) -> None:
    # 19 is the most. One that was just started again waits for the database first.
    wanted = min(19, _niceness(stack, "web") + WORKER_NICENESS)
    wait_for(lambda: _niceness(stack, "worker") == wanted, seconds=60, what="the worker is nice")


def _niceness(stack: Stack, name: str) -> int:
    return os.getpriority(os.PRIO_PROCESS, wait_for(lambda: stack.find_process(name), what=f"{name} runs"))


def test_nothing_listens_but_the_web_port(stack: Stack) -> None:
    """No TCP port of PostgreSQL, of the supervisor or of the worker."""
    processes = _descendants(stack.process.pid)
    assert {stack.find_supervisor(), stack.find_process("worker")} <= set(processes)
    assert {port for pid in processes for port in _listening_ports(pid)} == {stack.port}


def test_kills_of_the_supervisor_and_of_the_run_leave_nothing(tmp_path: Path) -> None:
    first = Stack(tmp_path).wait_until_healthy()
    os.kill(first.find_supervisor(), signal.SIGKILL)
    assert first.wait_until_over() == 1
    assert "the supervisor ended by itself (signal SIGKILL)" in first.printed

    second = Stack(tmp_path, first.port).wait_until_healthy()
    second.process.kill()
    third = Stack(tmp_path, first.port)  # at once, while the children of the second still stop
    wait_for(lambda: "Roster is ready" in third.printed, seconds=120, what="third is ready")
    third.wait_until_healthy()
    assert second.reap() == -signal.SIGKILL

    third.process.send_signal(signal.SIGTERM)
    assert third.wait_until_over() == 0
    assert third.printed.rstrip().endswith("Stopped.")
    assert not (tmp_path / "postgres" / "data" / "postmaster.pid").exists()


def test_a_stop_after_questions_says_nothing_else(tmp_path: Path) -> None:
    stack = Stack(tmp_path, variables={"ROSTER_PROJECT_SECRET": "the-secret"}).wait_until_healthy()
    credentials = base64.b64encode(b"the-secret:").decode()
    request = urllib.request.Request(f"{stack.url}/api/v1/profiles", headers={"Authorization": f"Basic {credentials}"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        assert json.load(answer)["results"] == []
    assert stack.stop() == 0
    assert "leaked" not in stack.printed
    assert stack.printed.rstrip().endswith("Stopped.")


def test_a_process_that_cannot_stay_up_ends_the_run(tmp_path: Path) -> None:
    (tmp_path / "beat").write_text("in the way of beat's folder")
    stack = Stack(tmp_path)

    assert stack.wait_until_over() == 1
    assert "Stopped: beat died again and again." in stack.printed
    assert "FileExistsError" in stack.printed


def _descendants(pid: int) -> list[int]:
    """The process and all below it that have not ended meanwhile, as a backend of PostgreSQL may."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(found for child in children for found in _descendants(int(child)))]


def _listening_ports(pid: int) -> set[int]:
    """TCP ports on which the process listens, by /proc/net/tcp; none once it has ended."""
    try:
        inodes = {_read_inode(entry) for entry in os.scandir(f"/proc/{pid}/fd")}
        tables = [Path(f"/proc/{pid}/net/{name}").read_text() for name in ("tcp", "tcp6")]
    except OSError:
        return set()
    rows = [line.split() for table in tables for line in table.splitlines()]
    return {int(row[1].rpartition(":")[2], 16) for row in rows if row[3] == "0A" and row[9] in inodes}


def _read_inode(descriptor: os.DirEntry[str]) -> str:
    """What "socket:[123]" names; nothing for a descriptor that was closed meanwhile."""
    try:
        return os.readlink(descriptor.path)[8:-1]
    except FileNotFoundError:
        return ""
