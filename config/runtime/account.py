"""The account that the embedded PostgreSQL runs as.

PostgreSQL refuses to run as root. Started by root, it therefore runs as the owner of its data,
or as `nobody`. That account often cannot pass the folders above the checkout or the data (/root
is closed to it). Opening those folders is not ours to do, so the server gets the one capability
that lets it pass: reading and searching any folder. It may be able to read more than its account
could, and no more than the root that started it.
"""

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from config.runtime.binaries import PostgresPrograms
from config.runtime.problem import RuntimeProblem

# Tried in this order. Containers often lack the first and have the second.
_CAPABILITIES = ("", "dac_read_search", "dac_override")

# PostgreSQL's programs see nothing else of our environment: PGDATA, PGPORT and their like would
# change what they do.
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C"}

# A fast shutdown: open transactions are rolled back and everything is written.
DEATH_SIGNAL = "INT"


@dataclass(frozen=True)
class Account:
    """Who runs the server. `switch` is false where that is who we are already."""

    uid: int
    gid: int
    switch: bool
    capability: str = ""

    def wrap(self, command: Sequence[object]) -> list[str]:
        """`command` as this account, to be told DEATH_SIGNAL when the process that starts it dies."""
        return [
            *("setpriv", "--pdeathsig", DEATH_SIGNAL),
            *(self._switching() if self.switch else ()),
            "--",
            *map(str, command),
        ]

    def _switching(self) -> list[str]:
        options = ["--reuid", str(self.uid), "--regid", str(self.gid), "--clear-groups"]
        if self.capability:
            options += ["--inh-caps", f"+{self.capability}", "--ambient-caps", f"+{self.capability}"]
            # access(2), by which PostgreSQL looks for its own programs, else forgets capabilities.
            options += ["--securebits", "+no_setuid_fixup"]
        return options


def choose_account(folder: Path, *, cluster: Path) -> Account:
    """The account for a server whose cluster lies in `cluster` and other files in `folder`'s tree.

    Capabilities are not chosen here: see `with_access`.
    """
    if os.geteuid() != 0:
        _check_ownership(cluster)
        return Account(uid=os.geteuid(), gid=os.getegid(), switch=False)
    for path in (cluster, folder):
        if path.exists() and (status := path.stat()).st_uid != 0:
            return Account(uid=status.st_uid, gid=status.st_gid, switch=True)
    nobody = pwd.getpwnam("nobody")
    return Account(uid=nobody.pw_uid, gid=nobody.pw_gid, switch=True)


def with_access(account: Account, *, folder: Path, programs: PostgresPrograms) -> Account:
    """`account` with the capability it needs to reach `folder` and `programs`, found by trying.

    Raises `RuntimeProblem` where none helps.
    """
    complaint = ""
    for capability in _CAPABILITIES if account.switch else _CAPABILITIES[:1]:
        candidate = replace(account, capability=capability)
        complaint = _try_access(candidate, folder, programs)
        if not complaint:
            return candidate
    raise RuntimeProblem(
        f"The embedded PostgreSQL cannot run as {_name(account)} in {folder}: {complaint}. "
        "Move the checkout and ROSTER_DATA_DIR to a folder that this account can pass, such as "
        "/srv/roster, or set DATABASE_URL to a PostgreSQL of your own."
    )


def _try_access(account: Account, folder: Path, programs: PostgresPrograms) -> str:
    """What goes wrong when the account enters the folder and starts the programs; empty: nothing."""
    # --show makes nothing: initdb looks for its companions, says what it would do and ends.
    script = 'cd "$1" && "$2" --show --pgdata "$1/data"'
    shell = ["/bin/sh", "-c", script, "sh", folder, programs.initdb]
    try:
        trial = subprocess.run(
            account.wrap(shell), capture_output=True, text=True, env=ENVIRONMENT, cwd="/", check=False
        )
    except FileNotFoundError:
        raise RuntimeProblem(
            "`setpriv` is missing. It belongs to util-linux: install that package, "
            "or set DATABASE_URL to a PostgreSQL of your own."
        ) from None
    complaint = trial.stderr.strip().split("\n", 1)[0]
    return "" if trial.returncode == 0 else complaint or f"exit code {trial.returncode}"


def _check_ownership(cluster: Path) -> None:
    if cluster.exists() and cluster.stat().st_uid != os.geteuid():
        raise RuntimeProblem(
            f"{cluster} belongs to another account. Start Roster as root or as the account that "
            "made it, or choose another ROSTER_DATA_DIR."
        )


def _name(account: Account) -> str:
    try:
        return pwd.getpwuid(account.uid).pw_name
    except KeyError:
        return f"user {account.uid}"
