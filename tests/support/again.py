"""The way of a family that registers again, service by service: the form is answered with what is on record."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from eligibility.enums import Placement
from eligibility.models import BatchEntry
from enrollment import cards, services
from enrollment.answers import AccountAnswers, ContactAnswers, FamilyAnswers, HomeAnswers, MemberAnswers, Proxy
from enrollment.cards import CardData, CardMember
from enrollment.enums import Bank, PhoneOwner
from enrollment.models import Application, Family, Member
from perlinsos.accounts.models import User
from perlinsos.core.errors import DomainError
from perlinsos.regions.models import Area
from tests import factories
from tests.factories.receiving import final_batch, pkh_rules


def served() -> None:
    """The regency takes part, and the ministry has published what families agree to."""
    factories.ParameterFactory(area=Area.objects.get(code="35.10"))
    factories.consent_texts()


def card_of(family: Family) -> CardData:
    """What Dukcapil would say: the members as they are on record."""
    members = Member.objects.current().filter(family=family).head_first()
    return CardData(
        kk_number=family.card_numbers.get(ended_on=None).number,
        address=family.address or "",
        rt=family.rt,
        rw=family.rw,
        village_code=family.village_id,
        members=tuple(
            CardMember(
                nik=member.person.nik,
                name=member.person.name,
                sex=member.person.sex,
                birth_date=member.person.born,
                birth_place=member.person.birth_place or "",
                relation=member.relation,
            )
            for member in members
        ),
    )


def answer(draft: Application, family: Family, *, by: User) -> Application:
    """Every page of a draft answered; only sending is left."""
    proxy = Proxy("elderly", "") if draft.assisted_by_id else None
    services.give_consent(draft, proxy=proxy, by=by)
    services.choose_manual_photo(draft, by=by)
    draft = services.choose_village(draft, village_code=family.village_id, by=by)
    draft = services.confirm_family(draft, answers=FamilyAnswers(typed=cards.tidy(card_of(family))), by=by)
    assert draft.family is not None
    members = {member.pk: MemberAnswers() for member in draft.form_members}
    services.answer_home(draft, answers=HomeAnswers(members, power_va=450), by=by)
    services.answer_contact(draft, answers=ContactAnswers("", PhoneOwner.NONE), by=by)
    return services.answer_account(draft, answers=AccountAnswers(Bank.NONE), by=by)


def register_again(earlier: Application, *, by: User) -> Application:
    """A citizen's own way from the registration that is over to the one that takes its place."""
    assert earlier.family is not None
    draft = services.start_again(by=by)
    return services.submit_application(answer(draft, earlier.family, by=by), by=by)


def fresh(application: Application) -> Application:
    return Application.objects.get(pk=application.pk)


def over(application: Application, placement: str = Placement.NOT_ELIGIBLE, *, position: int | None = None) -> Any:
    """Its result is final: no place, or a number on the waiting list."""
    batch = final_batch()
    ranking = batch.rankings.first() or factories.RankingFactory(batch=batch, places=1000)
    answer = factories.DeterminationFactory(application=application, rule_set=pkh_rules())
    Application.objects.filter(pk=application.pk).update(state="announced", decided_at=timezone.now())
    application.refresh_from_db()
    return factories.RankedEntryFactory(
        ranking=ranking,
        entry=BatchEntry.objects.create(batch=batch, application=application, programme=batch.programme),
        determination=answer,
        placement=placement,
        position=position,
    )


def refusal(call: Callable[[], object]) -> str:
    with pytest.raises(DomainError) as caught:
        call()
    return caught.value.code
