"""What each quarter is paid: by what held on its last day, without the months that ended in a pause or after an end."""

from datetime import date

import pytest

from eligibility import receiving
from eligibility.enums import Outcome, ParticipationState
from eligibility.models import DutyRecord, Participation
from eligibility.payments import Payment
from eligibility.services import leaving, participations
from enrollment.models import Application
from tests import factories
from tests.cast import Cast
from tests.eligibility.test_participations import STATEMENT, at, begin, decide_again, look_after, propose
from tests.factories.receiving import pkh_document, stored

pytestmark = pytest.mark.django_db
NOVEMBER = date(2026, 11, 20)
FULL, THIRD = 2_600_000, 866_666  # of 10.4 million a year


@pytest.fixture
def one(cast: Cast) -> Participation:
    """Indah's family, since January."""
    return begin(cast)


def payments(one: Participation, on: date = NOVEMBER) -> tuple[Payment, ...]:
    """This quarter and the last."""
    with at(on):
        read = receiving.with_payments(Participation.objects.select_related("programme")).get(pk=one.pk)
        kept = DutyRecord.objects.current().filter(member__family=one.application.family)
        return receiving.card_of(read, list(kept)).payments


def sums(one: Participation, on: date = NOVEMBER) -> list[int]:
    return [payment.settlement.rupiah for payment in payments(one, on)]


def test_a_new_sum_leaves_the_quarters_before_alone(one: Participation) -> None:
    with at(date(2026, 10, 5)):
        decide_again(one, amount_per_year=4_000_000)
    assert sums(one) == [1_000_000, FULL]
    assert sums(one, date(2027, 1, 3)) == [1_000_000, 1_000_000]


def test_the_last_decision_within_a_quarter_settles_it(one: Participation) -> None:
    with at(date(2026, 8, 1)):
        first = decide_again(one, amount_per_year=4_000_000)
    with at(date(2026, 9, 30)):
        one.determination = first
        second = decide_again(one, amount_per_year=6_000_000)
    with at(date(2026, 10, 1)):
        one.determination = second
        decide_again(one, amount_per_year=8_000_000)
    assert sums(one) == [2_000_000, 1_500_000]


