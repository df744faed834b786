"""People and families. Nothing here is ever deleted: who leaves gets a date."""

from datetime import date
from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from enrollment.enums import Relation, Schooling, Sex
from perlinsos.core.fields import BlindIndexField, EncryptedTextField
from perlinsos.core.models import PublicModel, Timestamped, choice_constraint
from perlinsos.regions.models import Area

if TYPE_CHECKING:
    from enrollment.models.applications import Application


class Person(PublicModel):
    """A human being known by NIK. Not a sign-in: many beneficiaries never have one.

    A person whose NIK is not known has no NIK here: never `0`, never blank (OpenSID #5249, #5258).
    """

    nik = EncryptedTextField(null=True, blank=True)
    nik_index = BlindIndexField(source="nik", kind="nik", null=True, blank=True)
    name = EncryptedTextField()
    sex = models.CharField(max_length=1, choices=Sex)
    birth_place = EncryptedTextField(null=True, blank=True)
    birth_date = EncryptedTextField(help_text="ISO date")
    birth_year = models.PositiveSmallIntegerField()
    deceased_on = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints: ClassVar = [
            choice_constraint("sex", Sex, name="person_sex_is_known"),
            models.UniqueConstraint(
                fields=["nik_index"],
                name="person_one_per_nik",
                violation_error_message=_("This NIK is already registered."),
            ),
            models.CheckConstraint(name="person_birth_year_is_plausible", condition=Q(birth_year__range=(1890, 2100))),
        ]

    def __str__(self) -> str:
        return f"person {self.pk}"

    @property
    def born(self) -> date:
        return date.fromisoformat(self.birth_date)


class Family(PublicModel):
    """A family that lives and applies together. The KK number changes; the family stays."""

    village = models.ForeignKey(Area, on_delete=models.RESTRICT, related_name="families")
    address = EncryptedTextField(null=True, blank=True)
    rt = models.CharField(max_length=3, blank=True)
    rw = models.CharField(max_length=3, blank=True)

    class Meta:
        verbose_name = _("family")
        verbose_name_plural = _("families")

    def __str__(self) -> str:
        return f"family {self.pk}"


class FamilyCardNumber(Timestamped):
    """One KK number a family holds or held. KK numbers change on a move, death, divorce or split."""

    family = models.ForeignKey(Family, on_delete=models.RESTRICT, related_name="card_numbers")
    number = EncryptedTextField()
    number_index = BlindIndexField(source="number", kind="kk")
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["number_index"], condition=Q(ended_on=None), name="family_card_one_family_per_current_number"
            ),
            models.UniqueConstraint(
                fields=["family"], condition=Q(ended_on=None), name="family_card_one_current_number_per_family"
            ),
        ]

    def __str__(self) -> str:
        return f"card of family {self.family_id}"


class MemberQuerySet(models.QuerySet["Member"]):
    def current(self) -> "MemberQuerySet":
        return self.filter(left_on=None, draft=None)

    def noted_for(self, draft: "Application") -> "MemberQuerySet":
        """Who belongs to the family once `draft` is sent, while another registration is in force."""
        return self.filter(left_on=None, draft=draft)

    def living(self) -> "MemberQuerySet":
        return self.current().filter(person__deceased_on=None)

    def head_first(self) -> "MemberQuerySet":
        """As on a family card: the head, then the others in the order they were entered."""
        return self.select_related("person").order_by(
            models.Case(models.When(relation=Relation.HEAD, then=0), default=1), "pk"
        )


class Member(PublicModel):
    """A person in a family, with what the family said about them on the form."""

    family = models.ForeignKey(Family, on_delete=models.RESTRICT, related_name="members")
    person = models.ForeignKey(Person, on_delete=models.RESTRICT, related_name="memberships")
    relation = models.CharField(max_length=10, choices=Relation)
    is_pregnant = models.BooleanField(default=False)
    has_severe_disability = models.BooleanField(default=False)
    schooling = models.CharField(max_length=5, choices=Schooling, default=Schooling.NONE)
    left_on = models.DateField(null=True, blank=True)
    draft = models.ForeignKey(
        "enrollment.Application",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.RESTRICT,
        related_name="noted_members",
        help_text="noted for this draft beside a registration in force; no member before it is sent",
    )

    objects = MemberQuerySet.as_manager()

    class Meta:
        verbose_name = _("family member")
        verbose_name_plural = _("family members")
        constraints: ClassVar = [
            choice_constraint("relation", Relation, name="member_relation_is_known"),
            choice_constraint("schooling", Schooling, name="member_schooling_is_known"),
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(left_on=None, draft=None),
                name="member_one_family_at_a_time",
                violation_error_message=_("This person already belongs to another family."),
            ),
            models.UniqueConstraint(
                fields=["family"],
                condition=Q(left_on=None, draft=None, relation=Relation.HEAD),
                name="member_one_head_per_family",
                violation_error_message=_("A family has one head."),
            ),
            models.UniqueConstraint(
                fields=["draft", "person"], condition=Q(left_on=None), name="member_noted_once_per_draft"
            ),
        ]

    def __str__(self) -> str:
        return f"member {self.pk}"

    @property
    def told(self) -> list[str]:
        """What the family said about this member, in words."""
        answers = {
            self.get_schooling_display(): self.schooling != Schooling.NONE,
            gettext("Is pregnant"): self.is_pregnant,
            gettext("Severe disability"): self.has_severe_disability,
        }
        return [str(words) for words, holds in answers.items() if holds]
