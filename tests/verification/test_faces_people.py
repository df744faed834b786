"""Many different people: nobody is taken for somebody else. Needs the larger collection, else skips.

A sample small enough for every test run. Over the whole collection the strict point does accept one
pair of strangers; `verification/faces/thresholds.py` has the figures.
"""

import csv
from functools import cache
from itertools import combinations
from pathlib import Path

import pytest

from tests.support import faces
from verification.faces import decode, detect, embed, match
from verification.faces.codes import Outcome
from verification.faces.thresholds import STRICT
from verification.faces.vectors import Embedding


@cache
def seen(path: Path) -> Embedding | None:
    picture, found = detect.find_in_reference(decode.decode(path.read_bytes()))
    return embed.embed(picture, found[0]) if found else None


def verdict(first: Path, second: Path) -> match.Verdict | None:
    one, two = seen(first), seen(second)
    if one is None or two is None:
        return None
    return match.decide(match.distances(one, two), STRICT)


def spread(name: str, *, count: int) -> list[Path]:
    """One picture each of `count` different people, evenly over a list of pairs."""
    different = [pair.first for pair in faces.pairs(name) if not pair.same]
    people = list({path.parent.name: path for path in different}.values())
    return people[:: max(1, len(people) // count)][:count]


@pytest.mark.parametrize(("name", "count"), [("pairs_lfw", 16), ("pairs_lfw_east_asian_names", 32)])
def test_nobody_is_accepted_as_somebody_else(name: str, count: int) -> None:
    people = spread(name, count=count)
    assert len(people) == count
    verdicts = [verdict(*pair) for pair in combinations(people, 2)]
    assert sum(found is not None for found in verdicts) > count * (count - 1) * 0.45
    assert [found for found in verdicts if found and found.outcome is Outcome.ACCEPT] == []


def test_larger_photographs_are_told_apart_and_the_same_person_is_not_lost() -> None:
    found = [(pair.same, verdict(pair.first, pair.second)) for pair in faces.pairs("pairs_photos")]
    same = [judged for is_same, judged in found if is_same and judged]
    assert [judged for is_same, judged in found if not is_same and judged and judged.outcome is Outcome.ACCEPT] == []
    assert [judged for judged in same if judged.reason == "mismatch"] == []
    assert sum(judged.outcome is Outcome.ACCEPT for judged in same) >= len(same) / 2


def test_live_pictures_against_prints_of_all_subjects() -> None:
    root = faces.collection()
    with (root / "recapture.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    live, prints = (
        {row["subject"]: root / row["path"] for row in rows if row["kind"] == kind} for kind in ("live", "print")
    )
    for subject, selfie in live.items():
        for other, reference in prints.items():
            judged = verdict(selfie, reference)
            assert judged is not None
            assert judged.outcome is not Outcome.ACCEPT or subject == other
            assert subject != other or judged.reason != "mismatch"
