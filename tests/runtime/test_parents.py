"""A forked child ends with its parent, whatever it is doing."""

import os
import select
import signal
import subprocess
import sys

import pytest
from celery import signals

import config.celery
from config.runtime.folders import CHECKOUT

# A parent that forks a child and names it; the child is busy and deaf to polite signals.
PARENT = """
import os, signal, threading
from config.runtime import parents

def fork():
    parent = os.getpid()
    if os.fork() == 0:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        {tie}
        print(os.getpid(), flush=True)
        while True:
            sum(range(100))

{start}
signal.pause()
"""
MAIN = "fork()"
THREAD = "threading.Thread(target=fork).start()"


@pytest.mark.parametrize(
    ("tie", "start"),
    [
        ("parents.die_with_parent(parent)", MAIN),
        ("parents.watch_parent()", MAIN),
        ("parents.watch_parent()", THREAD),
    ],
)
def test_a_child_ends_with_its_killed_parent(tie: str, start: str) -> None:
    command = [sys.executable, "-W", "ignore", "-c", PARENT.format(tie=tie, start=start)]
    with subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = os.pidfd_open(int(parent.stdout.readline()))
        parent.kill()
        ended, _, _ = select.select([child], [], [], 10)
        if not ended:
            signal.pidfd_send_signal(child, signal.SIGKILL)
        os.close(child)
    assert ended


def test_a_child_of_a_parent_that_has_gone_ends_at_once() -> None:
    command = [sys.executable, "-c", "from config.runtime import parents; parents.die_with_parent(1 << 22)"]
    assert subprocess.run(command, cwd=CHECKOUT, check=False).returncode == -signal.SIGKILL


def test_the_processes_for_tasks_watch_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[bool] = []
    monkeypatch.setattr(config.celery, "watch_parent", lambda: calls.append(True))
    signals.worker_process_init.send(sender=None)
    assert calls == [True]
