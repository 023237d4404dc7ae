"""Children that end with their parent, even one that was killed with -9.

A web worker left alone would keep the port, a task left alone would go on beside its repetition.
Programs that we start get the same from `setpriv --pdeathsig`; these two are for forks.
"""

import ctypes
import os
import select
import signal
import threading

_PR_SET_PDEATHSIG = 1


def die_with_parent(parent: int) -> None:
    """Let the kernel kill this process when `parent`, which forked it, is gone.

    The kernel takes the thread that forked for the parent: only for forks of a main thread.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    # It may have gone before we asked.
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


def watch_parent() -> None:
    """Kill this process when its parent is gone, whichever thread of the parent forked it."""
    parent = os.getppid()
    descriptor = os.pidfd_open(parent)
    threading.Thread(target=_outlive, args=(parent, descriptor), name="watch parent", daemon=True).start()


def _outlive(parent: int, descriptor: int) -> None:
    # The number may have been given to another process between the two calls of `watch_parent`.
    if os.getppid() == parent:
        select.select([descriptor], [], [])
    os.kill(os.getpid(), signal.SIGKILL)
