"""Writing rules as policy staff: kept as typed, two people, tried, enacted under a decree, taken back."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone
from django.utils.translation import gettext

from eligibility import drafting
from eligibility.enums import DraftState
from eligibility.models import WRITERS, GoldenFamily, Programme, RuleDraft, RuleSet
from eligibility.services import drafts
from perlinsos.accounts.enums import Role
from perlinsos.accounts.models import User
from perlinsos.core.models import AuditEvent
from perlinsos.decrees.models import Decree, DecreeKind
from perlinsos.regions.models import Parameter
from tests import factories
from tests.cast import BANYUWANGI, TABANAN, Cast
from tests.eligibility.documents import small
from tests.eligibility.proposals import TOMORROW, WHY, code_of, enact, text
from tests.factories.base import SINCE

pytestmark = pytest.mark.django_db


def periods(programme: Programme) -> dict[str, tuple[date | None, date | None]]:
    kept = programme.rule_sets.kept()
    return {one.version: (one.valid_during.lower, one.valid_during.upper) for one in kept}


# --- writing --------------------------------------------------------------------------------------
def test_what_is_wrong_is_kept_as_typed_and_every_edition_stays(programme: Programme, nusa: User) -> None:
    draft = drafts.start_draft(programme, title="Batas daya", base=programme.rule_sets.get(), by=nusa)
    assert drafting.check(draft.text, programme).document is not None
    draft = drafts.save_text(draft, text="criteria: [\tbelum selesai", edition=1, by=nusa)
    draft.refresh_from_db()
    assert draft.text == "criteria: [\tbelum selesai"
    assert list(draft.editions.order_by("number").values_list("number", flat=True)) == [1, 2]
    assert drafts.save_text(draft, text=draft.text, edition=2, by=nusa).edition == 2  # nothing new to keep


def test_of_two_who_save_at_once_the_second_is_told_and_loses_nothing(
    programme: Programme, nusa: User, tara: User
) -> None:
    draft = drafts.start_draft(programme, title="Batas daya", base=None, by=nusa)
    drafts.save_text(draft, text="dari Nusa", edition=1, by=nusa)
    assert code_of(lambda: drafts.save_text(draft, text="dari Tara", edition=1, by=tara)) == "edited_meanwhile"
    assert drafts.save_text(draft, text="dari Tara", edition=2, by=tara).edition == 3
    assert set(draft.editions.values_list("text", flat=True)) == {"", "dari Nusa", "dari Tara"}


SENTENCES = dict.fromkeys(("rule", "known", "unknown"), "Kalimat.")
UNKNOWN_OVERLAP = {"programme": "lain", "blocks": False, "legal": "x", "text": {"id": SENTENCES, "en": SENTENCES}}


@pytest.mark.parametrize(
    ("changes", "place", "words"),
    [
        ({"version": "2026-1"}, "version", "Versi 2026-1 sudah ada"),
        ({"first_day": timezone.localdate() - timedelta(days=1)}, "valid.from", "hari ini atau sesudahnya"),
        ({"programme": {"code": "lain", "name": "Lain"}}, "programme.code", "harus “uji”"),
        ({"overlaps": [UNKNOWN_OVERLAP]}, "overlaps[0].programme", "yang tidak dikenal"),
    ],
)
def test_what_is_right_by_itself_but_wrong_here_is_named_with_its_place(
    programme: Programme, changes: dict[str, Any], place: str, words: str
) -> None:
    found = drafting.check(text(**changes), programme)
    (problem,) = found.problems
    assert problem.path == place
    assert problem.place is not None
    assert problem.place.line > 1
    assert words in gettext(problem.message) % problem.params
    assert found.document is not None


def test_a_version_that_would_meet_a_later_one_is_told_which(programme: Programme) -> None:
    factories.RuleSetFactory(
        programme=programme, version="2030-1", document=small(), valid_during=DateRange(date(2030, 1, 1), None)
    ) if programme.rule_sets.update(valid_during=DateRange(SINCE, date(2030, 1, 1))) else None
    (problem,) = drafting.check(text(), programme).problems
    assert (problem.path, problem.params["version"]) == ("valid.until", "2030-1")
    assert drafting.check(text(until="2030-01-01"), programme).is_ready
    (problem,) = drafting.check(text(first_day=date(2030, 1, 1)), programme).problems
    assert problem.path == "valid.from"


def test_what_would_follow_is_said_before(programme: Programme) -> None:
    """A gap after the end, and regions whose minimum wage is not set, would leave families undecided."""
    factories.ParameterFactory(area=factories.area(TABANAN))
    factories.ParameterFactory(area=factories.area(BANYUWANGI))
    factories.ParameterFactory(area=factories.area(TABANAN), name=Parameter.Name.MINIMUM_WAGE, value=3_000_000)
    wage = {"minimum_wage": {"unit": "rupiah/month", "regional": True}, **small()["parameters"]}
    document = drafting.check(text(until="2031-01-01", parameters=wage), programme).document
    assert document is not None
    assert drafting.gap_after(document, programme) == date(2031, 1, 1)
    (missing,) = drafting.missing_values(document, programme)
    assert (missing.parameter, missing.areas) == ("minimum_wage", (str(factories.area(BANYUWANGI)),))


# --- four eyes ------------------------------------------------------------------------------------
def test_a_proposal_was_tried_on_exactly_its_text(programme: Programme, nusa: User) -> None:
    GoldenFamily.objects.create(
        code="uji", name="Keluarga Rekaan", story="Daya 900.", facts={"pln.power_va": {"value": 2200, "days_old": 0}},
        expected={"uji": {"outcome": "eligible", "rupiah_per_year": 1_200_000}},
    )  # fmt: skip
    draft = drafts.start_draft(programme, title="Batas daya", base=None, by=nusa)

    def propose(**reasons: str) -> RuleDraft:
        return drafts.propose_draft(draft, edition=draft.edition, **reasons, by=nusa)

    assert code_of(propose) == "not_ready"
    draft = drafts.save_text(draft, text=text(), edition=1, by=nusa)
    assert code_of(propose) == "not_replayed"
    replay = drafts.replay_draft(draft, by=nusa)
    assert [(one["code"], one["expected"]["outcome"], one["got"]["outcome"]) for one in replay.differing] == [
        ("uji", "eligible", "not_eligible")
    ]
    assert code_of(propose) == "golden_differs"
    assert code_of(lambda: propose(golden_reason="Memang begitu")) == "not_simulated"
    draft = drafts.save_text(draft, text=text() + "# lain\n", edition=2, by=nusa)
    assert code_of(lambda: propose(**WHY)) == "not_replayed"
    drafts.replay_draft(draft, by=nusa)
    GoldenFamily.objects.update(expected={"uji": {"outcome": "not_eligible", "because": ["power"]}})
    assert code_of(lambda: propose(**WHY)) == "not_replayed"  # the families have changed since
    drafts.replay_draft(draft, by=nusa)
    assert propose(unsimulated_reason="Hanya uji").state == DraftState.PROPOSED


def test_a_second_officer_enacts_under_a_decree_and_the_version_before_ends(
    proposed: Callable[..., RuleDraft], programme: Programme, nusa: User, tara: User, decree: Decree
) -> None:
    draft = proposed()
    local = factories.DecreeFactory(kind=DecreeKind.RULES)
    result = factories.DecreeFactory(kind=DecreeKind.RESULT, area=None)
    assert code_of(lambda: enact(draft, decree, nusa)) == "same_officer"
    for wrong in (local, result):  # a programme of the whole nation needs a decree of the nation, about rules
        assert code_of(lambda wrong=wrong: enact(draft, wrong, tara)) == "decree_not_valid"
    assert code_of(lambda: drafts.save_text(draft, text="x", edition=2, by=tara)) == "not_a_draft"
    enacted = enact(draft, decree, tara)
    assert enacted.rule_set is not None
    assert periods(programme) == {"2026-1": (SINCE, TOMORROW), "2027-1": (TOMORROW, None)}
    assert RuleSet.objects.in_force().get().version == "2026-1"
    assert (enacted.enacted_by, enacted.decree) == (tara, decree)
    assert code_of(lambda: enact(draft, decree, tara)) == "already_enacted"
    assert drafting.text_of(enacted.rule_set) == draft.text
    assert AuditEvent.objects.filter(action="eligibility.ruledraft.enacted").count() == 1


def test_a_proposal_goes_back_or_ends_with_its_text(proposed: Callable[..., RuleDraft], nusa: User, tara: User) -> None:
    draft = drafts.return_draft(proposed(), reason="Periksa lagi", by=tara)
    assert (draft.state, draft.proposed_by) == (DraftState.DRAFT, None)
    assert drafts.give_up_draft(draft, reason="Batal", by=nusa).state == DraftState.WITHDRAWN
    rejected = drafts.reject_draft(proposed(text("2027-2")), reason="Tidak adil", by=tara)
    assert (rejected.state, "2027-2" in rejected.text) == (DraftState.REJECTED, True)
    assert code_of(lambda: drafts.return_draft(rejected, reason="", by=tara)) == "bad_transition"


def test_an_earlier_version_comes_back_as_a_new_one(
    proposed: Callable[..., RuleDraft], programme: Programme, nusa: User, tara: User, decree: Decree
) -> None:
    enact(proposed(), decree, tara)
    first = programme.rule_sets.get(version="2026-1")
    later = TOMORROW + timedelta(days=30)
    draft = drafts.start_revert(first, version="2027-2", first_day=later, title="Kembali ke 2026-1", by=nusa)
    drafts.replay_draft(draft, by=nusa)
    draft = drafts.propose_draft(draft, edition=1, **WHY, by=nusa)
    enacted = enact(draft, decree, tara)
    assert enacted.rule_set is not None
    assert {**enacted.rule_set.document, "version": "", "valid": ""} == {**first.document, "version": "", "valid": ""}
    assert periods(programme)["2027-1"] == (TOMORROW, later)
    assert (enacted.is_revert, enacted.base, programme.rule_sets.count()) == (True, first, 3)


# --- who ------------------------------------------------------------------------------------------
def test_who_reaches_which_programmes(rules: dict[str, Programme], cast: Cast) -> None:
    """PKH runs everywhere; a package of Banyuwangi runs there only."""
    nation = factories.staff("Nusa", Role.POLICY, "")
    province, regency = factories.staff("Jati", Role.POLICY, "35"), factories.staff("Wangi", Role.POLICY, BANYUWANGI)
    elsewhere = factories.staff("Bali", Role.POLICY, TABANAN)
    local = rules["paket-nutrisi"]
    reaches = (nation, {"pkh", local.code}), (province, {local.code}), (regency, {local.code}), (elsewhere, set())
    for user, expected in reaches:
        reached = Programme.objects.within_reach(user, roles=WRITERS).filter(code__in=["pkh", local.code])
        assert set(reached.values_list("code", flat=True)) == expected, user
    for user in (cast.ani, cast.hadi, cast.laras):
        assert not Programme.objects.within_reach(user, roles=WRITERS).exists(), user
        with pytest.raises(PermissionDenied):
            drafts.start_draft(local, title="x", base=None, by=user)
    factories.RuleDraftFactory(programme=local)
    assert RuleDraft.objects.visible_to(regency).exists()
    assert RuleDraft.objects.visible_to(cast.gita).exists()
    assert not RuleDraft.objects.visible_to(elsewhere).exists()
    decree = factories.DecreeFactory(kind=DecreeKind.RULES)
    assert list(drafting.decrees_for(local)) == [decree]
    assert not drafting.decrees_for(rules["pkh"]).exists()


def test_every_service_asks_who_may(proposed: Callable[..., RuleDraft], cast: Cast, decree: Decree) -> None:
    draft = proposed()
    calls: list[Callable[[User], Any]] = [
        lambda by: drafts.save_text(draft, text="x", edition=2, by=by),
        lambda by: drafts.replay_draft(draft, by=by),
        lambda by: drafts.propose_draft(draft, edition=2, by=by),
        lambda by: enact(draft, decree, by),
        lambda by: drafts.return_draft(draft, reason="x", by=by),
        lambda by: drafts.reject_draft(draft, reason="x", by=by),
        lambda by: drafts.give_up_draft(draft, reason="x", by=by),
        lambda by: drafts.start_revert(
            RuleSet.objects.get(), version="9", first_day=TOMORROW, title="x", by=by
        ),
    ]  # fmt: skip
    regency = factories.staff("Wangi", Role.POLICY, BANYUWANGI)
    for call in calls:
        for user in (cast.ani, cast.hadi, cast.gita, regency):
            with pytest.raises(PermissionDenied):
                call(user)


# --- the database ---------------------------------------------------------------------------------
def test_the_database_refuses_one_person_for_both(cast: Cast) -> None:
    draft = factories.RuleDraftFactory(proposed=True)
    with pytest.raises(IntegrityError, match="rule_draft_enacted_by_another_officer"), transaction.atomic():
        RuleDraft.objects.filter(pk=draft.pk).update(state=DraftState.ENACTED, enacted_by=draft.proposed_by)
    with pytest.raises(IntegrityError, match="rule_draft_enacted_under_a_decree"), transaction.atomic():
        RuleDraft.objects.filter(pk=draft.pk).update(
            state=DraftState.ENACTED, enacted_by=cast.budi, enacted_at=timezone.now()
        )
