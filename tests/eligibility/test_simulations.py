"""Drafts tried on a snapshot: what is counted, fixed, refused, and what survives a dead worker."""

from dataclasses import replace
from typing import Any

import pytest
import yaml
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.utils import timezone

from eligibility import tasks
from eligibility.enums import SimulationState
from eligibility.models import Programme, Quota, RuleDraft, Simulation, Snapshot, SnapshotRow
from eligibility.populations import snapshots
from eligibility.rules.document import RuleDocument
from eligibility.rules.reading import DocumentError
from eligibility.rules.source import read_document
from eligibility.services import simulations
from eligibility.services.rulesets import enact_rule_set
from eligibility.simulating import Draft, preview
from eligibility.simulations.report import Report, fingerprint
from eligibility.simulations.study import Study
from enrollment.enums import ApplicationState, Relation, Sex
from perlinsos.accounts.models import User
from perlinsos.core.errors import DomainError
from perlinsos.core.models import AuditEvent
from perlinsos.regions.models import Area, Parameter
from tests import factories
from tests.cast import BANYUWANGI, LATENG, TABANAN, Cast
from tests.eligibility.conftest import SentTasks
from tests.eligibility.documents import data
from tests.eligibility.simulated import FIRST, RULES_ON, begin, draft, finish, snapshot_of
from verification.enums import Source
from verification.services import facts

WITHIN = ("places_before", "places_after")
# 20 families in decile 2, 15 in decile 5, 12 whose decile nobody knows, 10 with too much power
FAMILIES: list[dict[str, Any]] = [{}] * 20 + [{"dtsen__decile": 5}] * 15 + [{"dtsen__decile": None}] * 12
FAMILIES += [{"pln__power_va": 2200}] * 10


@pytest.fixture(autouse=True)
def world(settings: Any, tmp_path: Any, worker: User, banyuwangi: Area) -> None:
    """Two programmes in force, the wages of two regencies, files of our own."""
    settings.FILES_ROOT = tmp_path
    for name in ("pkh-2026-2", "sembako-2026-2"):
        enact_rule_set(data(name), by=worker)
    for code, wage in ((BANYUWANGI, 2_810_139), (TABANAN, 3_100_000)):
        factories.ParameterFactory(area=factories.area(code), name=Parameter.Name.MINIMUM_WAGE, value=wage)


def effect(simulation: Simulation, place: int = 1, programme: str = "pkh") -> dict[str, Any]:
    effects = simulation.result["report"]["drafts"][place - 1]["effects"]
    return next(one for one in effects if one["programme"] == programme)


def test_two_drafts_side_by_side(worker: User, banyuwangi: Area) -> None:
    drafts = [draft(decile_limit=5), draft(decile_limit=1)]
    done = finish(begin(drafts, snapshot_of(FAMILIES), banyuwangi, worker), worker)
    assert (done.state, done.counted, done.tally) == (SimulationState.DONE, 57, {})
    wider, narrower = effect(done, 1), effect(done, 2)
    assert (wider["moves"]["gained"], wider["moves"]["lost"], narrower["moves"]["lost"]) == (15, 0, 20)
    assert wider["before"] == {"eligible": 20, "not_eligible": 25, "undecided": 12}
    assert (wider["paid"], wider["due"] - wider["paid"]) == (20 * 3_900_000, 15 * 3_900_000)
    assert wider["after"]["undecided"] == 12  # unknown stays unknown
    by_decile = {
        row["group"]: row for table in wider["tables"] if table["dimension"] == "decile" for row in table["rows"]
    }
    assert (by_decile["5"]["moves"]["gained"], by_decile["?"]["families"]) == (15, 12)
    assert [one["dimension"] for one in wider["tables"]] == [
        "district", "head_sex", "head_age", "disability", "decile"
    ]  # fmt: skip


def test_families_one_step_from_the_line_are_counted_on_both_sides(worker: User, banyuwangi: Area) -> None:
    done = finish(begin([draft(decile_limit=5)], snapshot_of(FAMILIES), banyuwangi, worker), worker)
    near = {row["criterion"]: row for row in effect(done)["near_before"]["each"]}
    assert (near["decile"]["limits"], near["decile"]["gain"], near["decile"]["lose"]) == ([4], 15, 0)
    assert (near["power"]["limits"], near["power"]["gain"]) == ([1300], 10)
    assert effect(done)["near_before"]["gain"] == 25


