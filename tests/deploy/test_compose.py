"""docker-compose.yml: what can be held against it without starting anything."""

import ast
import json
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from compose_spec import PyCompose

from tests.deploy import compose
from tests.deploy.compose import ROOT

OURS = {"migrate", "web", "worker-io", "worker-face", "beat"}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return compose.load()


def test_it_is_valid_compose(document):
    plain = {name: part for name, part in document.items() if not name.startswith("x-")}
    assert set(PyCompose.from_json(json.dumps(plain)).service_names()) == OURS | {"postgres", "redis"}


@pytest.mark.parametrize("name", sorted(compose.required_variables(compose.source())))
def test_it_refuses_to_start_without(name):
    given = dict.fromkeys(compose.required_variables(compose.source()) - {name}, "given")
    with pytest.raises(compose.MissingVariable, match=name):
        compose.interpolate(compose.source(), given)


def test_no_secret_is_written_down(document):
    for service in document["services"].values():
        for name, value in service["environment"].items():
            if re.search(r"KEY|SECRET|TOKEN|PASSWORD", name):
                assert value in {"given", ""}, f"{name} must come from outside: ${{{name}:?}}"


def test_commands_exist_in_the_environment(document):
    scripts = Path(sys.executable).parent
    for name in OURS:
        first = document["services"][name]["command"][0]
        assert shutil.which(first, path=str(scripts)), f"{name}: {first} is not installed by requirements/prod.txt"


def test_every_variable_that_the_settings_need_is_given(document):
    read = [call for path in ("base", "sources", "production") for call in calls_of_env(path)]
    needed = {name for name, has_default in read if not has_default}
    passed = set(document["services"]["web"]["environment"]) - {"DJANGO_SETTINGS_MODULE"}
    assert needed - passed == set(), "settings need these, docker-compose.yml does not give them"
    assert passed - {name for name, _ in read} == set(), "docker-compose.yml gives these, no setting reads them"


def calls_of_env(settings_module: str) -> Iterator[tuple[str, bool]]:
    """The variables that a settings file reads, and whether it has a default for them."""
    for node in ast.walk(ast.parse((ROOT / "perlinsos" / "settings" / f"{settings_module}.py").read_text())):
        if isinstance(node, ast.Call) and re.fullmatch(r"env\.\w+", ast.unparse(node.func)):
            first = node.args[0]
            if isinstance(first, ast.Constant):
                yield str(first.value), len(node.args) > 1


def test_every_queue_has_exactly_one_kind_of_worker(document, settings):
    listened = [
        queue
        for service in document["services"].values()
        if "-Q" in (command := service["command"])
        for queue in command[command.index("-Q") + 1].split(",")
    ]
    routed = {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()} | {settings.CELERY_TASK_DEFAULT_QUEUE}
    assert sorted(listened) == sorted(routed)


def test_services_are_confined(document):
    for name, service in document["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        user = service["user"].split(":")[0]
        assert user.isdigit(), name
        assert user != "0", name


def test_servers_cannot_be_reached_from_outside(document):
    for name in ("postgres", "redis"):
        assert "ports" not in document["services"][name]
        assert document["services"][name]["networks"] == ["inside"]
    assert document["networks"]["inside"] == {"internal": True}
    assert document["services"]["web"]["ports"] == ["127.0.0.1:8000:8000"]


def test_everything_that_stays_has_a_health_check(document):
    for name, service in document["services"].items():
        if name == "migrate":
            assert service["healthcheck"] == {"disable": True}
        else:
            assert service["healthcheck"]["test"], name
            assert service["restart"] == "unless-stopped", name


def test_python_in_health_checks_compiles(document):
    for name in ("web", "beat"):
        command = document["services"][name]["healthcheck"]["test"]
        assert command[:3] == ["CMD", "python", "-c"]
        compile(command[3], name, "exec")


def test_nothing_starts_before_the_tables_are_there(document):
    for name in OURS - {"migrate"}:
        assert document["services"][name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