def test_the_duties_of_a_quarter_are_those_of_its_own_rules(one: Participation) -> None:
    pupil = factories.PupilFactory(family=one.application.family)
    for month in (date(2026, 9, 1), date(2026, 10, 1)):
        factories.DutyRecordFactory(member=pupil, month=month)
    strict = pkh_document() | {"duties": [pkh_document()["duties"][0] | {"cut_percent": 50}]}
    in_force = (date(2000, 1, 1), date(2000, 2, 1))  # no matter here: a decision names its rules
    rules = factories.RuleSetFactory(version="2026.3", document=stored(strict), valid_during=in_force)
    with at(date(2026, 10, 5)):
        decide_again(one, amount_per_year=10_400_000, rule_set=rules)
    assert sums(one) == [FULL // 2, 2_340_000]


@pytest.mark.parametrize("outcome", [Outcome.UNDECIDED, Outcome.NOT_ELIGIBLE])
def test_an_answer_that_is_unknown_or_against_the_family_takes_nothing(one: Participation, outcome: str) -> None:
    """Assistance goes on meanwhile, and the page says how much."""
    with at(date(2026, 8, 5)):
        decide_again(one, outcome=outcome, amount_per_year=0, facts=factories.used())
        if outcome == Outcome.NOT_ELIGIBLE:
            assert look_after(one).state == ParticipationState.CHECK
    assert sums(one) == [FULL, FULL]


def test_a_month_that_ended_in_a_pause_is_not_paid_for(cast: Cast, one: Participation) -> None:
    with at(date(2026, 8, 20)):
        participations.suspend(one, reason="rekening diperiksa", by=cast.ani)
    with at(date(2026, 9, 10)):
        participations.resume(one, reason="rekening benar", by=cast.ani)
    now, before = payments(one)
    assert (now.settlement.rupiah, now.left_out) == (FULL, ())
    assert before.settlement.rupiah == 2 * FULL // 3
    assert before.left_out == ("Tidak untuk Agustus: pembayaran dijeda.",)


def test_while_paused_both_quarters_show(cast: Cast, one: Participation) -> None:
    with at(date(2026, 11, 5)):
        participations.suspend(one, reason="rekening diperiksa", by=cast.ani)
    now, before = payments(one)
    assert (now.settlement.rupiah, before.settlement.rupiah) == (THIRD, FULL)
    assert now.left_out == ("Tidak untuk November, Desember: pembayaran dijeda.",)
    assert now.is_running


def test_a_pause_within_a_month_costs_nothing(cast: Cast, one: Participation) -> None:
    with at(date(2026, 11, 2)):
        participations.suspend(one, reason="rekening diperiksa", by=cast.ani)
    with at(date(2026, 11, 18)):
        participations.resume(one, reason="rekening benar", by=cast.ani)
    assert sums(one) == [FULL, FULL]


def test_records_of_a_paused_month_cut_nothing(cast: Cast, one: Participation) -> None:
    factories.DutyRecordFactory(
        member=factories.PupilFactory(family=one.application.family), month=date(2026, 8, 1), recorded_by=cast.eko
    )
    assert sums(one) == [FULL, 2_340_000]
    with at(date(2026, 8, 20)):
        participations.suspend(one, reason="rekening diperiksa", by=cast.ani)
    with at(date(2026, 9, 10)):
        participations.resume(one, reason="rekening benar", by=cast.ani)
    assert sums(one) == [FULL, 2 * FULL // 3]


def test_the_last_quarter_shows_after_an_end(cast: Cast, one: Participation) -> None:
    with at(date(2026, 11, 10)):
        propose(one, "moved", by=cast.ani)
        leaving.agree_to_end(one, by=cast.budi)
    now, before = payments(one)
    assert (now.settlement.rupiah, before.settlement.rupiah) == (THIRD, FULL)
    assert now.left_out == ("Tidak untuk November, Desember: bantuan sudah berakhir.",)
    assert [payment.settlement.rupiah for payment in payments(one, date(2027, 1, 10))] == [THIRD]
    assert payments(one, date(2027, 4, 1)) == ()


def test_who_steps_back_and_returns_in_time_loses_nothing(cast: Cast, one: Participation) -> None:
    with at(date(2026, 9, 28)):
        leaving.step_back(one, statement=STATEMENT, reason="", by=cast.indah)
        assert sums(one, date(2026, 9, 28))[0] == 2 * FULL // 3
    with at(date(2026, 10, 3)):
        leaving.take_back(one, by=cast.indah)
    assert sums(one) == [FULL, FULL]


def test_a_pause_goes_on_while_the_family_is_away(cast: Cast, one: Participation) -> None:
    with at(date(2026, 8, 20)):
        participations.suspend(one, reason="rekening diperiksa", by=cast.ani)
    with at(date(2026, 9, 28)):
        leaving.step_back(one, statement=STATEMENT, reason="", by=cast.indah)
    with at(date(2026, 10, 3)):
        leaving.take_back(one, by=cast.indah)
    now, before = payments(one)
    assert (now.settlement.rupiah, before.settlement.rupiah) == (0, THIRD)
    assert before.left_out == ("Tidak untuk Agustus, September: pembayaran dijeda.",)


def test_a_month_of_the_earlier_registration_is_paid_once(cast: Cast) -> None:
    """Who comes back within a quarter is paid from the month on in which it ended before."""
    earlier = begin(cast, date(2025, 6, 1))
    with at(date(2026, 2, 2)):
        propose(earlier, "moved", by=cast.ani)
        leaving.agree_to_end(earlier, by=cast.budi)
    Application.objects.filter(pk=earlier.application_id).update(state="withdrawn")
    with at(date(2026, 3, 9)):
        anew = factories.ApplicationFactory(announced=True, family=earlier.application.family, owner=cast.indah)
        later = factories.participation(anew)
    on = date(2026, 3, 20)
    assert sums(earlier, on) == [THIRD, FULL]
    (payment,) = payments(later, on)
    assert payment.settlement.rupiah == 2 * FULL // 3
    assert payment.left_out == ("Tidak untuk Januari: sudah masuk masa penerimaan sebelumnya.",)
    with at(on):
        cards = receiving.of(receiving.with_receiving(Application.objects.filter(pk=anew.pk)).get())
    assert [card.payments for card in cards] == [(payment,)]


def test_the_status_page_reads_the_same_as_the_page_of_the_participation(cast: Cast, one: Participation) -> None:
    factories.DutyRecordFactory(
        member=factories.PupilFactory(family=one.application.family), month=date(2026, 10, 1), recorded_by=cast.eko
    )
    with at(date(2026, 11, 5)):
        participations.suspend(one, reason="rekening diperiksa", by=cast.ani)
    with at(NOVEMBER):
        (card,) = receiving.of(receiving.with_receiving(Application.objects.filter(pk=one.application_id)).get())
    assert [payment.settlement.rupiah for payment in card.payments] == [780_000, FULL]
    assert card.payments == payments(one)


def test_nothing_is_shown_before_the_family_received(cast: Cast) -> None:
    assert sums(begin(cast, date(2026, 10, 15))) == [FULL]
