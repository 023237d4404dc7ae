"""What runs is what `make run` and the image install: a package of the tools would be missing.

Two looks: the imports that our sources name, and those that happen, in packages too, when every
process is loaded with all other distributions out of reach.
"""

import ast
import json
import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from config.runtime.folders import CHECKOUT

OURS = ("config", "profiles_app", "cohorts_app", "imports_app", "scripts")
# What the processes of an installation load; `make run` adds the supervisor.
LOADED = (
    "celery.apps.beat",
    "celery.apps.worker",
    "celery.bin.celery",
    "celery.concurrency.prefork",
    "config.celery",
    "config.processes",
    "config.web_server",
    "config.wsgi",
    "gunicorn.app.wsgiapp",
    "gunicorn.workers.gthread",
)
ONLY_RUN = ("config.runtime.watch", "supervisor.supervisord")

# Imports with the modules of all distributions but the allowed ones out of reach.
IMPORT = """
import importlib, json, sys
hidden, modules = map(json.loads, sys.argv[1:])

class Hide:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in hidden:
            raise ModuleNotFoundError(f"{name} is not installed by this set of requirements", name=name)

sys.meta_path.insert(0, Hide())
for module in modules:
    importlib.import_module(module)

from celery import current_app
from django.core.cache import caches
from django.urls import get_resolver

current_app.loader.import_default_modules()
transport = current_app.connection_for_write().transport
print(type(transport).__module__, type(caches["default"]._cache).__module__, len(get_resolver().url_patterns) > 0)
"""


def resolve(extras: list[str]) -> set[str]:
    """The distributions that such an installation has, indirect ones included."""
    command = [sys.executable, "-I", "scripts/requirements.py", *extras]
    printed = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout
    wanted = list(map(Requirement, printed.splitlines()))
    seen: set[tuple[str, str]] = set()
    while wanted:
        requirement = wanted.pop()
        name = canonicalize_name(requirement.name)
        for extra in {"", *requirement.extras} - {extra for found, extra in seen if found == name}:
            seen.add((name, extra))
            lines = map(Requirement, metadata.requires(name) or [])
            wanted += [line for line in lines if not line.marker or line.marker.evaluate({"extra": extra})]
    return {name for name, _ in seen}


def list_owners() -> dict[str, set[str]]:
    """The installed distributions that bring each top-level module."""
    pairs = metadata.packages_distributions().items()
    return {module: {canonicalize_name(name) for name in names} for module, names in pairs}


@pytest.mark.parametrize("package", OURS)
def test_every_import_is_installed_by_make_run(package: str) -> None:
    installed, owners = resolve(["embedded"]), list_owners()
    for path in (CHECKOUT / package).rglob("*.py"):
        for module in list_imports(path) - set(sys.stdlib_module_names) - set(OURS):
            assert owners.get(module, set()) & installed, f"{path} imports {module}, which is a tool's or missing"


@pytest.mark.parametrize("extras", [["embedded"], []], ids=["make run", "image"])
@pytest.mark.parametrize(
    ("redis_url", "expected"),
    [
        ("", "kombu.transport.filesystem collections True"),
        ("redis://127.0.0.1:6379/0", "kombu.transport.redis django.core.cache.backends.redis True"),
    ],
    ids=["files", "redis"],
)
def test_the_processes_load_with_nothing_else_installed(
    extras: list[str], redis_url: str, expected: str, tmp_path: Path
) -> None:
    installed = resolve(extras)
    hidden = [module for module, owners in list_owners().items() if not owners & installed]
    modules = [*LOADED, *(ONLY_RUN if extras else ())]
    loaded = subprocess.run(
        [sys.executable, "-c", IMPORT, json.dumps(hidden), json.dumps(modules)],
        cwd=CHECKOUT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"}
        | {"ROSTER_DATA_DIR": str(tmp_path), "REDIS_URL": redis_url, "DATABASE_URL": "postgresql:///roster"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (loaded.stdout.strip(), loaded.stderr) == (expected, "")


def list_imports(path: Path) -> set[str]:
    """The top-level names of all absolute imports, late ones included."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names
