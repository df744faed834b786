"""A snapshot reads what is known of the families of its area, and of nobody else."""

import json
from collections.abc import Iterator
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from eligibility.models import Snapshot
from eligibility.populations import snapshots
from eligibility.rules.catalogue import CATALOGUE
from perlinsos.regions.models import Area
from tests.cast import JATILUWIH, KESILIR
from tests.eligibility.conftest import MakeFamily


def test_facts_are_looked_up_family_by_family(decided: MakeFamily, banyuwangi: Area) -> None:
    """Whatever the planner believes of the tables: it never reads the facts of the country first."""
    here = [decided(KESILIR) for _number in range(3)]
    decided(JATILUWIH)
    snapshot = Snapshot.objects.create(area=banyuwangi, facts=sorted(CATALOGUE))
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert snapshots.fill(snapshot) == len(here)
    (statement,) = [query["sql"] for query in asked if "INSERT INTO eligibility_snapshotrow" in query["sql"]]
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM eligibility_snapshotrow; SET LOCAL enable_nestloop = off")  # as if it were dear
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}")
        found = cursor.fetchone()[0]
    (explained,) = json.loads(found) if isinstance(found, str) else found
    scans = [node for node in nodes(explained["Plan"]) if node.get("Relation Name") == "verification_fact"]
    assert [node["Actual Loops"] for node in scans if node["Alias"] == "f"] == [len(here)]
    assert all(node["Actual Loops"] >= len(here) for node in scans)


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)
