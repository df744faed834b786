"""The rules of `engine_rules.py` as an OpenFisca system, written the way its users write them.

Runs in an environment of its own (OpenFisca is AGPL) and imports nothing of the portal:
`python engine_openfisca.py FOLDER RESULTS`. Unknown is −1; a criterion is 0, 1 or 2 (unknown).
"""

import hashlib
import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from openfisca_core.entities import build_entity
from openfisca_core.periods import DateUnit
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

PERIOD = "2026-01"
UNKNOWN = -1
SILENCE = {"dukcapil": 1, "dapodik": 2, "bkn": 4, "bpjs_tk": 8, "citizen": 16}
PERSON = build_entity("person", "persons", "A member", is_person=True)
FAMILY = build_entity("family", "families", "A family", roles=[{"key": "member", "plural": "members", "label": "m"}])
WAGE_LIMIT, POWER_LIMIT = 2_810_139, 1300
SEED = "benih-undian"
PLACES_PER_MILLE = (100, 170)
TABLES = ("families", "persons")
Formula = Callable[[Any, Any], Any]


def variable(name: str, entity: Any, formula: Formula | None = None) -> Any:
    body: dict[str, Any] = {"value_type": int, "entity": entity, "definition_period": DateUnit.MONTH, "label": name}
    if formula is not None:
        body["formula"] = formula
    return type(name, (Variable,), body)


def given(column: str, low: int, high: int) -> Formula:
    """A fact of the house within its bounds."""

    def formula(family: Any, period: Any) -> Any:
        value = family(f"{column}_said", period)
        return np.where((value >= low) & (value <= high), value, UNKNOWN)

    return formula


def counted(source: str, column: str, low: int, high: int, most: int = 45) -> Formula:
    """Members whose column lies in a range; unknown while the source is silent."""

    def formula(family: Any, period: Any) -> Any:
        value = family.members(column, period)
        number = family.sum((value >= low) & (value <= high))
        return np.where(((family("silent", period) & SILENCE[source]) == 0) & (number <= most), number, UNKNOWN)

    return formula


def any_living_head(family: Any, period: Any) -> Any:
    heard = (family("silent", period) & SILENCE["dukcapil"]) == 0
    return np.where(heard, family.any(family.members("head", period) == 1), UNKNOWN)


def highest_wage(family: Any, period: Any) -> Any:
    heard = (family("silent", period) & SILENCE["bpjs_tk"]) == 0
    return np.where(heard, family.max(family.members("wage", period)), UNKNOWN)


def at_most(fact: str, limit: int) -> Formula:
    def formula(family: Any, period: Any) -> Any:
        value = family(fact, period)
        return np.where(value == UNKNOWN, 2, value <= limit)

    return formula


def living(family: Any, period: Any) -> Any:
    value = family("head_alive", period)
    return np.where(value == UNKNOWN, 2, value)


COMPONENTS = (
    ("children", 3_000_000, 2),
    ("pregnant", 3_000_000, 2),
    ("disabled", 2_400_000, 4),
    ("elderly", 2_400_000, 4),
    ("sma", 2_000_000, 4),
    ("smp", 1_500_000, 4),
    ("sd", 900_000, 4),
)
EASED = (
    ("disabled", 120, 2),
    ("pregnant", 60, 2),
    ("elderly", 45, 3),
    ("children", 40, 3),
    ("sd", 15, 3),
    ("smp", 12, 3),
    ("sma", 10, 3),
    ("size", 9, 12),
)


def has_component(family: Any, period: Any) -> Any:
    counts = [family(name, period) for name, _each, _cap in COMPONENTS]
    some = np.any([count >= 1 for count in counts], axis=0)
    unknown = np.any([count == UNKNOWN for count in counts], axis=0)
    return np.where(some, 1, np.where(unknown, 2, 0))


