"""Writing rules as policy staff: kept as typed, two people, four eyes."""

import pytest
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from eligibility.enums import DraftState
from eligibility.models import WRITERS, Programme, RuleDraft, RuleSet
from perlinsos.accounts.enums import Role
from tests import factories
from tests.cast import BANYUWANGI, TABANAN, Cast

pytestmark = pytest.mark.django_db


def test_the_database_refuses_one_person_for_both(cast: Cast) -> None:
    draft = factories.RuleDraftFactory(proposed=True)
    with pytest.raises(IntegrityError, match="rule_draft_enacted_by_another_officer"), transaction.atomic():
        RuleDraft.objects.filter(pk=draft.pk).update(enacted_by=draft.proposed_by)
    with pytest.raises(IntegrityError, match="rule_draft_enacted_under_a_decree"), transaction.atomic():
        RuleDraft.objects.filter(pk=draft.pk).update(
            state=DraftState.ENACTED, enacted_by=cast.budi, enacted_at=timezone.now()
        )


def test_a_version_taken_back_names_its_decree_and_holds_nowhere() -> None:
    version = factories.RuleSetFactory()
    rows = RuleSet.objects.filter(pk=version.pk)
    with pytest.raises(IntegrityError, match="rule_set_withdrawn_under_a_decree"), transaction.atomic():
        rows.update(valid_during=DateRange(empty=True))
    rows.update(
        valid_during=DateRange(empty=True), withdrawn_at=timezone.now(), withdrawn_under=factories.DecreeFactory()
    )
    assert not RuleSet.objects.in_force().exists()


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
    factories.RuleDraftFactory(programme=local)
    assert RuleDraft.objects.visible_to(regency).exists()
    assert RuleDraft.objects.visible_to(cast.gita).exists()
    assert not RuleDraft.objects.visible_to(elsewhere).exists()
