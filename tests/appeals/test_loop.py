"""From "this data is wrong" to the corrected decision, the moved ranking, the letter and the source."""

import io
from datetime import date, datetime
from importlib import import_module
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.utils import timezone
from pypdf import PdfReader

from appeals.enums import AppealState
from appeals.models import SourceCorrection
from appeals.services.lodging import Objection, lodge_appeal
from appeals.services.reviewing import Observation, record_ground_check, request_ground_check, take_up
from appeals.services.ruling import rule_appeal
from eligibility.enums import Outcome, Placement, RankingCause
from eligibility.models import Determination, RankedEntry, Ranking
from eligibility.services.decisions import replay
from perlinsos.core import audit, files
from perlinsos.messages import tasks as message_tasks
from perlinsos.messages.models import Letter, OutboxMessage
from tests import factories
from tests.appeals import scenario
from tests.eligibility.documents import small
from tests.eligibility.test_programmes import BLOCKED, load
from tests.support.rules import load_shipped_rules
from verification.enums import Source
from verification.models import Fact, FactCheck

pytestmark = pytest.mark.django_db


@pytest.fixture
def announced(cast):
    return scenario.announce(cast)


@pytest.fixture
def ruled(cast, announced):
    return upheld(cast, announced)


def upheld(cast, announced):
    """The appeal of the wrong meter, upheld after Eko saw 900 VA."""
    officer = scenario.third_officer()
    objection = Objection(claimed_value=900, explanation="Stiker 900 VA", photos=(factories.photo(),))
    appeal = lodge_appeal(announced.wrong_meter, announced.fact, objection, by=cast.indah)
    appeal = take_up(appeal, by=officer)
    check = request_ground_check(appeal, instructions="Lihat meteran", by=officer)
    record_ground_check(check, Observation(value=900, photo=factories.photo()), by=cast.eko)
    appeal.refresh_from_db()
    return rule_appeal(appeal, is_upheld=True, reason="Meteran di rumah 900 VA.", by=officer)


def places(batch):
    current = RankedEntry.objects.filter(ranking__batch=batch, ranking__is_current=True)
    return dict(current.values_list("entry__application_id", "placement"))


def test_before_the_appeal_the_family_is_refused_by_the_meter_alone(cast, announced):
    refused = announced.wrong_meter
    assert refused.outcome == Outcome.NOT_ELIGIBLE
    assert [row["fact"] for row in refused.trace if row["result"] == "not_met"] == ["pln.power_va"]
    assert places(announced.batch)[cast.application.pk] == Placement.NOT_ELIGIBLE


def test_an_upheld_appeal_supersedes_the_fact_and_keeps_the_old_one(announced, ruled):
    old, new = announced.fact, ruled.new_fact
    assert (old.value, new.value) == (2200, 900)
    assert new.supersedes == old
    assert new.source == "ground_check"


def test_what_the_visit_saw_stays_on_record(cast, announced, ruled):
    look = FactCheck.objects.get()
    assert (look.fact_id, look.recorded, look.seen, look.agrees) == (announced.fact.pk, 2200, 900, False)
    assert (look.seen_by, look.seen_on) == (cast.eko, timezone.localdate())


def test_a_visit_that_confirms_the_record_leaves_a_look_and_no_fact(cast, announced):
    officer = scenario.third_officer()
    appeal = take_up(lodge_appeal(announced.wrong_meter, announced.fact, Objection(900), by=cast.indah), by=officer)
    check = request_ground_check(appeal, instructions="Lihat meteran", by=officer)
    record_ground_check(check, Observation(value=2200, photo=factories.photo()), by=cast.eko)
    assert FactCheck.objects.get().agrees is True
    assert not Fact.objects.filter(source=Source.GROUND_CHECK).exists()


def test_visits_recorded_before_looks_were_kept_become_looks(cast):
    seen = {"recorded_by": cast.eko, "observed_value": 900, "photo": factories.StoredFileFactory()}
    at = datetime(2026, 3, 1, 23, 30, tzinfo=ZoneInfo("Asia/Jakarta"))
    visit = factories.GroundCheckFactory(state="recorded", recorded_at=at, **seen)
    factories.GroundCheckFactory()  # nobody went yet
    with connection.cursor() as cursor:
        cursor.execute(import_module("appeals.migrations.0004_keep_the_looks_of_earlier_ground_checks").FORWARD)
    look = FactCheck.objects.get()
    assert (look.fact, look.recorded, look.seen) == (visit.appeal.fact, visit.appeal.fact.value, 900)
    assert (look.seen_by, look.seen_on, look.recorded_at) == (cast.eko, date(2026, 3, 1), at)


