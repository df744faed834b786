"""Programmes that exclude each other, on every day their versions hold together and not only by the newest."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone
from django.utils.translation import gettext

from eligibility import drafting
from eligibility.models import RuleSet, Withdrawal
from eligibility.rules.spelling import as_text
from eligibility.services.rulesets import enact_rule_set
from eligibility.services.withdrawals import agree_to_withdrawal, propose_withdrawal
from perlinsos.accounts.enums import Role
from perlinsos.accounts.models import User
from perlinsos.core.errors import DomainError
from perlinsos.decrees.models import DecreeKind
from tests import factories
from tests.eligibility.documents import small

pytestmark = pytest.mark.django_db

SENTENCES = dict.fromkeys(("rule", "known", "unknown"), "Kalimat.")
TODAY = timezone.localdate()
NEXT_YEAR = date(TODAY.year + 1, 1, 1)
COMPONENT = {"id": "pregnancy", "fact": "citizen.pregnant", "rupiah_per_year": 100, "cap": 1,
             "text": {"id": "Hamil", "en": "Pregnancy"}}  # fmt: skip
PAID = {"most": 1, "picking": "listed", "components": [COMPONENT]}


def blocked_by(programme: str, component: str | None = None, *, blocks: bool = True) -> dict[str, Any]:
    named = {"programme": programme, "blocks": blocks, "legal": "Pasal 2", "text": {"id": SENTENCES, "en": SENTENCES}}
    return named | ({"component": component} if component else {})


def rules(code: str, version: str, start: date = TODAY, end: date | None = None, **changes: Any) -> dict[str, Any]:
    period = {"from": start.isoformat(), "until": end and end.isoformat()}
    return small(programme={"code": code, "name": code}, version=version, valid=period, **changes)


@pytest.fixture
def enact(worker: User) -> Callable[..., RuleSet]:
    def enacted(*args: Any, **changes: Any) -> RuleSet:
        return enact_rule_set(rules(*args, **changes), by=worker)[0]

    return enacted


def refused(enact: Callable[..., RuleSet], *args: Any, **changes: Any) -> str:
    with pytest.raises(DomainError) as caught:
        enact(*args, **changes)
    return caught.value.code


def test_a_circle_through_a_version_in_force_is_found_though_a_later_one_has_none(
    enact: Callable[..., RuleSet],
) -> None:
    enact("satu", "1")
    enact("dua", "1", overlaps=[blocked_by("satu")])
    enact("dua", "2", NEXT_YEAR)  # no longer blocked
    assert refused(enact, "satu", "2", TODAY + timedelta(days=1), overlaps=[blocked_by("dua")]) == "circular"
    enact("satu", "3", NEXT_YEAR, overlaps=[blocked_by("dua")])


def test_a_circle_of_three_counts_only_where_all_of_them_hold_at_once(enact: Callable[..., RuleSet]) -> None:
    enact("satu", "1")
    enact("dua", "1", overlaps=[blocked_by("satu")])
    enact("tiga", "1", TODAY, NEXT_YEAR, overlaps=[blocked_by("dua")])
    enact("tiga", "2", NEXT_YEAR)
    assert refused(enact, "satu", "2", NEXT_YEAR - timedelta(days=1), overlaps=[blocked_by("tiga")]) == "circular"
    enact("satu", "3", NEXT_YEAR, overlaps=[blocked_by("tiga")])


def test_who_does_not_block_closes_no_circle(enact: Callable[..., RuleSet]) -> None:
    enact("satu", "1")
    enact("dua", "1", overlaps=[blocked_by("satu")])
    second = enact("satu", "2", TODAY + timedelta(days=1), overlaps=[blocked_by("dua", blocks=False)])
    assert RuleSet.objects.kept().filter(programme__code="satu").latest("pk") == second


def test_taking_a_version_back_may_not_close_a_circle(enact: Callable[..., RuleSet]) -> None:
    enact("satu", "1")
    enact("dua", "1", TODAY, overlaps=[blocked_by("satu")])
    opened = enact("dua", "2", NEXT_YEAR)
    enact("satu", "2", NEXT_YEAR, overlaps=[blocked_by("dua")])
    decree = factories.DecreeFactory(kind=DecreeKind.RULES, area=None)
    nusa, tara = (factories.staff(name, Role.POLICY, "") for name in ("Nusa", "Tara"))
    with pytest.raises(DomainError) as caught:
        propose_withdrawal(opened, decree=decree, reason="Anggaran", by=nusa)
    assert caught.value.code == "circular"
    proposed = Withdrawal.objects.create(rule_set=opened, decree=decree, reason="Anggaran", proposed_by=nusa)
    with pytest.raises(DomainError) as caught:  # what was enacted since counts when the second officer agrees
        agree_to_withdrawal(proposed, by=tara)
    assert caught.value.code == "circular"
    opened.refresh_from_db()
    assert opened.valid_during == DateRange(NEXT_YEAR, None)


def test_a_component_that_others_are_blocked_by_may_not_vanish(enact: Callable[..., RuleSet]) -> None:
    enact("satu", "1", amount=PAID)
    enact("dua", "1", TODAY, NEXT_YEAR, overlaps=[blocked_by("satu", "pregnancy")])
    assert refused(enact, "satu", "2", NEXT_YEAR - timedelta(days=1)) == "component_needed"
    enact("satu", "3", NEXT_YEAR)  # nobody is blocked by it any more


def test_a_component_that_a_version_to_come_does_not_have_may_not_be_named(enact: Callable[..., RuleSet]) -> None:
    enact("satu", "1", TODAY, amount=PAID)
    enact("satu", "2", NEXT_YEAR)
    named = [blocked_by("satu", "pregnancy")]
    assert refused(enact, "dua", "1", TODAY, overlaps=named) == "unknown_programme"
    enact("dua", "1", TODAY, NEXT_YEAR, overlaps=named)


def test_a_draft_is_told_all_of_it_with_line_and_words(enact: Callable[..., RuleSet]) -> None:
    programme = enact("satu", "1", amount=PAID).programme
    enact("dua", "1", TODAY, overlaps=[blocked_by("satu", "pregnancy")])
    text = as_text(rules("satu", "2", TODAY + timedelta(days=1), overlaps=[blocked_by("dua"), blocked_by("empat")]))
    found = drafting.check(text, programme).problems
    assert {one.path for one in found} == {"overlaps[0]", "overlaps[1].programme", "amount.components"}
    assert all(one.place is not None and one.place.line > 1 for one in found)
    told = " ".join(gettext(one.message) % one.params for one in found)
    for words in ("saling menghalangi berputar", "“programme.empat”", "dua 1 menghalangi", "“pregnancy”"):
        assert words in told