def no_assets(family: Any, period: Any) -> Any:
    cars, motorcycles, power = (family(name, period) for name in ("cars", "motorcycles", "power_va"))
    rich = (cars >= 1) | ((motorcycles >= 3) & (power >= 1300))
    motorcycles_open = (motorcycles == UNKNOWN) & ((power == UNKNOWN) | (power >= 1300))
    power_open = (power == UNKNOWN) & ((motorcycles == UNKNOWN) | (motorcycles >= 3))
    return np.where(rich, 0, np.where((cars == UNKNOWN) | motorcycles_open | power_open, 2, 1))


def outcome(criteria: Sequence[str]) -> Formula:
    def formula(family: Any, period: Any) -> Any:
        results = [family(name, period) for name in criteria]
        refused = np.any([result == 0 for result in results], axis=0)
        is_open = np.any([result == 2 for result in results], axis=0)
        return np.where(refused, 0, np.where(is_open, 2, 1))

    return formula


def packed(criteria: Sequence[str]) -> Formula:
    def formula(family: Any, period: Any) -> Any:
        return sum(family(name, period).astype(np.int64) << 2 * place for place, name in enumerate(criteria))

    return formula


def pkh_amount(family: Any, period: Any) -> Any:
    left, total = np.full(family.count, 4), np.zeros(family.count, dtype=np.int64)
    for name, each, cap in COMPONENTS:
        taken = np.minimum(np.minimum(np.maximum(family(name, period), 0), cap), left)
        left, total = left - taken, total + each * taken.astype(np.int64)
    return np.where(family("pkh_outcome", period) == 1, total, 0)


def sembako_amount(family: Any, period: Any) -> Any:
    return np.where(family("sembako_outcome", period) == 1, 2_400_000, 0)


def need(family: Any, period: Any) -> Any:
    decile = family("decile", period)
    score = np.where(decile == UNKNOWN, 11, decile) * 1000 + 990
    for name, points, cap in EASED:
        score = score - points * np.minimum(np.maximum(family(name, period), 0), cap)
    return score


PKH = ("decile_4", "component", "living", "power_limit", "asn_no", "forces_no", "pension_no", "wage_no", "car_no",
       "land_no")  # fmt: skip
SEMBAKO = ("decile_5", "living", "power_2200", "asn_no", "forces_no", "pension_no", "wage_no", "assets_no")
HOUSE = {"decile": (1, 10), "power_va": (0, 200_000), "cars": (0, 1_000), "motorcycles": (0, 1_000),
         "land_m2": (0, 1_000_000_000)}  # fmt: skip
MEMBERS = ("age", "school", "work", "is_pregnant", "is_disabled", "head", "wage")


def facts() -> dict[str, Formula]:
    return {
        **{name: given(name, *bounds) for name, bounds in HOUSE.items()},
        "size": counted("dukcapil", "age", 0, 200),
        "children": counted("dukcapil", "age", 0, 6),
        "elderly": counted("dukcapil", "age", 60, 200),
        "sd": counted("dapodik", "school", 1, 1),
        "smp": counted("dapodik", "school", 2, 2),
        "sma": counted("dapodik", "school", 3, 3),
        "asn": counted("bkn", "work", 1, 1),
        "forces": counted("bkn", "work", 2, 2),
        "pensioners": counted("bkn", "work", 3, 3),
        "pregnant": counted("citizen", "is_pregnant", 1, 1),
        "disabled": counted("citizen", "is_disabled", 1, 1),
        "head_alive": any_living_head,
        "highest_wage": highest_wage,
    }


def rules() -> dict[str, Formula]:
    return {
        "decile_4": at_most("decile", 4),
        "decile_5": at_most("decile", 5),
        "component": has_component,
        "living": living,
        "power_limit": at_most("power_va", POWER_LIMIT),
        "power_2200": at_most("power_va", 2200),
        "asn_no": at_most("asn", 0),
        "forces_no": at_most("forces", 0),
        "pension_no": at_most("pensioners", 0),
        "wage_no": at_most("highest_wage", WAGE_LIMIT),
        "car_no": at_most("cars", 0),
        "land_no": at_most("land_m2", 500),
        "assets_no": no_assets,
        "pkh_outcome": outcome(PKH),
        "sembako_outcome": outcome(SEMBAKO),
        "pkh_results": packed(PKH),
        "sembako_results": packed(SEMBAKO),
        "pkh_amount": pkh_amount,
        "sembako_amount": sembako_amount,
        "need": need,
    }


