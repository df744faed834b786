"""Turning a confirmed card into a Family with its members and its current KK number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.cards import CardData
from enrollment.ended import in_the_way, is_beside
from enrollment.enums import Relation, Step
from enrollment.models import Application, Family, FamilyCardNumber, Member, Person
from enrollment.models.people import MemberQuerySet
from perlinsos.accounts.models import User
from perlinsos.core import audit, crypto
from perlinsos.core.errors import DomainError
from perlinsos.regions.models import Area

IDLE_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Assembled:
    family: Family
    village: Area
    has_new_members: bool


class AlreadyRegistered(DomainError):
    """The same words whoever registered, and whichever of the family's numbers gave it away."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "This family is already registered. Continue with the account that began, or check the result with "
                "its proof number. If you did not register, ask a village agent for help."
            ),
            code="already_registered",
        )


@transaction.atomic
def assemble_family(
    application: Application, *, card: CardData, persons: Sequence[Person], village: Area, by: User
) -> Assembled:
    """The family of `application` as the card says, `persons` standing for its lines.

    A family met before (by its KK number, or by its head) is the same family. While its earlier
    registration is in force nothing of it changes: the members are noted for the draft. Refuses
    `already_registered` when it, or one of its members, is in another open application; a draft
    that was left, or that the same person began elsewhere, gives way instead, and so does the
    registration that sending this one ends, when it is over and `by` may end it.
    """
    known = application.family or _known_family(card, persons)
    _release_drafts(application, persons, known, by=by)
    _refuse_taken(application, persons, known, by=by)
    family = known or Family.objects.create(village=village)
    application.family = family
    lines = [(person, line.relation) for person, line in zip(persons, card.members, strict=True)]
    if is_beside(application):
        noted = Member.objects.noted_for(application)
        has_new = _write_lines(noted, lines, family=family, draft=application)
    else:
        _keep_card(family, card, village)
        has_new = _keep_members(family, lines)
    return Assembled(family, village, has_new)


@transaction.atomic
def enter_noted(draft: Application, *, card: CardData, by: User) -> None:
    """Make the members that a draft noted those of its family, with what was said of them. When it is sent, after
    what it takes the place of has ended. Refuses `already_registered`, as `assemble_family` does.
    """
    noted = Member.objects.noted_for(draft).select_related("person")
    told = {member.person_id: member for member in noted}
    family, village, persons = draft.family, draft.village, [member.person for member in told.values()]
    if family is None or village is None:
        return
    _release_drafts(draft, persons, family, by=by)
    _refuse_taken(draft, persons, family, by=by)
    _keep_card(family, card, village)
    _keep_members(family, [(member.person, member.relation) for member in told.values()])
    for member in Member.objects.current().filter(family=family):
        said = told[member.person_id]
        member.schooling, member.is_pregnant = said.schooling, said.is_pregnant
        member.has_severe_disability = said.has_severe_disability
        member.save(update_fields=["schooling", "is_pregnant", "has_severe_disability", "updated_at"])
    noted.update(left_on=timezone.localdate(), updated_at=timezone.now())


def _keep_card(family: Family, card: CardData, village: Area) -> None:
    family.village = village
    family.address, family.rt, family.rw = card.address or None, card.rt, card.rw
    family.save(update_fields=["village", "address", "rt", "rw", "updated_at"])
    _keep_number(family, card.kk_number)


def _release_drafts(application: Application, persons: Sequence[Person], known: Family | None, *, by: User) -> None:
    """Let go of this family in drafts that will hardly be sent: whoever began one at home and now sits
    before an agent must not be locked out by it. The draft keeps its answers and asks for the family again.
    """
    of_these = Q(family=known) if known else Q(pk=None)
    of_these |= Q(family__members__person__in=persons, family__members__left_on=None, family__members__draft=None)
    left = Q(updated_at__lt=timezone.now() - IDLE_AFTER) | Q(applicant=application.applicant_id)
    drafts = Application.objects.drafts().filter(of_these, left).exclude(pk=application.pk)
    # A draft somebody writes in at this moment is locked, and was not left.
    free = Application.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
    for draft in free.filter(pk__in=drafts.values("pk")):
        draft.family = None
        if Step(draft.step).number > Step.FAMILY.number:
            draft.step = Step.FAMILY
        draft.save(update_fields=["family", "step", "updated_at"])
        audit.record("enrollment.draft.gave_way", subject=draft, by=by, to=application.reference)


def _refuse_taken(application: Application, persons: Sequence[Person], known: Family | None, *, by: User) -> None:
    elsewhere = Q(family__members__person__in=persons, family__members__left_on=None, family__members__draft=None)
    if application.family_id:
        elsewhere &= ~Q(family=application.family_id)
    of_this_family = Q(family=known) if known else Q(pk=None)
    found = elsewhere | of_this_family
    # Sending does not end the registration of another family: somebody here would be in two, and both be paid.
    ends = of_this_family | Q(owner=application.owner_id, owner__isnull=False)
    others = Application.objects.still_open().filter(found).exclude(ends).exclude(pk=application.pk)
    if others.exists() or in_the_way(application, found, by=by):
        raise AlreadyRegistered()


def _known_family(card: CardData, persons: Sequence[Person]) -> Family | None:
    if card.kk_number:
        index = crypto.blind_index(card.kk_number, kind="kk")
        held = FamilyCardNumber.objects.select_related("family").filter(number_index=index, ended_on=None).first()
        if held is not None:
            return held.family
    head = next(person for person, line in zip(persons, card.members, strict=True) if line.relation == Relation.HEAD)
    was_head = Member.objects.current().select_related("family").filter(person=head, relation=Relation.HEAD).first()
    return was_head.family if was_head else None


def _keep_number(family: Family, number: str | None) -> None:
    current = family.card_numbers.filter(ended_on=None).first()
    if number is None or (current is not None and current.number == number):
        return
    if current is not None:
        current.ended_on = timezone.localdate()
        current.save(update_fields=["ended_on", "updated_at"])
    FamilyCardNumber.objects.create(family=family, number=number)


def _keep_members(family: Family, lines: Sequence[tuple[Person, str]]) -> bool:
    """Close memberships in other families, then write the lines of this one. True when somebody is new here."""
    current = Member.objects.current()
    elsewhere = current.filter(person__in=[person for person, _relation in lines]).exclude(family=family)
    elsewhere.update(left_on=timezone.localdate(), updated_at=timezone.now())
    return _write_lines(current.filter(family=family), lines, family=family, draft=None)


def _write_lines(
    held: MemberQuerySet, lines: Sequence[tuple[Person, str]], *, family: Family, draft: Application | None
) -> bool:
    """Close what is held and no longer on the card, then write its lines. True when somebody is new among them."""
    persons = [person for person, _relation in lines]
    held.exclude(person__in=persons).update(left_on=timezone.localdate(), updated_at=timezone.now())
    here = {member.person_id: member for member in held}
    # The head last: the database allows one head at a time, and an old head must first step back.
    for person, relation in sorted(lines, key=lambda line: line[1] == Relation.HEAD):
        member = here.get(person.pk)
        if member is None:
            Member.objects.create(family=family, person=person, relation=relation, draft=draft)
        elif member.relation != relation:
            member.relation = relation
            member.save(update_fields=["relation", "updated_at"])
    return any(person.pk not in here for person in persons)
