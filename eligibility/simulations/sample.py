"""What ground checks found, against what was on record: the families whose truth is known.

Every look counts, whether it confirmed the record or not. The record is what the newest source other than
a ground check had said when the snapshot was taken. Checks made afterwards count too: they say how right
the records of that day were. Families are checked because somebody asked, not by lot.
"""

from collections import Counter
from collections.abc import Collection
from datetime import datetime

import polars as pl
from django.db import connection
from django.utils import timezone

from eligibility.populations import snapshots
from eligibility.populations.ages import age_column
from eligibility.populations.columns import KEY, fact_column
from eligibility.populations.models import Snapshot
from eligibility.simulations.keys import key
from eligibility.simulations.report import KNOWN
from eligibility.simulations.tally import looked_at
from eligibility.simulations.worlds import Touch, Worlds, complete, decide
from verification.enums import Source

SIDES = ("checked", "recorded")
# Of each family and fact: what a check saw last, and what another source had said when the snapshot was taken.
FOUND = """
    SELECT a.id AS family, c.name, c.checked, c.checked_age, b.recorded, b.recorded_age
    FROM (
        SELECT DISTINCT ON (f.family_id, f.name) f.family_id, f.name, {usable} AS checked, {age} AS checked_age
        FROM (
            SELECT looked.id, fact.family_id, fact.name, looked.seen AS value, looked.seen_on AS as_of
            FROM verification_factcheck looked JOIN verification_fact fact ON fact.id = looked.fact_id
            WHERE looked.recorded_at <= %(until)s
        ) f
        ORDER BY f.family_id, f.name, f.id DESC
    ) c
    JOIN enrollment_application a ON a.family_id = c.family_id
    JOIN eligibility_snapshotrow r ON r.snapshot_id = %(snapshot)s AND r.application_id = a.id
    LEFT JOIN LATERAL (
        SELECT {usable} AS recorded, {age} AS recorded_age
        FROM verification_fact f
        WHERE f.family_id = c.family_id AND f.name = c.name AND f.source <> %(check)s AND f.fetched_at <= %(taken)s
        ORDER BY f.id DESC LIMIT 1
    ) b ON true
    WHERE r.village_code LIKE %(area)s
    ORDER BY a.id, c.name
"""


def found(snapshot: Snapshot, *, area: str, until: datetime) -> pl.DataFrame:
    """`family`, `name`, `checked`, `recorded` and their ages: what checks until then saw and what was on record."""
    values = {
        "check": str(Source.GROUND_CHECK), "until": until, "taken": snapshot.taken_at, "snapshot": snapshot.pk,
        "area": f"{area}.%", **snapshots.usable(timezone.localdate(snapshot.taken_at)),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(FOUND.format(usable=snapshots.USABLE, age=snapshots.AGE), values)
        rows = cursor.fetchall()
    sides = {name: pl.Int64 for side in SIDES for name in (side, f"{side}_age")}
    return pl.DataFrame(rows, schema={KEY: pl.Int64, "name": pl.String, **sides}, orient="row")


def compared(
    families: pl.DataFrame, findings: pl.DataFrame, worlds: Worlds, touched: Collection[Touch]
) -> Counter[str]:
    """The tally of checked `families`: decided with what was on record, and with what was seen."""
    families = complete(families, worlds.facts)
    checked, recorded = (
        decide(complete(_with(families, findings, side), worlds.facts).lazy(), worlds).collect() for side in SIDES
    )
    counted = Counter({key(KNOWN, "families"): len(families)})
    for world, programme in looked_at(touched):
        number = worlds.worlds[world].get(programme)
        if number is None:
            continue
        outcome = f"outcome_{number}"
        pair = pl.DataFrame({"recorded": recorded[outcome], "checked": checked[outcome]})
        rows = pair.group_by("recorded", "checked").len().iter_rows()
        counted.update({key(KNOWN, world, programme, was, true): count for was, true, count in rows})
    return counted


def _with(families: pl.DataFrame, findings: pl.DataFrame, side: str) -> pl.DataFrame:
    """`families` (in order of their key) with the facts that were checked as one side has them."""
    for (name,), rows in findings.group_by("name", maintain_order=True):
        said = families.select(KEY).join(rows, on=KEY, how="left", maintain_order="left")
        is_checked = families[KEY].is_in(rows[KEY].implode())
        for column, now in ((fact_column(str(name)), said[side]), (age_column(str(name)), said[f"{side}_age"])):
            if column in families.columns:
                kept = pl.DataFrame({"was": families[column], "said": now, "is_checked": is_checked})
                new = kept.select(pl.when("is_checked").then("said").otherwise("was").alias(column)).to_series()
                families = families.with_columns(new)
    return families
