"""The only writers of facts. A fact is never changed: a newer one supersedes it."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from enrollment.models import Application, Consent, Family
from perlinsos.accounts.models import User
from perlinsos.core import audit
from perlinsos.core.errors import DomainError
from verification.connectors import CONNECTORS
from verification.connectors.base import FactValue, Value
from verification.enums import Source
from verification.models import Fact, FactCheck, FactNote, SourceRequest
from verification.rules import outranks

DECLARED, NOTED = gettext_lazy("What the family says about itself"), gettext_lazy("Note of an officer")

# What holds now for a family, by name.
current_facts = Fact.objects.current_of


@transaction.atomic(savepoint=False)
def record_facts(asked: SourceRequest, answers: Iterable[FactValue], *, as_of: date, by: User) -> list[Fact]:
    """Keep what a source answered; returns the facts that are new. For the worker that asked.

    An answer that says what we hold already (same value, same day, same source) adds nothing. One
    that is outranked by what we hold (`rules.SOURCE_RANK`: a ground check outranks a register, and
    older data never replaces newer) is noted in the audit trail and changes nothing.
    """
    family = asked.application.family
    assert family is not None  # a constraint of Application: what was sent has a family
    purpose = _in_bahasa(CONNECTORS[asked.source].purpose)
    drafts = [
        Fact(family=family, name=said.name, value=said.value, unit=said.unit, confidence=said.confidence,
             source=asked.source, as_of=as_of, purpose=purpose, request=asked)
        for said in _agreed_to(asked, list(answers))
    ]  # fmt: skip
    return _keep(family, drafts, by=by)


@transaction.atomic
def record_declared(application: Application, *, by: User) -> list[Fact]:
    """Keep what the family said about itself on the form, or again since, as facts whose source is the family."""
    family = application.family
    assert family is not None  # a constraint of Application: what was sent has a family and an instant
    members = family.members.living()
    declared = [
        FactValue("citizen.pregnant", members.filter(is_pregnant=True).count(), "persons"),
        FactValue("citizen.severe_disability", members.filter(has_severe_disability=True).count(), "persons"),
    ]
    if application.declared_power_va is not None:
        declared.append(FactValue("citizen.power_va", application.declared_power_va, "VA"))
    purpose = _in_bahasa(DECLARED)
    drafts = [
        Fact(family=family, name=said.name, value=said.value, unit=said.unit, source=Source.CITIZEN,
             as_of=application.told_on, purpose=purpose)
        for said in declared
    ]  # fmt: skip
    return _keep(family, drafts, by=by)


@transaction.atomic
def supersede_fact(fact: Fact, *, value: Value | str, source: str, as_of: date, by: User) -> Fact:
    """Put what a person found out in the place of `fact`. For a ruling; no rank is asked for.

    Refused with `stale` when the fact was superseded meanwhile.
    """
    _hold_family(fact.family)
    if Fact.objects.filter(supersedes=fact).exists():
        raise DomainError(_("Newer data has come in meanwhile. Reload the page."), code="stale")
    new = Fact.objects.create(
        family=fact.family, person=fact.person, name=fact.name, value=value, unit=fact.unit, source=source,
        as_of=as_of, purpose=fact.purpose, supersedes=fact,
    )  # fmt: skip
    audit.record("verification.fact.superseded", subject=fact, by=by, new=new.pk, source=source)
    return new


@transaction.atomic
def record_check(fact: Fact, *, seen: Value | str, on: date, by: User) -> FactCheck:
    """Keep what somebody saw about a fact, also when it is what the record says. For a ground check.

    No fact changes by it: that takes a ruling.
    """
    check = FactCheck.objects.create(fact=fact, recorded=fact.value, seen=seen, seen_on=on, seen_by=by)
    audit.record("verification.fact.checked", subject=fact, by=by, check=check.pk)
    return check


@transaction.atomic
def record_note(family: Family, said: FactValue, *, evidence: str, on: date, by: User) -> Fact:
    """Keep what an officer noted on a day, with the words it rests on. For a note; who may is asked there.

    Refused with `older_note` when what is on record is from a later day.
    """
    _hold_family(family)
    held = current_facts(family).get(said.name)
    if held is not None and held.as_of > on:
        raise DomainError(_("A newer note is on record already."), code="older_note")
    fact = Fact.objects.create(
        family=family, name=said.name, value=said.value, unit=said.unit, source=Source.GROUND_CHECK, as_of=on,
        purpose=_in_bahasa(NOTED), supersedes=held,
    )  # fmt: skip
    FactNote.objects.create(fact=fact, evidence=evidence, written_by=by)
    audit.record("verification.facts.recorded", subject=family, by=by, facts=[fact.pk])
    return fact


def _agreed_to(asked: SourceRequest, answers: list[FactValue]) -> list[FactValue]:
    """What the words the family agreed to speak of. A query only where newer words speak of more."""
    if all(said.since_words == 1 for said in answers):
        return answers
    agreed = Consent.objects.filter(application=asked.application, withdrawn_at=None, text__source=asked.source)
    words = max(agreed.values_list("text__version", flat=True), default=1)
    return [said for said in answers if said.since_words <= words]


def _in_bahasa(purpose: str | Promise) -> str:
    """As it is kept: a fact is read for years, whatever language the worker that asked speaks."""
    with override("id"):
        return str(purpose)


def _keep(family: Family, drafts: list[Fact], *, by: User) -> list[Fact]:
    _hold_family(family)
    current = current_facts(family, [draft.name for draft in drafts])
    new = []
    for draft in drafts:
        held = current.get(draft.name)
        if held is not None and _says_the_same(draft, held):
            continue
        if held is not None and not outranks(
            draft.source, draft.as_of, current_source=held.source, current_as_of=held.as_of
        ):
            audit.record("verification.fact.outranked", subject=held, by=by, source=draft.source)
            continue
        draft.supersedes = held
        new.append(draft)
    Fact.objects.bulk_create(new)
    if new:
        audit.record("verification.facts.recorded", subject=family, by=by, facts=[fact.pk for fact in new])
    return new


def _says_the_same(draft: Fact, held: Fact) -> bool:
    # 0 is not False: a count and a flag are different things even where Python calls them equal.
    same_value = type(draft.value) is type(held.value) and draft.value == held.value
    return same_value and (draft.as_of, draft.source) == (held.as_of, held.source)


def _hold_family(family: Family) -> None:
    """One writer of facts per family at a time; readers are not held up."""
    Family.objects.select_for_update(of=("self",), no_key=True).get(pk=family.pk)
