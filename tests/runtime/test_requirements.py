"""What the sources import is what `make run` installs: a package of the tools would be missing."""

import ast
import re
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

from config.runtime.folders import CHECKOUT

OURS = ("config", "profiles_app", "cohorts_app", "imports_app", "scripts")
# Imported by name only where the embedded database or the supervisor runs.
EXTRAS = ("embedded",)


@pytest.fixture(scope="module")
def installed() -> set[str]:
    """The distributions that `make run` installs, indirect ones included."""
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *(line for extra in EXTRAS for line in project["optional-dependencies"][extra])]
    found: set[str] = set()
    while wanted:
        requirement = wanted.pop()
        name = normalize(re.split(r"[=\[<>~! ;(]", requirement)[0])
        if name not in found and "extra ==" not in requirement and is_installed(name):
            found.add(name)
            wanted += metadata.requires(name) or []
    return found


@pytest.mark.parametrize("package", OURS)
def test_every_import_is_installed_by_make_run(package: str, installed: set[str]) -> None:
    distributions = metadata.packages_distributions()
    for path in (CHECKOUT / package).rglob("*.py"):
        for module in list_imports(path) - set(sys.stdlib_module_names) - set(OURS):
            owners = {normalize(name) for name in distributions.get(module, [])}
            assert owners & installed, f"{path} imports {module}, which is a tool's or missing"


def list_imports(path: Path) -> set[str]:
    """The top-level names of all absolute imports, late ones included."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


def is_installed(name: str) -> bool:
    try:
        metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def normalize(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
