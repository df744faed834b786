"""A full re-decision end to end, every trace stored: `FOLDER RESULTS REPEATS columnar|set`.

From the register in the database (`engine_register.py`): facts of each family into the snapshot table in
one statement per regency, then the chunks of a run as the portal decides them (read, decide in columns,
COPY back, compare with what holds). Two regencies at once, as two workers would. Numbers of invented
families stand where applications would.
"""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import django
import polars as pl
from django.db import connection, transaction
from django.utils import timezone

from bench.engine_columnar import peak_mb
from bench.engine_register import AT_ONCE, ORDERED
from eligibility.populations.registers import homes

if TYPE_CHECKING:
    from eligibility.models import RunRules, Snapshot

FACT_IDS = "{" + ",".join(str(10**9 + number) for number in range(18)) + "}"  # as wide as real ones


def prepared(number: int) -> tuple[int, list[int]]:
    """A run of an invented area; its snapshot and its rules."""
    from bench import engine_rules
    from eligibility.models import Run, RunRules, Snapshot
    from eligibility.populations.columns import facts_of
    from eligibility.services.rulesets import enact_rule_set
    from perlinsos.accounts.services import service_account
    from perlinsos.regions.models import Area

    by = service_account("eligibility")
    area, _created = Area.objects.get_or_create(code=f"{11 + number}", defaults={"name": "b", "level": "province"})
    names = [fact.name for fact in facts_of(engine_rules.plans())]
    snapshot = Snapshot.objects.create(area=area, facts=names, taken_at=timezone.now())
    Run.objects.due().filter(area=area).update(state="stopped")
    run = Run.objects.create(area=area, snapshot=snapshot, started_by=by)
    made = [
        RunRules.objects.create(
            run=run, rule_set=enact_rule_set(data, by=by)[0], parameters=engine_rules.PARAMETERS, villages=["v"]
        )
        for data in engine_rules.documents()
    ]
    return snapshot.pk, [rules.pk for rules in made]


def decide(method: str, number: int, snapshot_id: int, rules_ids: list[int]) -> None:
    """One regency: its snapshot in one statement, then its answers by one of the two methods."""
    from eligibility.models import RunRules, Snapshot

    snapshot = Snapshot.objects.get(pk=snapshot_id)
    rules = list(RunRules.objects.filter(pk__in=rules_ids).select_related("rule_set", "run__snapshot"))
    with connection.cursor() as cursor:
        cursor.execute(f"SET statement_timeout = 0; SET work_mem = '256MB'; {ORDERED}")
        cursor.execute(filling(number, snapshot))
        cursor.execute("RESET enable_hashagg; RESET random_page_cost; RESET cpu_operator_cost")
    {"columnar": in_columns, "set": as_a_set}[method](snapshot, rules)


def in_columns(snapshot: "Snapshot", rules: "list[RunRules]") -> None:
    """As the portal does: chunk after chunk, each in its own transaction."""
    from eligibility.populations import answering, snapshots
    from eligibility.populations.columns import KEY

    after = 0
    while True:
        with transaction.atomic():
            chunk = snapshots.chunk(snapshot, after=after)
            if chunk.is_empty():
                return
            for one in rules:
                answering.changed(answering.store(chunk, one), one)
            after = int(chunk[KEY][-1])


def as_a_set(snapshot: "Snapshot", rules: "list[RunRules]") -> None:
    """The other way: one INSERT … SELECT per programme inside PostgreSQL."""
    from eligibility.populations import answering, sql
    from eligibility.populations.columns import KEY, fact_column, facts_of

    for one in rules:
        ready = answering.plan_of(one)
        facts = ", ".join(
            f"values[{snapshot.facts.index(fact.name) + 1}] AS {fact_column(fact.name)}" for fact in facts_of([ready])
        )
        source = (
            f"(SELECT application_id AS {KEY}, {facts} FROM eligibility_snapshotrow"  # noqa: S608 - our own names and numbers
            f" WHERE snapshot_id = {snapshot.pk} ORDER BY application_id)"
        )
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO eligibility_runanswer"  # noqa: S608 - our own names and numbers
                " (rules_id, application_id, outcome, amount_per_year, need_score, results)"
                f" SELECT {one.pk}, {KEY}, outcome_0, amount_0, need_0, ARRAY[results_0_0]"
                f" FROM ({sql.decide([ready], source, sql.POSTGRES)}) decided"
            )


def filling(number: int, snapshot: "Snapshot") -> str:
    """The snapshot of an invented regency from its register, as `snapshots.fill` takes it from the facts."""
    from eligibility.populations import register
    from eligibility.populations.columns import KEY, fact_column

    facts = register.facts_sql(f"bench_families_{number}", f"bench_persons_{number}", snapshot.facts)
    columns = [fact_column(name) for name in snapshot.facts]
    values = ", ".join(f"{column}::int" if "alive" in column else column for column in columns)
    return (
        "INSERT INTO eligibility_snapshotrow (snapshot_id, application_id, village_code, values, fact_ids)"  # noqa: S608 - our own names and numbers
        f" SELECT {snapshot.pk}, {KEY}, 'v', ARRAY[{values}]::bigint[], '{FACT_IDS}' FROM ({facts}) f ORDER BY {KEY}"
    )


def export(rules_ids: list[int], result: Path) -> None:
    """What was stored, in the shape of the other engines."""
    from eligibility.populations import snapshots

    found = []
    for place, pk in enumerate(rules_ids):
        columns = ["family", *(f"{what}_{place}" for what in ("outcome", "amount", "need")), f"results_{place}_0"]
        query = (
            "SELECT application_id, outcome, amount_per_year, need_score, results[1]"  # noqa: S608 - our own numbers
            f" FROM eligibility_runanswer WHERE rules_id = {pk}"
        )
        found.append(snapshots.copied_out(query, dict.fromkeys(columns, pl.Int64)))
    found[0].join(found[1], on="family", how="full", coalesce=True).write_parquet(result)


def main(folder: Path, results: Path, repeats: int, method: str) -> None:
    django.setup()
    walls, cpus = [], []
    for _ in range(repeats):
        ready = [(number, *prepared(number)) for number in range(len(homes(folder)))]
        wall, cpu = time.perf_counter(), time.process_time()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(lambda given: _decided(method, *given), ready))
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    memory = peak_mb()
    results.mkdir(parents=True, exist_ok=True)
    for number, _snapshot_id, rules_ids in ready:
        export(rules_ids, results / f"{number:04}.parquet")
    sys.stdout.write(json.dumps({"walls": walls, "cpus": cpus, "rss_mb": memory}))


def _decided(method: str, number: int, snapshot_id: int, rules_ids: list[int]) -> None:
    try:
        decide(method, number, snapshot_id, rules_ids)
    finally:
        connection.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