def test_what_was_fixed_at_the_start_counts_and_the_same_gives_the_same(
    worker: User, banyuwangi: Area, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot = snapshot_of(FAMILIES)
    first = begin([draft(decile_limit=5)], snapshot, banyuwangi, worker)
    Programme.objects.update(is_active=False)
    Parameter.objects.all().delete()
    finish(first, worker)
    Programme.objects.update(is_active=True)
    factories.ParameterFactory(area=banyuwangi, name=Parameter.Name.MINIMUM_WAGE, value=2_810_139)
    monkeypatch.setattr(snapshots, "PART", 7)
    for file in snapshots.folder(snapshot).iterdir():
        file.unlink()
    second = finish(begin([draft(decile_limit=5)], snapshot, banyuwangi, worker), worker)
    assert (second.chunks, second.sha256) == (9, first.sha256)
    assert fingerprint(second.result) == second.sha256


def test_a_draft_that_orders_families_otherwise_shows_who_would_receive_within_the_quota(
    worker: User, banyuwangi: Area, monkeypatch: pytest.MonkeyPatch, pkh_quota: Quota
) -> None:
    """30 places for 60 families, six of them for Lateng: elderly people come first within a decile, or do not."""
    elderly = {"dukcapil__elderly_60": 1}
    families: list[dict[str, Any]] = [{"dtsen__decile": 1}] * 20 + [elderly] * 20 + [{}] * 20
    snapshot, rules = snapshot_of(families), yaml.safe_load(draft().text)
    rules["need"]["eased_by"] = []
    tried = Draft("Desil saja", yaml.safe_dump(rules, sort_keys=False))
    done = finish(begin([tried], snapshot, banyuwangi, worker), worker)
    found = effect(done)
    assert (found["moves"]["same"], found["reordered"], found["places"]) == (60, 60, 30)
    # The six of Lateng in decile 1 have the reserved places, the other 14 come next: ten places are left.
    told = {name: tuple(found[name][one] for one in ("receive", "wait", "contested", "tied")) for name in WITHIN}
    assert told == {"places_before": (30, 30, 10, 20), "places_after": (30, 30, 10, 40)}
    # An elderly person brings 2.4 million more: half of those whom the lot decides about have one.
    assert found["places_before"]["rupiah"] == 20 * 3_900_000 + 10 * 6_300_000
    assert found["places_after"]["rupiah"] == 20 * 3_900_000 + 10 * 5_100_000
    monkeypatch.setattr(snapshots, "PART", 7)
    for file in snapshots.folder(snapshot).iterdir():
        file.unlink()
    again = finish(begin([tried], snapshot, banyuwangi, worker), worker)
    assert (again.chunks, again.sha256) == (9, done.sha256)
    pkh_quota.places = 40
    pkh_quota.save()
    assert finish(begin([tried], snapshot, banyuwangi, worker), worker).sha256 != done.sha256


@pytest.fixture
def pkh_quota(banyuwangi: Area) -> Quota:
    made: Quota = factories.QuotaFactory(programme=Programme.objects.get(code="pkh"), area=banyuwangi, places=30)
    made.shares.create(name="warga Lateng", percent=20, area=factories.area(LATENG), legal="Keputusan rekaan")
    return made


def test_a_worker_that_died_is_followed_by_the_sweep(
    worker: User, banyuwangi: Area, monkeypatch: pytest.MonkeyPatch, sent_tasks: SentTasks
) -> None:
    monkeypatch.setattr(snapshots, "PART", 20)
    whole = finish(begin([draft(decile_limit=5)], snapshot_of(FAMILIES), banyuwangi, worker), worker)
    simulation = begin([draft(decile_limit=5)], whole.snapshot, banyuwangi, worker)
    simulations.advance_simulation(simulation.pk, by=worker)
    with transaction.atomic():  # killed before the chunk was committed
        simulations.advance_simulation(simulation.pk, by=worker)
        transaction.set_rollback(True)
    simulation.refresh_from_db()
    assert (simulation.counted, simulation.percent) == (20, 35)
    sent_tasks.clear()
    tasks.sweep_simulations()
    assert sent_tasks == [("eligibility.advance_simulation", {"simulation_id": simulation.pk})]
    for _step in range(3):
        tasks.advance_simulation(simulation_id=simulation.pk)
    simulation.refresh_from_db()
    assert (simulation.state, simulation.sha256) == (SimulationState.DONE, whole.sha256)


def test_a_finished_result_is_never_changed(worker: User, banyuwangi: Area) -> None:
    done = finish(begin([draft(decile_limit=5)], snapshot_of(FAMILIES), banyuwangi, worker), worker)
    for change in (
        lambda: Simulation.objects.filter(pk=done.pk).update(result={}),
        lambda: done.drafts.update(title="lain"),
        lambda: done.drafts.all()._raw_delete("default"),
    ):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            change()


def test_a_draft_that_is_no_rules_is_refused_with_line_and_column(worker: User, banyuwangi: Area) -> None:
    wrong = draft().text.replace("dtsen.decile", "dtsen.desil", 1)
    line = next(place for place, text in enumerate(wrong.splitlines(), start=1) if "dtsen.desil" in text)
    with pytest.raises(DocumentError) as refused:
        begin([Draft("salah", wrong)], None, banyuwangi, worker)
    place = refused.value.problems[0].place
    assert place is not None
    assert (place.line, place.column > 1) == (line, True)


def test_who_may_and_what_is_refused(cast: Cast, banyuwangi: Area) -> None:
    snapshot = snapshot_of(FAMILIES)
    for stranger in (cast.citra, cast.dewi, cast.gita, cast.eko):
        with pytest.raises(PermissionDenied):
            begin([draft()], snapshot, banyuwangi, stranger)
    with pytest.raises(DomainError, match="too_many"):
        begin([], snapshot, banyuwangi, cast.ani)
    with pytest.raises(DomainError, match="other_area"):
        begin([draft()], snapshot_of([], "51.02"), banyuwangi, cast.ani)
    simulation = begin([draft()], snapshot, banyuwangi, cast.ani)
    with pytest.raises(DomainError, match="already_running"):
        begin([draft()], snapshot, banyuwangi, cast.ani)
    assert list(Simulation.objects.visible_to(cast.gita)) == [simulation]
    assert not Simulation.objects.visible_to(cast.citra)
    assert simulations.stop_simulation(simulation, reason="salah", by=cast.hadi).state == SimulationState.STOPPED


def kept(one: Draft, by: User) -> Draft:
    programme = Programme.objects.get(code="pkh")
    row = RuleDraft.objects.create(
        programme=programme, title=one.title, text=one.text, sha256=one.sha256, written_by=by
    )
    return Draft(row.title, row.text, row)


def proposed(one: Draft) -> Draft:
    programme = Programme.objects.get(code="pkh")
    row = factories.RuleDraftFactory(proposed=True, programme=programme, text=one.text, sha256=one.sha256)
    return Draft(row.title, row.text, row)


def test_typed_texts_are_tried_by_who_reads_the_cases_anyway(cast: Cast, banyuwangi: Area) -> None:
    """A text may be chosen to differ by one family; coordinators and policy staff see counts only."""
    snapshot, district = snapshot_of(FAMILIES), factories.area("35.10.22")
    typed, row = draft(decile_limit=5), proposed(draft(decile_limit=5))
    for who in (cast.hadi, cast.nusa):
        for wrong in (typed, replace(row, text=f"{row.text}# lain")):
            with pytest.raises(DomainError, match="kept_only"):
                begin([wrong], snapshot, banyuwangi, who)
            with pytest.raises(DomainError, match="kept_only"):
                look([wrong], snapshot, district, who)
        assert look([row], snapshot, district, who) == look([typed], snapshot, district, cast.ani)
    with pytest.raises(PermissionDenied):
        look([row], snapshot, district, cast.citra)
    assert begin([row], snapshot, banyuwangi, cast.hadi).state == SimulationState.RUNNING


def test_saving_and_looking_again_is_for_who_reads_the_cases_anyway(cast: Cast, banyuwangi: Area) -> None:
    """Two savings may differ by one family, and both looks would show ten or more."""
    snapshot, district, row = snapshot_of(FAMILIES), factories.area("35.10.22"), kept(draft(decile_limit=5), cast.nusa)
    for who in (cast.hadi, cast.nusa):
        for drafts in ([row], [proposed(draft()), row]):
            with pytest.raises(DomainError, match="proposed_only"):
                look(drafts, snapshot, district, who)
    assert not AuditEvent.objects.filter(action="eligibility.simulation.previewed").exists()
    assert look([row], snapshot, district, cast.ani).drafts
    assert begin([row], snapshot, banyuwangi, cast.nusa).state == SimulationState.RUNNING


def look(drafts: list[Draft], snapshot: Snapshot, district: Area, by: User) -> Report:
    return simulations.preview_drafts(drafts, district=district, snapshot=snapshot, rules_on=RULES_ON, by=by)


def test_a_look_in_advance_is_on_record(cast: Cast, banyuwangi: Area) -> None:
    snapshot, district, typed = snapshot_of(FAMILIES), factories.area("35.10.22"), draft(decile_limit=5)
    look([typed], snapshot, district, cast.ani)
    row = AuditEvent.objects.get(action="eligibility.simulation.previewed")
    assert (row.actor_id, row.subject_id, row.data) == (
        cast.ani.pk, snapshot.pk, {"district": district.code, "rules_on": "2026-11-01", "drafts": [typed.sha256]},
    )  # fmt: skip


def test_a_look_in_advance_hides_what_differs_by_few_from_a_kept_simulation(
    worker: User, banyuwangi: Area, cast: Cast
) -> None:
    """40 of Kesilir gain by a draft that was simulated; a text by which 48 do would point at eight."""
    families: list[dict[str, Any]] = [{}] * 60 + [{"dtsen__decile": 5}] * 60 + [{"dtsen__decile": 6}] * 12
    snapshot, district, wider = snapshot_of(families), factories.area("35.10.22"), draft(decile_limit=6)
    assert look([wider], snapshot, district, cast.ani).drafts[0].effects[0].moves["gained"] == 48
    finish(begin([draft(decile_limit=5)], snapshot, banyuwangi, worker), worker)
    assert look([wider], snapshot, district, cast.ani).drafts[0].effects[0].moves["gained"] is None


def test_one_whose_counting_always_fails_is_given_up_and_frees_its_area(
    worker: User, banyuwangi: Area, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_given: Any) -> None:
        raise ValueError("a part that cannot be read")

    snapshot = snapshot_of(FAMILIES)
    simulation = begin([draft()], snapshot, banyuwangi, worker)
    with monkeypatch.context() as broken:
        broken.setattr(Study, "count", breaks)
        for _wake in range(simulations.MOST_FAILURES):
            simulation.refresh_from_db()
            assert simulation.state == SimulationState.RUNNING
            with pytest.raises(ValueError, match="cannot be read"):
                tasks.advance_simulation(simulation_id=simulation.pk)
    simulation.refresh_from_db()
    assert (simulation.state, "5 kali" in simulation.reason) == (SimulationState.STOPPED, True)
    tasks.advance_simulation(simulation_id=simulation.pk)
    assert finish(begin([draft()], snapshot, banyuwangi, worker), worker).state == SimulationState.DONE


def test_a_step_that_fails_now_and_then_costs_nothing(worker: User, banyuwangi: Area) -> None:
    simulation = begin([draft()], snapshot_of(FAMILIES), banyuwangi, worker)
    for _again in range(simulations.MOST_FAILURES - 1):
        simulations.note_failure(simulation.pk, by=worker)
    simulations.advance_simulation(simulation.pk, by=worker)
    simulations.note_failure(simulation.pk, by=worker)
    assert finish(simulation, worker).state == SimulationState.DONE


def test_so_few_families_are_not_reported(worker: User, banyuwangi: Area) -> None:
    done = finish(begin([draft()], snapshot_of([{}] * 9), banyuwangi, worker), worker)
    assert (done.state, done.result, done.tally) == (SimulationState.STOPPED, None, {})
    assert "kurang dari 10" in done.reason


def test_a_new_snapshot_keeps_who_heads_the_family_that_day(worker: User, banyuwangi: Area) -> None:
    head = factories.PersonFactory(sex=Sex.MALE)
    application = factories.ApplicationFactory(submitted=True)
    application.family.members.filter(relation=Relation.HEAD).update(left_on=timezone.localdate())
    factories.MemberFactory(family=application.family, person=head, relation=Relation.HEAD)
    alone = factories.ApplicationFactory(submitted=True)
    alone.family.members.update(left_on=timezone.localdate())
    type(application).objects.update(state=ApplicationState.DECIDED)
    simulation = begin([draft()], None, banyuwangi, worker)
    assert simulations.advance_simulation(simulation.pk, by=worker)
    simulation.refresh_from_db()
    rows = {row.application_id: (row.head_sex, row.head_age) for row in SnapshotRow.objects.all()}
    assert rows == {application.pk: ("L", timezone.localdate().year - head.birth_year), alone.pk: ("", None)}
    assert simulation.families == 2


def test_ground_checks_say_who_is_missed_and_who_should_not_be_there(worker: User, banyuwangi: Area) -> None:
    """The register says 2,200 VA, the visit sees 900: fit in truth, not on record."""
    snapshot = snapshot_of([{}] * 30)
    for number in range(12):
        application = factories.ApplicationFactory(submitted=True)
        said, seen = (2200, 900) if number < 8 else (900, 2200)
        fact = factories.FactFactory(family=application.family, value=said)
        SnapshotRow.objects.filter(snapshot=snapshot, application_id=FIRST + number + 1).update(
            application=application.pk
        )
        facts.record_check(fact, seen=seen, on=timezone.localdate(), by=worker)
    Snapshot.objects.update(taken_at=timezone.now())
    done = finish(begin([draft(power_limit_va=450)], snapshot, banyuwangi, worker), worker)
    checked = effect(done)["checked_before"]
    assert done.result["report"]["sample"] == 12
    assert checked["missed"] == {"n": None, "hits": None, "low": None, "high": None}  # eight are too few
    assert (checked["leakage"]["n"], effect(done)["checked_after"]["leakage"]["n"]) == (None, 0)


def test_checks_that_confirm_the_record_count_as_much_as_those_that_do_not(worker: User, banyuwangi: Area) -> None:
    """Of 30 families that fit on record, visits found 10 who do not; the last look at a family counts."""
    snapshot = snapshot_of([{}] * 40)
    for number in range(30):
        application = factories.ApplicationFactory(submitted=True)
        fact = factories.FactFactory(family=application.family, value=900)
        SnapshotRow.objects.filter(snapshot=snapshot, application_id=FIRST + number + 1).update(
            application=application.pk
        )
        seen = [2200] if number < 10 else [2200, 900]
        for value in seen:
            facts.record_check(fact, seen=value, on=timezone.localdate(), by=worker)
        if number < 10:  # a ruling followed for these: the fact it left is no second look
            facts.supersede_fact(fact, value=2200, source=Source.GROUND_CHECK, as_of=timezone.localdate(), by=worker)
    Snapshot.objects.update(taken_at=timezone.now())
    done = finish(begin([draft(decile_limit=5)], snapshot, banyuwangi, worker), worker)
    assert done.result["report"]["sample"] == 30
    # Wilson's interval of 10 of 30, in permille
    assert effect(done)["checked_before"]["leakage"] == {"n": 30, "hits": 10, "low": 192, "high": 512}


def test_a_record_too_old_for_a_draft_is_open_until_a_visit_sees_it(worker: User, banyuwangi: Area) -> None:
    """Twelve families fit by a record of a month ago; a draft that wants twenty days finds none of them."""
    snapshot = snapshot_of([{}] * 30)
    SnapshotRow.objects.update(ages=[0] * len(snapshot.facts))
    for number in range(12):
        application = factories.ApplicationFactory(submitted=True)
        fact = factories.FactFactory(family=application.family, value=900)
        SnapshotRow.objects.filter(snapshot=snapshot, application_id=FIRST + number + 1).update(
            application=application.pk
        )
        facts.record_check(fact, seen=900, on=timezone.localdate(), by=worker)
    Snapshot.objects.update(taken_at=timezone.now())
    fresher = {**yaml.safe_load(draft().text), "max_age_days": {"pln.power_va": 20}}
    tried = [Draft("Data baru", yaml.safe_dump(fresher, sort_keys=False))]
    done = finish(begin(tried, snapshot, banyuwangi, worker), worker)
    before, after = (effect(done)[f"checked_{when}"]["missed"] for when in ("before", "after"))
    assert ((before["n"], before["hits"]), (after["n"], after["hits"])) == ((12, 0), (12, 12))


def test_a_district_is_looked_at_in_advance_from_files_or_from_the_table(banyuwangi: Area) -> None:
    snapshot = snapshot_of(FAMILIES)
    district = factories.area("35.10.22")
    documents = [_parsed(draft(decile_limit=5))]
    from_table = preview(documents, snapshot=snapshot, area=district, on=RULES_ON)
    snapshots.scan(snapshot)
    assert preview(documents, snapshot=snapshot, area=district, on=RULES_ON) == from_table
    assert from_table.families == 38
    assert from_table.drafts[0].effects[0].moves["gained"] == 10


def _parsed(one: Draft) -> RuleDocument:
    return read_document(one.text)[1]
