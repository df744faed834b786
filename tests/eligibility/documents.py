"""The shipped rule documents and a small one, as data, for tests of rules and decisions."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import yaml

from eligibility.rules.document import RuleDocument, parse
from eligibility.rules.evaluate import FactValue

RULESETS = Path(__file__).resolve().parents[2] / "eligibility" / "rulesets"
UMK = {"minimum_wage": 2_810_139}  # UMK Banyuwangi 2025

POOR_FAMILY: dict[str, int | bool] = {
    "dukcapil.family_size": 4,
    "dukcapil.children_0_6": 1,
    "dukcapil.elderly_60": 0,
    "dukcapil.head_alive": True,
    "dtsen.decile": 2,
    "pln.power_va": 900,
    "samsat.cars": 0,
    "samsat.motorcycles": 1,
    "bpn.land_m2": 120,
    "bpjs_tk.highest_wage": 0,
    "bkn.asn": 0,
    "bkn.tni_polri": 0,
    "bkn.pensioners": 0,
    "dapodik.pupils_sd": 1,
    "dapodik.pupils_smp": 0,
    "dapodik.pupils_sma": 0,
    "citizen.pregnant": 0,
    "citizen.severe_disability": 0,
}
SMALL: dict[str, Any] = {
    "programme": {"code": "uji", "name": "Program Uji"},
    "version": "2026-1",
    "valid": {"from": "2026-01-01", "until": None},
    "sources": ["Keputusan rekaan"],
    "parameters": {"power_limit_va": {"unit": "VA", "default": 1300, "regional": True}},
    "criteria": [
        {
            "id": "power",
            "test": {"fact": "pln.power_va", "le": {"parameter": "power_limit_va"}},
            "legal": "Pasal 1",
            "text": {
                "id": {"rule": "Paling besar {limit}.", "known": "Tercatat {value}.", "unknown": "Belum diketahui."},
                "en": {"rule": "At most {limit}.", "known": "Recorded: {value}.", "unknown": "Not known."},
            },
        }
    ],
    "amount": {"flat": {"rupiah_per_year": 1_200_000, "text": {"id": "Tunai", "en": "Cash"}}},
    "need": {"fact": "dtsen.decile", "scale": 1000, "base": 0, "eased_by": []},
}


def data(name: str) -> dict[str, Any]:
    """The shipped document `pkh-2026-1` or `sembako-2026-1`, as loaded from its file."""
    loaded: dict[str, Any] = yaml.safe_load((RULESETS / f"{name}.yaml").read_text())
    return loaded


def small(**changes: Any) -> dict[str, Any]:
    return {**deepcopy(SMALL), **changes}


def pkh(**changes: Any) -> RuleDocument:
    return parse({**data("pkh-2026-1"), **changes})


def sembako() -> RuleDocument:
    return parse(data("sembako-2026-1"))


def family(**changes: int | bool | None) -> dict[str, FactValue]:
    """Facts of a family that fits both programmes; `pln__power_va=2200` changes one, None removes it."""
    values: dict[str, Any] = {**POOR_FAMILY, **{name.replace("__", "."): value for name, value in changes.items()}}
    return {
        name: FactValue(value, id=number, source=name.partition(".")[0], as_of="2026-01-15")
        for number, (name, value) in enumerate(values.items(), start=1)
        if value is not None
    }
