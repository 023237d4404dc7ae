"""Dockerfile, docker-compose.yml and .env.example against the code: no container engine needed."""

import re
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.urls import resolve

from config import environment
from config.processes import PROCESSES
from config.runtime.folders import CHECKOUT

OURS = ("web", "worker", "beat")
DEFAULTS = {variable.name: variable.default for variable in environment.VARIABLES}
ONLY_COMPOSE = {"POSTGRES_PASSWORD"}


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    compose: dict[str, Any] = yaml.safe_load((CHECKOUT / "docker-compose.yml").read_text())
    return dict(compose["services"])


@pytest.fixture(scope="module")
def dockerfile() -> list[tuple[str, str]]:
    """The instructions and their arguments, lines joined."""
    text = (CHECKOUT / "Dockerfile").read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in lines)]


def find_all(dockerfile: list[tuple[str, str]], instruction: str) -> list[str]:
    return [rest for word, rest in dockerfile if word == instruction]


def find_environment(dockerfile: list[tuple[str, str]]) -> dict[str, str]:
    pairs = " ".join(find_all(dockerfile, "ENV")).split()
    return dict(pair.split("=", 1) for pair in pairs)


def test_the_services_are_those_of_the_design(services: dict[str, Any]) -> None:
    assert set(services) == {*OURS, "postgres", "redis"}


@pytest.mark.parametrize("name", OURS)
def test_a_service_runs_the_entry_point_of_its_name(services: dict[str, Any], name: str) -> None:
    assert services[name]["command"] == [name]
    assert name in PROCESSES


def test_the_entry_point_takes_the_command(dockerfile: list[tuple[str, str]]) -> None:
    assert find_all(dockerfile, "ENTRYPOINT") == ['["python", "-m", "config.processes"]']
    assert find_all(dockerfile, "CMD") == ['["web"]']


@pytest.mark.parametrize("name", OURS)
def test_variables_are_declared_and_their_defaults_are_the_codes(services: dict[str, Any], name: str) -> None:
    for variable, text in services[name]["environment"].items():
        assert variable in DEFAULTS
        if match := re.fullmatch(r"\$\{(\w+):-(.*)\}", text):
            assert match.groups() == (variable, DEFAULTS[variable])


@pytest.mark.parametrize("name", OURS)
def test_addresses_lead_to_the_other_services(services: dict[str, Any], name: str) -> None:
    variables = services[name]["environment"]
    url = re.sub(r"\$\{[^}]*\}", "secret", variables["DATABASE_URL"])
    database = environment.parse_database_url(url)
    postgres = services["postgres"]["environment"]

    assert database["HOST"] in services
    assert (database["USER"], database["NAME"]) == (postgres["POSTGRES_USER"], postgres["POSTGRES_DB"])
    assert variables["REDIS_URL"].startswith("redis://redis:6379/")
    assert set(services[name]["depends_on"]) == {"postgres", "redis"}


def test_the_published_port_is_the_one_that_is_listened_on(
    services: dict[str, Any], dockerfile: list[tuple[str, str]]
) -> None:
    port = find_environment(dockerfile)["PORT"]
    assert find_all(dockerfile, "EXPOSE") == [port]
    assert services["web"]["ports"] == [f"127.0.0.1:${{PORT:-{DEFAULTS['PORT']}}}:{port}"]
    assert "PORT" not in services["web"]["environment"]


def test_the_health_check_asks_an_address_that_exists(
    services: dict[str, Any], dockerfile: list[tuple[str, str]]
) -> None:
    (url,) = re.findall(r"http://127\.0\.0\.1:(\d+)(/\w+)", services["web"]["healthcheck"]["test"][-1])
    assert url[0] == find_environment(dockerfile)["PORT"]
    assert resolve(url[1]).url_name == "healthz"


@pytest.mark.parametrize("name", ["web", "worker", "postgres", "redis"])
def test_services_that_others_wait_for_are_checked(services: dict[str, Any], name: str) -> None:
    assert {"test", "interval", "timeout", "retries"} <= set(services[name]["healthcheck"])


def test_data_outlives_the_containers(services: dict[str, Any], dockerfile: list[tuple[str, str]]) -> None:
    folder = find_environment(dockerfile)["ROSTER_DATA_DIR"]
    assert find_all(dockerfile, "VOLUME") == [folder]
    for name in OURS:
        assert services[name]["volumes"] == [f"data:{folder}"]
    declared = set(yaml.safe_load((CHECKOUT / "docker-compose.yml").read_text())["volumes"])
    used = {volume.split(":")[0] for service in services.values() for volume in service["volumes"]}
    assert used == declared


def test_the_containers_account_is_not_root(dockerfile: list[tuple[str, str]]) -> None:
    (user,) = find_all(dockerfile, "USER")
    assert int(user) > 0
    instructions = [word for word, _ in dockerfile]
    assert instructions.index("USER") < instructions.index("ENTRYPOINT")


def test_the_image_sets_only_declared_variables(dockerfile: list[tuple[str, str]]) -> None:
    own = {name for name in find_environment(dockerfile) if not name.startswith(("PYTHON", "PIP_"))}
    assert own <= set(DEFAULTS)


def test_the_images_python_is_new_enough(dockerfile: list[tuple[str, str]]) -> None:
    (image,) = find_all(dockerfile, "FROM")
    match = re.match(r"python:3\.(\d+)-slim", image)
    assert match
    assert int(match[1]) >= 11


def test_what_the_image_copies_is_there_and_not_ignored(dockerfile: list[tuple[str, str]]) -> None:
    ignored = (CHECKOUT / ".dockerignore").read_text().split()
    sources = [source for rest in find_all(dockerfile, "COPY") for source in rest.split()[:-1] if source != "."]
    for source in [*sources, "config", "manage.py", "templates", "static", "profiles_app"]:
        assert (CHECKOUT / source).exists()
        assert not any(fnmatch(source, pattern) for pattern in ignored)


def test_secrets_stay_out_of_the_image() -> None:
    ignored = (CHECKOUT / ".dockerignore").read_text().split()
    assert {".env", "var", ".git", ".venv"} <= set(ignored)


def test_the_example_names_every_variable_with_its_default() -> None:
    lines = read_assignments(CHECKOUT / ".env.example")
    assert {name: text for name, text in lines.items() if name not in ONLY_COMPOSE} == DEFAULTS
    assert set(lines) - set(DEFAULTS) == ONLY_COMPOSE


def test_what_compose_asks_for_is_in_the_example() -> None:
    asked = set(re.findall(r"\$\{(\w+)", (CHECKOUT / "docker-compose.yml").read_text()))
    assert asked <= set(read_assignments(CHECKOUT / ".env.example"))


@pytest.mark.parametrize("name", sorted({*DEFAULTS, *ONLY_COMPOSE}))
def test_the_documentation_explains_every_variable(name: str) -> None:
    assert f"`{name}`" in (CHECKOUT / "docs" / "configuration.md").read_text()


def read_assignments(path: Path) -> dict[str, str]:
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)
