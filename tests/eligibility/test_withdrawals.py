"""A version is taken back before its first day by two officers, who are told what would follow."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, ProgrammingError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from eligibility.enums import WithdrawalState
from eligibility.gaps import gap_without
from eligibility.models import Programme, RuleDraft, RuleSet, Withdrawal
from eligibility.services.withdrawals import agree_to_withdrawal, decline_withdrawal, propose_withdrawal
from perlinsos.accounts.enums import Role
from perlinsos.accounts.models import User
from perlinsos.core.models import AuditEvent
from perlinsos.decrees.models import Decree, DecreeKind
from tests import factories
from tests.cast import BANYUWANGI, Cast
from tests.conftest import SignIn
from tests.eligibility.documents import small
from tests.eligibility.proposals import TOMORROW, code_of, enact, propose, text, written
from tests.factories.base import SINCE

pytestmark = pytest.mark.django_db


@pytest.fixture
def other_decree() -> Decree:
    return factories.DecreeFactory(kind=DecreeKind.RULES, area=None)


@pytest.fixture
def scheduled(proposed: Callable[..., RuleDraft], tara: User, decree: Decree) -> RuleSet:
    """Begins tomorrow; Nusa wrote and proposed it, Tara enacted it."""
    version = enact(proposed(), decree, tara).rule_set
    assert version is not None
    return version


def periods(programme: Programme) -> dict[str, tuple[date | None, date | None]]:
    return {one.version: (one.valid_during.lower, one.valid_during.upper) for one in programme.rule_sets.kept()}


def page(client: Client, rule_set: RuleSet) -> str:
    address = reverse("rule-version", args=[rule_set.programme.code, rule_set.version])
    return re.sub(r"\s+", " ", client.get(address).content.decode())


# --- two officers ---------------------------------------------------------------------------------
def test_two_officers_take_a_version_back_and_the_one_before_holds_on(
    scheduled: RuleSet, programme: Programme, nusa: User, tara: User, decree: Decree, other_decree: Decree
) -> None:
    wrong = factories.DecreeFactory(kind=DecreeKind.RESULT, area=None)

    def propose_it(rule_set: RuleSet, under: Decree) -> Withdrawal:
        return propose_withdrawal(rule_set, decree=under, reason="Anggaran belum ada", by=nusa)

    assert code_of(lambda: propose_it(scheduled, wrong)) == "decree_not_valid"
    assert code_of(lambda: propose_it(scheduled, decree)) == "same_decree"
    assert code_of(lambda: propose_it(programme.rule_sets.get(version="2026-1"), decree)) == "not_scheduled"
    withdrawal = propose_it(scheduled, other_decree)
    assert code_of(lambda: propose_it(scheduled, other_decree)) == "already_proposed"
    assert "2027-1" in periods(programme)
    assert code_of(lambda: agree_to_withdrawal(withdrawal, by=nusa)) == "same_officer"
    taken_back = agree_to_withdrawal(withdrawal, by=tara)
    assert periods(programme) == {"2026-1": (SINCE, None)}
    assert (taken_back.withdrawn_under, programme.rule_sets.count()) == (other_decree, 2)  # history stays
    assert code_of(lambda: agree_to_withdrawal(withdrawal, by=tara)) == "not_scheduled"
    event = AuditEvent.objects.get(action="eligibility.rule_set.withdrawn")
    assert event.data["reason"] == "Anggaran belum ada"
    again = propose(written(programme, nusa, text("2027-2")), nusa)
    assert enact(again, decree, tara).rule_set is not None


def test_a_proposal_that_is_declined_changes_nothing_and_may_be_made_again(
    scheduled: RuleSet, programme: Programme, nusa: User, tara: User, other_decree: Decree
) -> None:
    for officer in (tara, nusa):  # also by who proposed it
        withdrawal = propose_withdrawal(scheduled, decree=other_decree, reason="x", by=nusa)
        declined = decline_withdrawal(withdrawal, reason="Anggaran ada", by=officer)
        assert (declined.state, declined.decided_by) == (WithdrawalState.REFUSED, officer)
        assert code_of(lambda withdrawal=declined: agree_to_withdrawal(withdrawal, by=tara)) == "bad_transition"
    assert periods(programme)["2027-1"] == (TOMORROW, None)


def test_a_decree_that_is_revoked_meanwhile_carries_nothing(
    scheduled: RuleSet, nusa: User, tara: User, other_decree: Decree
) -> None:
    withdrawal = propose_withdrawal(scheduled, decree=other_decree, reason="x", by=nusa)
    Decree.objects.filter(pk=other_decree.pk).update(revoked_at=timezone.now())
    assert code_of(lambda: agree_to_withdrawal(withdrawal, by=tara)) == "decree_not_valid"


def test_only_policy_staff_of_the_whole_programme(
    scheduled: RuleSet, cast: Cast, nusa: User, other_decree: Decree
) -> None:
    withdrawal = propose_withdrawal(scheduled, decree=other_decree, reason="x", by=nusa)
    calls: list[Callable[[User], Any]] = [
        lambda by: propose_withdrawal(scheduled, decree=other_decree, reason="x", by=by),
        lambda by: agree_to_withdrawal(withdrawal, by=by),
        lambda by: decline_withdrawal(withdrawal, reason="x", by=by),
    ]
    regency = factories.staff("Wangi", Role.POLICY, BANYUWANGI)
    for call in calls:
        for user in (cast.ani, cast.hadi, cast.gita, regency):
            with pytest.raises(PermissionDenied):
                call(user)


def test_the_database_asks_for_two_and_keeps_what_they_said(
    scheduled: RuleSet, nusa: User, tara: User, decree: Decree, other_decree: Decree
) -> None:
    withdrawal = propose_withdrawal(scheduled, decree=other_decree, reason="x", by=nusa)
    rows, version = Withdrawal.objects.filter(pk=withdrawal.pk), RuleSet.objects.filter(pk=scheduled.pk)
    for alone in (None, nusa):
        with pytest.raises(IntegrityError, match="withdrawal_needs_two"), transaction.atomic():
            rows.update(state=WithdrawalState.EFFECTIVE, decided_by=alone)
    with pytest.raises(IntegrityError, match="withdrawal_once_per_version"), transaction.atomic():
        Withdrawal.objects.create(rule_set=scheduled, decree=other_decree, reason="y", proposed_by=tara)
    rows.update(state=WithdrawalState.EFFECTIVE, decided_by=tara)
    with pytest.raises(ProgrammingError, match="is never changed"), transaction.atomic():
        rows.update(reason="lain")
    taken_back = {"valid_during": DateRange(empty=True), "withdrawn_at": timezone.now()}
    with pytest.raises(IntegrityError, match="as two officers agreed"), transaction.atomic():
        version.update(**taken_back, withdrawn_under=decree)
    with pytest.raises(IntegrityError, match="rule_set_withdrawn_under_a_decree"), transaction.atomic():
        version.update(withdrawn_at=timezone.now(), withdrawn_under=other_decree)
    assert version.update(**taken_back, withdrawn_under=other_decree) == 1


# --- days without rules ---------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("earlier_until", "later_from", "gap"),
    [
        (None, None, None),
        ("2030-01-01", None, (date(2030, 1, 1), None)),
        ("2030-01-01", date(2031, 1, 1), (date(2030, 1, 1), date(2031, 1, 1))),
        ("2032-01-01", date(2031, 1, 1), None),
        (None, date(2031, 1, 1), None),
    ],
)
def test_days_without_rules_are_named_before_and_are_what_follows(
    earlier_until: str | None, later_from: date | None, gap: Any, nusa: User, tara: User, other_decree: Decree
) -> None:
    programme = factories.ProgrammeFactory(code="uji")
    document = small(valid={"from": SINCE.isoformat(), "until": earlier_until})
    periods_of = {"2026-1": (SINCE, TOMORROW), "2027-1": (TOMORROW, later_from), "2031-1": (later_from, None)}
    for version, (begins, ends) in periods_of.items():
        if begins:
            period = DateRange(begins, ends)
            factories.RuleSetFactory(programme=programme, version=version, document=document, valid_during=period)
    scheduled = programme.rule_sets.get(version="2027-1")
    assert gap_without(scheduled) == gap
    withdrawal = propose_withdrawal(scheduled, decree=other_decree, reason="x", by=nusa)
    agree_to_withdrawal(withdrawal, by=tara)
    end = gap[0] if gap else later_from
    assert periods(programme)["2026-1"] == (SINCE, end)


def test_a_first_version_leaves_everybody_undecided_when_it_is_taken_back() -> None:
    first = factories.RuleSetFactory(document=small(), valid_during=DateRange(TOMORROW, None))
    assert gap_without(first) == (TOMORROW, None)


# --- the pages ------------------------------------------------------------------------------------
def test_the_walk_of_taking_back(
    client: Client, sign_in: SignIn, scheduled: RuleSet, nusa: User, tara: User, decree: Decree, other_decree: Decree
) -> None:
    address = reverse("rule-withdraw", args=["uji", "2027-1"])
    second = Client()
    sign_in(client, nusa), sign_in(second, tara)
    refused = client.post(address, {"decree": decree.public_id, "reason": "Anggaran"})
    assert "Penarikan memerlukan SK tersendiri." in refused.content.decode()
    client.post(address, {"decree": other_decree.public_id, "reason": "Anggaran"})
    withdrawal = Withdrawal.objects.get()
    agree, decline = (reverse(f"withdrawal-{verb}", args=[withdrawal.public_id]) for verb in ("agree", "decline"))
    assert "Petugas lain harus menyetujui." in page(client, scheduled)
    assert agree not in page(client, scheduled)
    assert agree in page(second, scheduled)
    assert "belum diisi" in second.post(decline, {"reason": ""}).content.decode()
    assert "Petugas lain harus menyetujui." in client.post(agree, follow=True).content.decode()
    assert "Versi sebelumnya terus berlaku." in second.post(agree, follow=True).content.decode()
    told = page(client, scheduled)
    assert "Anggaran" in told
    assert "Ditarik oleh Tara" in told
    assert "Diusulkan oleh Nusa" in told


def test_who_may_not_write_rules_is_led_nowhere(
    client: Client, cast: Cast, sign_in: SignIn, scheduled: RuleSet, nusa: User, other_decree: Decree
) -> None:
    withdrawal = propose_withdrawal(scheduled, decree=other_decree, reason="Anggaran", by=nusa)
    agree = reverse("withdrawal-agree", args=[withdrawal.public_id])
    for who, status in ((cast.ani, 404), (cast.hadi, 404), (factories.staff("Wangi", Role.POLICY, BANYUWANGI), 404)):
        sign_in(client, who)
        assert client.post(agree).status_code == status
        told = page(client, scheduled)
        assert "Anggaran" in told  # what is to be done with rules is no secret at the desk
        assert agree not in told


def test_a_version_says_who_proposed_it_and_what_was_known(
    client: Client, cast: Cast, sign_in: SignIn, scheduled: RuleSet, nusa: User
) -> None:
    link = reverse("draft-detail", args=[RuleDraft.objects.get().public_id])
    for who, may_open in ((nusa, True), (cast.ani, False)):
        sign_in(client, who)
        told = page(client, scheduled)
        assert "Diusulkan oleh Nusa" in told
        assert "Ditetapkan oleh Tara" in told
        assert "Dicoba pada 0 keluarga acuan: 0 berbeda dari yang disepakati. Disepakati rapat" in told
        assert "Hanya uji" in told
        assert (link in told) is may_open


def test_a_version_shows_what_simulations_said_of_it(
    client: Client, sign_in: SignIn, nusa: User, tara: User, decree: Decree
) -> None:
    version = factories.RuleSetFactory(document=small(), version="2026-1")
    effect = {"programme": "uji", "before": 40, "after": None, "gained": 30, "lost": 0, "to_check": 0}
    said = {
        "area": "Kabupaten Banyuwangi", "families": 74, "effects": [{**effect, "difference": 36_000_000}],
        "snapshot_on": "2026-11-02", "rules_on": "2026-11-03", "against": "2025-1",
    }  # fmt: skip
    factories.RuleDraftFactory(
        programme=version.programme, state="enacted", rule_set=version, decree=decree, simulation_summary=[said],
        proposed_by=nusa, proposed_at=timezone.now(), enacted_by=tara, enacted_at=timezone.now(),
    )  # fmt: skip
    sign_in(client, nusa)
    told = page(client, version)
    assert "Kabupaten Banyuwangi" in told
    assert "2 November 2026" in told


def test_days_without_rules_are_shown_where_it_is_taken_back(
    client: Client, sign_in: SignIn, nusa: User, decree: Decree
) -> None:
    first = factories.RuleSetFactory(
        programme=factories.ProgrammeFactory(code="uji"), version="2027-1", document=small(),
        valid_during=DateRange(TOMORROW + timedelta(days=1), None),
    )  # fmt: skip
    sign_in(client, nusa)
    assert "Tanpa versi ini ada hari-hari tanpa aturan" in page(client, first)
