"""What `make` promises, as far as it can be seen without installing anything."""

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from config.runtime.folders import CHECKOUT

PYPROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())


def test_help_names_every_target_that_people_call() -> None:
    shown = subprocess.run(["make"], cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout
    assert set(re.findall(r"^make (\w+)", shown, re.MULTILINE)) >= {"run", "test", "check", "bench", "fmt"}


def test_an_old_python_is_refused_with_a_sentence(tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.9.2 && exit 0\nexit 1\n')
    old.chmod(0o755)
    script = tmp_path / "copy" / "scripts" / "install.sh"
    script.parent.mkdir(parents=True)
    script.write_text((CHECKOUT / "scripts" / "install.sh").read_text())

    refused = subprocess.run(
        ["bash", script, "run"],
        env={**os.environ, "PYTHON": str(old)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert refused.returncode == 1
    assert f"PYTHON={old} is not Python 3.11 or newer." in refused.stderr
    assert not (tmp_path / "copy" / ".venv").exists()


@pytest.mark.parametrize("extra", [None, "embedded", "dev"])
def test_every_requirement_is_pinned(extra: str | None) -> None:
    project = PYPROJECT["project"]
    wanted = project["optional-dependencies"][extra] if extra else project["dependencies"]
    pinned = {normalize(line.partition("==")[0]): line for line in (CHECKOUT / "constraints.txt").read_text().split()}
    for requirement in wanted:
        name = normalize(re.split(r"[=\[<>~! ]", requirement)[0])
        assert name in pinned, f"{requirement} is not in constraints.txt: make lock"
        if "==" in requirement:
            assert pinned[name].partition("==")[2] == requirement.partition("==")[2]


def test_pins_name_no_registry() -> None:
    assert re.fullmatch(r"([\w.-]+==[\w.+!-]+\n)+", (CHECKOUT / "constraints.txt").read_text())


def normalize(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
