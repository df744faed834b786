"""Reads `data/families.yaml`; an unknown or missing key stops with its name."""

from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True)
class PlannedMember:
    """A person. `pin` opens IKD, `face` names a photograph, the rest is what the sources know."""

    nik: str
    name: str
    sex: str
    birth_place: str
    birth_date: date
    relation: str
    marital: str = "belum_kawin"
    deceased_on: date | None = None
    pin: str = ""
    face: str = ""
    school: str = ""
    wage: dict[str, Any] | None = None
    employment: str = ""
    registers: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class PlannedFamily:
    """A family card; `meters`, `vehicles` and `parcels` are registered to its first member.

    `insurance` is the class at BPJS Kesehatan of all who live: `1`, `2`, `3` or `PBI`; empty for none.
    """

    key: str
    story: str
    expected: str
    kk: str
    village: str
    address: str
    rt: str
    rw: str
    members: list[PlannedMember]
    decile: int | None = None
    insurance: str = ""
    meters: list[dict[str, Any]] = field(default_factory=list)
    vehicles: list[dict[str, Any]] = field(default_factory=list)
    parcels: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Plan:
    """`villages` maps an area code to its name and district, as shown in an address."""

    villages: dict[str, str]
    families: list[PlannedFamily]


@cache
def read(path: Path) -> Plan:
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Plan(villages=raw["villages"], families=[_family(entry) for entry in raw["families"]])


def _family(entry: dict[str, Any]) -> PlannedFamily:
    members = [PlannedMember(**member) for member in entry["members"]]
    return PlannedFamily(**{**entry, "members": members})
