"""The rules every engine follows in `./portal bench engine`: PKH with ten criteria, Sembako with eight.

They live here and not in `eligibility/rulesets/` because the peers follow them in code of their own:
a new version of a shipped programme must not make yesterday's figures incomparable.
"""

from typing import Any

from eligibility.rules.document import parse
from eligibility.rules.plan import Plan, plan

SEED = "benih-undian"  # of the lots
PARAMETERS = {"minimum_wage": 2_810_139}
PLACES_PER_MILLE = (100, 170)  # quota of a regency for each programme, of its families

Test = dict[str, Any]


def _fact(fact: str, operator: str, value: Any) -> Test:
    return {"fact": fact, operator: value}


def _any(*tests: Test) -> Test:
    return {"any": list(tests)}


def _all(*tests: Test) -> Test:
    return {"all": list(tests)}


COUNTED = (
    ("dukcapil.children_0_6", 3_000_000, 2),
    ("citizen.pregnant", 3_000_000, 2),
    ("citizen.severe_disability", 2_400_000, 4),
    ("dukcapil.elderly_60", 2_400_000, 4),
    ("dapodik.pupils_sma", 2_000_000, 4),
    ("dapodik.pupils_smp", 1_500_000, 4),
    ("dapodik.pupils_sd", 900_000, 4),
)
EASED_BY = (
    ("citizen.severe_disability", 120, 2),
    ("citizen.pregnant", 60, 2),
    ("dukcapil.elderly_60", 45, 3),
    ("dukcapil.children_0_6", 40, 3),
    ("dapodik.pupils_sd", 15, 3),
    ("dapodik.pupils_smp", 12, 3),
    ("dapodik.pupils_sma", 10, 3),
    ("dukcapil.family_size", 9, 12),
)
COMMON_BARS = {
    "civil-servant": _fact("bkn.asn", "ge", 1),
    "armed-forces": _fact("bkn.tni_polri", "ge", 1),
    "pensioner": _fact("bkn.pensioners", "ge", 1),
    "wage": _fact("bpjs_tk.highest_wage", "gt", {"parameter": "minimum_wage"}),
}
PKH = (
    {
        "decile": _fact("dtsen.decile", "le", 4),
        "component": _any(*(_fact(fact, "ge", 1) for fact, _each, _cap in COUNTED)),
        "head-alive": _fact("dukcapil.head_alive", "eq", True),
        "power": _fact("pln.power_va", "le", {"parameter": "power_limit_va"}),
    },
    {**COMMON_BARS, "car": _fact("samsat.cars", "ge", 1), "land": _fact("bpn.land_m2", "gt", 500)},
)
SEMBAKO = (
    {
        "decile": _fact("dtsen.decile", "between", [1, 5]),
        "head-alive": _fact("dukcapil.head_alive", "eq", True),
        "power": _fact("pln.power_va", "le", 2200),
    },
    {
        **COMMON_BARS,
        "assets": _any(
            _fact("samsat.cars", "ge", 1),
            _all(_fact("samsat.motorcycles", "ge", 3), _fact("pln.power_va", "ge", 1300)),
        ),
    },
)


def plans() -> list[Plan]:
    """PKH and Sembako, ready to run."""
    return [plan(parse(data), PARAMETERS) for data in documents()]


def documents() -> list[dict[str, Any]]:
    components = [
        {"id": fact.partition(".")[2], "fact": fact, "rupiah_per_year": each, "cap": cap, "text": _both("c")}
        for fact, each, cap in COUNTED
    ]
    cash = {"rupiah_per_year": 2_400_000, "text": _both("f")}
    pkh = _document("pkh", *PKH, {"components": components, "most": 4, "picking": "amount"})
    sembako = _document("sembako", *SEMBAKO, {"flat": cash})
    return [pkh, sembako]


def _document(code: str, criteria: dict[str, Test], bars: dict[str, Test], amount: dict[str, Any]) -> dict[str, Any]:
    return {
        "programme": {"code": code, "name": code},
        "version": "bench-1",
        "valid": {"from": "2026-01-01", "until": None},
        "sources": ["bench"],
        "parameters": {
            "power_limit_va": {"unit": "VA", "default": 1300, "regional": True},
            "minimum_wage": {"unit": "rupiah/month", "regional": True},
        },
        "criteria": [_criterion(*entry) for entry in criteria.items()],
        "disqualifiers": [_criterion(*entry) for entry in bars.items()],
        "amount": amount,
        "need": {
            "fact": "dtsen.decile",
            "scale": 1000,
            "base": 990,
            "eased_by": [{"fact": fact, "points": points, "cap": cap} for fact, points, cap in EASED_BY],
        },
    }


def _criterion(name: str, test: Test) -> dict[str, Any]:
    return {
        "id": name,
        "test": test,
        "legal": "bench",
        "text": _both({"rule": "r", "known": "k", "unknown": "u"}),
    }


def _both(text: Any) -> dict[str, Any]:
    return {"id": text, "en": text}