def system() -> Any:
    built = TaxBenefitSystem([PERSON, FAMILY])
    person = [variable(name, PERSON) for name in MEMBERS]
    said = [variable(f"{name}_said", FAMILY) for name in HOUSE] + [variable("silent", FAMILY)]
    derived = [variable(name, FAMILY, formula) for name, formula in (facts() | rules()).items()]
    built.add_variables(*person, *said, *derived)
    return built


def simulation_of(built: Any, families: pl.DataFrame, persons: pl.DataFrame) -> Any:
    builder = SimulationBuilder()
    builder.create_entities(built)
    member_of = persons["family"].to_numpy() - int(families["family"][0])
    builder.declare_person_entity("person", np.arange(len(persons)))
    group = builder.declare_entity("family", np.arange(len(families)))
    group.members_entity_id = member_of
    simulation = builder.build(built)
    for name in MEMBERS:
        simulation.set_input(name, PERIOD, persons[name].to_numpy())
    for name in HOUSE:
        simulation.set_input(f"{name}_said", PERIOD, families[name].fill_null(UNKNOWN).to_numpy())
    simulation.set_input("silent", PERIOD, families["silent"].to_numpy())
    return simulation


def funded(found: Any, need_score: Any, ids: Any, places: int) -> Any:
    """1 for the `places` neediest of the eligible; ties at the line by the lowest lot."""
    given_place = np.zeros(len(ids), dtype=np.int64)
    eligible = np.flatnonzero(found == 1)
    if len(eligible) <= places:
        given_place[eligible] = 1
        return given_place
    scores = need_score[eligible]
    line = np.partition(scores, places)[places]
    given_place[eligible[scores < line]] = 1
    tied = eligible[scores == line]
    order = sorted(tied, key=lambda one: hashlib.sha256(f"{SEED}{ids[one]}".encode()).hexdigest())
    given_place[order[: places - int((scores < line).sum())]] = 1
    return given_place


def decide(built: Any, homes: list[Path], results: Path) -> None:
    """Everybody in one simulation, as its users do; then the places of each regency."""
    families, persons = (pl.concat([pl.read_parquet(home / f"{name}.parquet") for home in homes]) for name in TABLES)
    simulation = simulation_of(built, families, persons)
    ids = families["family"].to_numpy()
    columns = {"family": ids}
    for number, name in enumerate(("pkh", "sembako")):
        columns[f"outcome_{number}"] = simulation.calculate(f"{name}_outcome", PERIOD)
        columns[f"amount_{number}"] = simulation.calculate(f"{name}_amount", PERIOD)
        columns[f"need_{number}"] = simulation.calculate("need", PERIOD)
        columns[f"results_{number}_0"] = simulation.calculate(f"{name}_results", PERIOD)
        columns[f"funded_{number}"] = np.zeros(len(ids), dtype=np.int64)
    start = 0
    for home in homes:
        end = start + pl.scan_parquet(home / "families.parquet").select(pl.len()).collect().item()
        for number, per_mille in enumerate(PLACES_PER_MILLE):
            found, score = columns[f"outcome_{number}"][start:end], columns[f"need_{number}"][start:end]
            places = (end - start) * per_mille // 1000
            columns[f"funded_{number}"][start:end] = funded(found, score, ids[start:end], places)
        start = end
    pl.DataFrame(columns).write_parquet(results / "everybody.parquet", compression="lz4", statistics=False)


def main(folder: Path, results: Path, repeats: int) -> None:
    homes, built = sorted(folder.glob("regency=*")), system()
    walls, cpus = [], []
    for _ in range(repeats):
        wall, cpu = time.perf_counter(), time.process_time()
        decide(built, homes, results)
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    sys.stdout.write(json.dumps({"walls": walls, "cpus": cpus}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
