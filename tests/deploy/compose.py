"""Reading docker-compose.yml as an engine would, as far as that goes without one."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?:(?P<operator>:?[-?])(?P<word>[^}]*))?\}")


class MissingVariable(Exception):
    pass


def interpolate(text: str, given: Mapping[str, str]) -> str:
    """`${NAME}`, `${NAME:-default}` and `${NAME:?message}` as the Compose specification says; `$$` is left alone."""

    def value(match: re.Match[str]) -> str:
        name, operator = match["name"], match["operator"] or ""
        found = given.get(name)
        if found or (found == "" and not operator.startswith(":")):
            return found or ""
        if operator.endswith("?"):
            raise MissingVariable(name)
        return match["word"] if operator.endswith("-") else ""

    return VARIABLE.sub(value, text)


def required_variables(text: str) -> set[str]:
    return {match["name"] for match in VARIABLE.finditer(text) if (match["operator"] or "").endswith("?")}


def source() -> str:
    """Without comment lines: an engine interpolates values, not comments."""
    lines = (ROOT / "docker-compose.yml").read_text().splitlines()
    return "\n".join(line for line in lines if not line.lstrip().startswith("#"))


def load() -> dict[str, Any]:
    """The file with anchors merged and every required variable given."""
    text = source()
    document: dict[str, Any] = yaml.safe_load(interpolate(text, dict.fromkeys(required_variables(text), "given")))
    return document
