from typing import Annotated

from django.utils.translation import gettext_lazy as _
from pydantic import PlainValidator

from enrollment import cards
from enrollment.enums import Relation
from verification.connectors.base import Connector, Envelope, FactValue, Question, Subjects
from verification.enums import Source
from verification.rules import age_on

CHILD_UNTIL, ELDERLY_FROM, OLDEST = 6, 60, 120  # whole years, counted in


class FamilyCardAnswer(Envelope):
    family_card: Annotated[cards.CardData, PlainValidator(cards.parse)]


class Dukcapil(Connector[FamilyCardAnswer]):
    """Who belongs to the family, counted among the living on the day the register was read."""

    source = Source.DUKCAPIL
    path = "dukcapil/v1/family-card"
    purpose = _("Who belongs to the family")
    schema = FamilyCardAnswer

    def question(self, about: Subjects) -> Question | None:
        return {"nik": about.applicant_nik} if about.applicant_nik else None

    def facts(self, answer: FamilyCardAnswer) -> list[FactValue]:
        card, members = answer.family_card, answer.family_card.members
        ages = [age_on(answer.as_of, born=member.birth_date) for member in members if member.is_alive]
        heads_alive = [member.is_alive for member in members if member.relation == Relation.HEAD]
        found = [FactValue("dukcapil.family_size", len(ages), "persons")]
        if "no_head" not in card.warnings:  # else the head is our guess
            found.append(FactValue("dukcapil.head_alive", any(heads_alive), "flag"))
        if not all(0 <= age <= OLDEST for age in ages):  # a birth date is wrong: who is how old is not known
            return found
        return [
            *found,
            FactValue("dukcapil.children_0_6", sum(age <= CHILD_UNTIL for age in ages), "persons"),
            FactValue("dukcapil.elderly_60", sum(age >= ELDERLY_FROM for age in ages), "persons"),
        ]