def test_the_decision_is_made_again_under_the_same_rule_version(announced, ruled):
    new = ruled.new_determination
    assert new.outcome == Outcome.ELIGIBLE
    assert new.rule_set == announced.wrong_meter.rule_set
    assert new.supersedes == announced.wrong_meter
    assert new.cause == f"appeal:{ruled.appeal_id}"
    assert replay(announced.wrong_meter), "yesterday's decision still explains itself"
    assert replay(new)


def test_every_programme_that_used_the_fact_is_decided_again(cast, announced, ruled):
    current = Determination.objects.current().filter(application=cast.application)
    assert {row.programme.code: row.facts["pln.power_va"]["value"] for row in current} == {"pkh": 900, "sembako": 900}


def test_a_programme_that_hears_another_is_decided_again_with_it(tmp_path, cast):
    """Nobody is announced in Sembako, so that no place tells the programme it blocks."""
    load_shipped_rules()
    no_cars = {**small()["criteria"][0], "id": "cars", "test": {"fact": "samsat.cars", "le": 0}}
    load(tmp_path, parameters={}, criteria=[no_cars], overlaps=[{**BLOCKED, "programme": "sembako"}])
    ruling = upheld(cast, scenario.announce(cast))
    current = Determination.objects.current().filter(application=cast.application)
    assert {row.programme.code: row.outcome for row in current} == {
        "pkh": "eligible", "sembako": "eligible", "uji": "not_eligible",
    }  # fmt: skip
    hearing = current.get(programme__code="uji")
    assert "pln.power_va" not in hearing.facts
    assert (hearing.supersedes.outcome, hearing.cause) == ("eligible", f"appeal:{ruling.appeal_id}")
    assert all(replay(row) for row in current)


def test_the_ranking_moves_and_its_history_stays(cast, announced, ruled):
    after = places(announced.batch)
    assert after[cast.application.pk] == Placement.FUNDED, "desil 2 comes before desil 3"
    assert sorted(after[other.pk] for other in announced.others) == [Placement.FUNDED, Placement.WAITING]
    causes = Ranking.objects.filter(batch=announced.batch).order_by("number").values_list("cause", "cause_reference")
    assert list(causes) == [
        (RankingCause.ANNOUNCEMENT, ""),
        (RankingCause.APPEAL, ruled.appeal.reference),
    ]


def test_the_letter_says_what_was_ruled_and_why(cast, ruled):
    letter = Letter.objects.about(cast.application).get()
    message_tasks.render_letter(letter_id=letter.pk)
    letter.refresh_from_db()
    text = PdfReader(io.BytesIO(files.read(letter.file))).pages[0].extract_text()
    assert "Meteran di rumah 900 VA." in text
    assert "900 VA" in text
    assert cast.application.applicant.nik not in text


def test_the_source_is_asked_to_mend_its_record(ruled):
    correction = SourceCorrection.objects.get(ruling=ruled)
    assert correction.source == "pln"


def test_the_family_is_told_at_each_turn(cast, ruled):
    titles = [message.key.partition(":")[0] for message in OutboxMessage.objects.inbox_of(cast.application)]
    assert {"appeal-lodged", "ground-check", "appeal-ruled"} <= set(titles)


def test_the_audit_trail_of_the_loop_verifies(ruled):
    connection.check_constraints()  # the chain is linked at COMMIT, which a test never reaches
    assert audit.broken_links() == []


def test_a_dismissed_appeal_leaves_fact_decision_and_ranking_alone(cast, announced):
    officer = scenario.third_officer()
    appeal = lodge_appeal(announced.wrong_meter, announced.fact, Objection(claimed_value=900), by=cast.indah)
    appeal = take_up(appeal, by=officer)
    ruling = rule_appeal(appeal, is_upheld=False, reason="Foto tidak menunjukkan meteran.", by=officer)
    appeal.refresh_from_db()
    assert appeal.state == AppealState.DISMISSED
    assert ruling.new_fact is None
    assert Determination.objects.current().get(pk=announced.wrong_meter.pk)
    assert Ranking.objects.filter(batch=announced.batch).count() == 1
    assert not SourceCorrection.objects.exists()
