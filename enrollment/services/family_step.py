"""The family page: what Dukcapil answered, where the family lives, who belongs to it."""

from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from enrollment import cards, permissions
from enrollment.answers import FamilyAnswers
from enrollment.cards import CardData
from enrollment.ended import is_beside
from enrollment.enums import FamilyCardState, Step
from enrollment.models import Application, FamilyCard, FamilyCardNumber, Member
from enrollment.services.drafts import hold, hold_draft, note_answer
from enrollment.services.families import AlreadyRegistered, Assembled, assemble_family, enter_noted
from enrollment.services.people import Known, people_as_typed, people_of_register
from perlinsos.accounts.models import User
from perlinsos.core import access, audit, crypto
from perlinsos.core.errors import DomainError
from perlinsos.regions.models import Area

# Notes about the card itself, as long as it is not there.
CARD_MISSING = {FamilyCardState.NOT_FOUND: "card_not_found", FamilyCardState.UNAVAILABLE: "card_unavailable"}


@transaction.atomic
def record_family_card(
    application: Application, *, state: str, card: CardData | None = None, as_of: date | None = None, by: User
) -> Application:
    """Keep what Dukcapil answered for the applicant's NIK. For the service account that asked.

    A card that comes after the family was typed by hand changes no answer: it is kept beside them,
    and the warning `family_differs_from_card` asks an officer to look. "Not available" never
    overwrites a card.
    """
    access.ensure(permissions.can_receive_card(by))
    held = hold(application)
    if held.family_card_state == FamilyCardState.RECEIVED and card is None:
        return held
    warnings = set(held.data_warnings) - set(CARD_MISSING.values())
    if card is not None and as_of is not None:
        FamilyCard.objects.update_or_create(application=held, defaults={"as_of": as_of, "content": cards.dump(card)})
        warnings = (warnings - {"kk_number_unknown"}) | set(card.warnings) | _compare_with_answers(held, card)
    elif state in CARD_MISSING:
        warnings.add(CARD_MISSING[FamilyCardState(state)])
    held.family_card_state = FamilyCardState.RECEIVED if card is not None else FamilyCardState(state)
    held.data_warnings = sorted(warnings)
    held.save(update_fields=["family_card_state", "data_warnings", "updated_at"])
    audit.record("enrollment.family_card.recorded", subject=held, by=by, state=held.family_card_state)
    return held


@transaction.atomic
def choose_village(application: Application, *, village_code: str, by: User) -> Application:
    """Where the family lives, when its card does not say or it has moved. Refuses unserved villages."""
    held = hold_draft(application, by=by)
    village = _served_village(held, village_code, by=by)
    held.village = village
    held.save(update_fields=["village", "updated_at"])
    if held.family is not None and not is_beside(held):
        held.family.village = village
        held.family.save(update_fields=["village", "updated_at"])
    audit.record("enrollment.application.village_chosen", subject=held, by=by, village=village.pk)
    return held


@transaction.atomic
def keep_typed_family(application: Application, *, typed: CardData, by: User) -> Application:
    """Save a family typed by hand as far as it goes, so that leaving the page loses nothing."""
    held = hold_draft(application, by=by)
    held.typed_family = cards.dump(typed)
    held.save(update_fields=["typed_family", "updated_at"])
    return held


@transaction.atomic
def confirm_family(application: Application, *, answers: FamilyAnswers, by: User) -> Application:
    """The family of this application, from its card or as typed. Owner or agent, as often as needed.

    Refuses `family_unknown` without card and without typed members, `village_unknown`,
    `village_not_served`, and `already_registered` when somebody here is in another open application.
    """
    held = hold_draft(application, by=by)
    card, as_of = _card_to_use(held, answers)
    village = _served_village(held, answers.village_code or held.village_id or card.village_code or "", by=by)
    try:
        with transaction.atomic():
            known = _people(card, held, as_of=as_of)
            assembled = assemble_family(held, card=card, persons=known.persons, village=village, by=by)
            return _confirmed(held, answers, by=by, card=card, known=known, assembled=assembled)
    except IntegrityError as error:  # another family's application committed a moment earlier
        raise AlreadyRegistered() from error


@transaction.atomic
def enter_family(held: Application, *, by: User) -> None:
    """What a held draft noted about the family beside an earlier registration counts from now on. For sending."""
    if not Member.objects.noted_for(held).exists():
        return
    card, _as_of = _card_to_use(held, FamilyAnswers())
    try:
        with transaction.atomic():
            enter_noted(held, card=card, by=by)
    except IntegrityError as error:  # another family's application committed a moment earlier
        raise AlreadyRegistered() from error


def _card_to_use(held: Application, answers: FamilyAnswers) -> tuple[CardData, date | None]:
    """What was typed now, else the register's card with its date, else what was typed before."""
    if answers.typed is not None:
        return cards.tidy(answers.typed), None
    if (received := FamilyCard.objects.filter(application=held).first()) is not None:
        return cards.load(received.content), received.as_of
    if held.typed_family:
        return cards.tidy(cards.load(held.typed_family)), None
    raise DomainError(_("Tell us first who belongs to your family."), code="family_unknown")


def _people(card: CardData, held: Application, *, as_of: date | None) -> Known:
    if as_of is None:
        return people_as_typed(card.members, of=held)
    return people_of_register(card.members, of=held, as_of=as_of)


def _confirmed(
    held: Application, answers: FamilyAnswers, *, by: User, card: CardData, known: Known, assembled: Assembled
) -> Application:
    village = assembled.village
    moved = card.village_code is not None and card.village_code != village.pk
    warnings = {*card.warnings, *known.warnings, *(["village_differs"] if moved else [])}
    if assembled.has_new_members and Step(held.step).number > Step.HOME.number:
        held.step = Step.HOME  # the questions about the new members are still open
    return note_answer(
        held,
        Step.FAMILY,
        by=by,
        family=assembled.family,
        village=village,
        family_correction=answers.correction or None,
        typed_family=cards.dump(answers.typed) if answers.typed else held.typed_family,
        data_warnings=sorted((set(held.data_warnings) - cards.WARNINGS) | warnings),
    )


def _served_village(held: Application, code: str, *, by: User) -> Area:
    if not code:
        raise DomainError(_("Tell us first in which village you live."), code="village_unknown")
    village = Area.objects.served().filter(code=code).first()
    if village is None:
        raise DomainError(_("This village does not take part in the programme yet."), code="village_not_served")
    if not permissions.can_use_village(by, held, code):
        raise DomainError(_("This village is not in your working area."), code="village_not_assigned")
    return village


def _compare_with_answers(held: Application, card: CardData) -> set[str]:
    """The card came after the answers: give the family its KK number and note other members."""
    if (family := held.family) is None:
        return set()
    has_number = family.card_numbers.filter(ended_on=None).exists()
    index = crypto.blind_index(card.kk_number, kind="kk") if card.kk_number else None
    if index and not has_number and not FamilyCardNumber.objects.filter(number_index=index, ended_on=None).exists():
        FamilyCardNumber.objects.create(family=family, number=card.kk_number)
    here = {member.person.nik for member in held.form_members.select_related("person")}
    return set() if here == {member.nik for member in card.members} else {"family_differs_from_card"}
