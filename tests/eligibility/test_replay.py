"""Every stored decision can be proved, and a decision that was tampered with is found."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from eligibility.models import Determination, RunAnswer
from eligibility.populations import snapshots
from perlinsos.regions.models import Area
from tests.cast import BANYUWANGI
from tests.eligibility.conftest import MakeFamily


@pytest.fixture
def history(decided: MakeFamily, banyuwangi: Area) -> None:
    for changes in ({}, {"dtsen__decile": 7}, {"pln__power_va": None}):
        decided(**changes)
    call_command("redecide", BANYUWANGI, stdout=StringIO())


def replay(**options: Any) -> dict[str, int]:
    out = StringIO()
    call_command("replay", processes=1, json=True, stdout=out, **options)
    return dict(json.loads(out.getvalue().splitlines()[-1]))


@pytest.mark.usefixtures("history")
def test_the_whole_history_is_made_again_by_both_forms() -> None:
    found = replay()
    assert (found["replayed"], found["replayed_answers"], found["replay_differences"]) == (6, 6, 0)
    behind = Determination.objects.order_by("pk")[3].pk
    assert replay(after=behind)["replayed"] == 2


@pytest.mark.usefixtures("history")
@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE eligibility_determination SET amount_per_year = amount_per_year + 1 WHERE id = %(determination)s",
        "UPDATE eligibility_runanswer SET results = '{0}' WHERE application_id = %(application)s",
        "DELETE FROM eligibility_runanswer WHERE application_id = %(application)s",
    ],
)
def test_what_was_tampered_with_is_found(tampering: str) -> None:
    """Also by somebody with the rights of the owner, who can switch the trigger off."""
    one = Determination.objects.earliest("pk")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with pending checks cannot be altered
        cursor.execute("ALTER TABLE eligibility_determination DISABLE TRIGGER determination_is_never_changed")
        cursor.execute(tampering, {"determination": one.pk, "application": one.application_id})
    with pytest.raises(CommandError, match=str(one.application_id if "runanswer" in tampering else one.pk)):
        replay()


@pytest.mark.usefixtures("history")
def test_the_card_of_an_answer_is_shown_again() -> None:
    out = StringIO()
    reference = RunAnswer.objects.first().application.reference
    call_command("redecide", BANYUWANGI, card=reference, stdout=out)
    assert "Daya listrik" in out.getvalue()


@pytest.mark.usefixtures("history")
def test_a_snapshot_is_read_as_parquet_and_its_files_are_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    snapshot = RunAnswer.objects.first().rules.run.snapshot
    monkeypatch.setattr(snapshots, "PART", 2)
    first = snapshots.scan(snapshot).collect()
    assert first["dtsen__decile"].to_list() == [2, 7, 2]
    assert first["pln__power_va"].to_list() == [900, 900, None]
    for part in snapshots.folder(snapshot).glob("*.parquet"):
        part.unlink()
    assert snapshots.scan(snapshot).collect().equals(first)
