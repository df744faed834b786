"""How long it takes to see what a draft of the rules would do: to one district at once, to a regency with progress."""

import json
import os
import subprocess
import sys
from datetime import date
from typing import TYPE_CHECKING

import polars as pl
from django.conf import settings
from django.core.management import call_command

from bench import engine_population
from bench.figures import Bench, Figure, quietly
from eligibility.models import Snapshot
from eligibility.populations import register, snapshots
from eligibility.populations.columns import KEY, fact_column
from eligibility.rules.catalogue import CATALOGUE
from perlinsos.regions.models import Area, Level

if TYPE_CHECKING:
    import numpy as np

REGENCY, DISTRICT = "35.10", "35.10.22"
FAMILIES, IN_DISTRICT = 680_000, 30_000
SMALL_FAMILIES, SMALL_IN_DISTRICT = 100_000, 10_000
RULES_ON = date(2026, 11, 1)


class Simulation(Bench):
    name = "simulation"
    description = "a draft of the rules tried on one district at once, and on a regency of 680,000 families"

    def run(self, *, small: bool, seed: int) -> list[Figure]:
        total, here = (SMALL_FAMILIES, SMALL_IN_DISTRICT) if small else (FAMILIES, IN_DISTRICT)
        with quietly():
            call_command("load_regions")
            call_command("load_rulesets")
        snapshot = invented(total, here, seed)
        done = subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "-m", "bench.simulation_work", str(snapshot.pk), DISTRICT, str(2 if small else 5)],
            cwd=settings.BASE_DIR, stdout=subprocess.PIPE, check=True, text=True, env=dict(os.environ),
        )  # fmt: skip
        said = json.loads(done.stdout)
        return [
            Figure("preview_s", tuple(said["previews"]), "s", f"{said['district']:,} families, two drafts, from files"),
            Figure("preview_cpu_s", tuple(said["preview_cpus"]), "s", "of this process"),
            Figure("preview_from_table_s", (said["from_table"],), "s", "the first time, before files are written"),
            Figure("regency_s", (said["regency"],), "s", "two drafts; files written on the way"),
            Figure("regency_cpu_s", (said["regency_cpu"],), "s", "of this process"),
            Figure("regency_again_s", (said["again"],), "s", "with the files there"),
            Figure("regency_progress_steps", (said["steps"],), "steps", "committed one by one"),
            Figure("same_result", (float(said["is_same"]),), "yes/no", "the fingerprint of both runs"),
            Figure("families", (said["families"],), "families"),
            Figure("simulation_rss_mb", (said["rss_mb"],), "MB", "peak"),
        ]


def invented(total: int, here: int, seed: int) -> Snapshot:
    """A snapshot of a regency of `total` invented families, `here` of them in one district."""
    import numpy as np

    names = sorted(CATALOGUE)
    snapshot = Snapshot.objects.create(area=Area.objects.get(code=REGENCY), facts=names, families=total)
    villages = Area.objects.filter(level=Level.VILLAGE, code__startswith=f"{REGENCY}.")
    inside, outside = (
        list(rows.values_list("code", flat=True))
        for rows in (
            villages.filter(code__startswith=f"{DISTRICT}."),
            villages.exclude(code__startswith=f"{DISTRICT}."),
        )
    )
    chance = np.random.default_rng([seed, 680])
    families, persons = engine_population.people(engine_population.Regency(1, 1, total), seed)
    facts = register.facts(families.lazy(), persons.lazy(), names).collect()
    chosen = np.where(np.arange(total) < here, chance.choice(inside, total), chance.choice(outside, total))
    for first in range(0, total, snapshots.PART):
        rows = _rows(facts[first : first + snapshots.PART], snapshot, names, chosen[first : first + snapshots.PART])
        snapshots.copy_in("eligibility_snapshotrow", rows)
    return snapshot


def _rows(facts: pl.DataFrame, snapshot: Snapshot, names: list[str], villages: "np.ndarray") -> pl.DataFrame:
    """Some families as the table of snapshots has them."""
    values = pl.concat_str(
        [pl.col(fact_column(name)).cast(pl.Int64).cast(pl.String).fill_null("NULL") for name in names], separator=","
    )
    number = pl.col(KEY)
    return facts.select(
        pl.lit(snapshot.pk).alias("snapshot_id"),
        number.alias("application_id"),
        pl.Series("village_code", villages.tolist()),
        pl.when(number % 5 == 0).then(pl.lit("P")).otherwise(pl.lit("L")).alias("head_sex"),
        (number % 60 + 22).alias("head_age"),
        pl.concat_str(pl.lit("{"), values, pl.lit("}")).alias("values"),
        pl.lit("{" + ",".join(["NULL"] * len(names)) + "}").alias("fact_ids"),
    )
