"""One family's request for assistance, and what was handed in with it."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import ClassVar

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.enums import ApplicationState, Bank, Channel, FamilyCardState, PhoneClass, PhoneOwner, PhotoRoute, Step
from enrollment.models.people import Family, Member, MemberQuerySet, Person
from perlinsos.accounts import scoping
from perlinsos.accounts.enums import Role, UserKind
from perlinsos.accounts.models import User
from perlinsos.core.fields import BlindIndexField, EncryptedTextField
from perlinsos.core.models import (
    PublicModel,
    StatefulModel,
    StoredFile,
    Timestamped,
    choice_constraint,
    state_constraint,
)
from perlinsos.regions.models import Area, Parameter

READERS = (Role.OFFICER, Role.OPERATOR, Role.VERIFIER, Role.AUDITOR)
IN_FORCE = (
    ApplicationState.SUBMITTED,
    ApplicationState.MATCHING,
    ApplicationState.DECIDED,
    ApplicationState.ANNOUNCED,
)
OPEN_STATES = (ApplicationState.DRAFT, *IN_FORCE)
# Of the second at least one programme is announced; others may still be decided anew.
DECIDED_STATES = (ApplicationState.DECIDED, ApplicationState.ANNOUNCED)
DEFAULT_DECISION_DAYS = 14


def assisted_filter(user: User, prefix: str = "") -> Q:
    """Applications an agent made and may still see: drafts without a village, and own villages."""
    if not scoping.area_codes(user, roles=[Role.AGENT]):
        return scoping.NOTHING
    here = scoping.area_filter(user, roles=[Role.AGENT], field=f"{prefix}village_id")
    return Q(**{f"{prefix}assisted_by": user}) & (Q(**{f"{prefix}village": None}) | here)


class ApplicationQuerySet(models.QuerySet["Application"]):
    def visible_to(self, user: User | AnonymousUser) -> "ApplicationQuerySet":
        """A citizen's own; for staff those in the area of a reader role and those made as an agent;
        for another system the received ones in its area."""
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        if user.kind == UserKind.CITIZEN:
            return self.filter(owner=user)
        if user.kind == UserKind.SERVICE:
            return self.received().filter(scoping.area_filter(user, roles=[Role.SYSTEM], field="village_id"))
        return self.filter(scoping.area_filter(user, roles=READERS, field="village_id") | assisted_filter(user))

    def read_by_staff(self, user: User | AnonymousUser) -> "ApplicationQuerySet":
        """What an officer's desk may open: the received ones in the area of a reader role."""
        return self.received().filter(scoping.area_filter(user, roles=READERS, field="village_id"))

    def granted(self, public_ids: Iterable[str]) -> "ApplicationQuerySet":
        """Those opened with a proof number and a birth date in this browser (see enrollment.grants)."""
        return self.received().filter(public_id__in=list(public_ids))

    def drafts(self) -> "ApplicationQuerySet":
        return self.filter(state=ApplicationState.DRAFT)

    def still_open(self) -> "ApplicationQuerySet":
        return self.filter(state__in=OPEN_STATES)

    def in_force(self) -> "ApplicationQuerySet":
        """Sent, and not ended."""
        return self.filter(state__in=IN_FORCE)

    def before(self, draft: "Application") -> "ApplicationQuerySet":
        """What a draft takes the place of once it is sent: the registration of the same family or sign-in.

        Before the draft knows its family, that of the family its applicant belongs to.
        """
        here = Q(family=draft.family_id)
        if draft.family_id is None:
            here = Q(
                family__members__person=draft.applicant_id, family__members__left_on=None, family__members__draft=None
            )
        if draft.owner_id:
            here |= Q(owner=draft.owner_id)
        return self.in_force().filter(here).exclude(pk=draft.pk).order_by("pk").distinct()

    def received(self) -> "ApplicationQuerySet":
        return self.exclude(state=ApplicationState.DRAFT)

    def waiting_for_sources(self) -> "ApplicationQuerySet":
        return self.filter(state__in=[ApplicationState.SUBMITTED, ApplicationState.MATCHING])


class Application(StatefulModel):
    """One family's request for assistance, from the first page of the form to the final letter."""

    TRANSITIONS: ClassVar = {
        ApplicationState.DRAFT: frozenset({ApplicationState.SUBMITTED, ApplicationState.WITHDRAWN}),
        ApplicationState.SUBMITTED: frozenset({ApplicationState.MATCHING, ApplicationState.WITHDRAWN}),
        ApplicationState.MATCHING: frozenset({ApplicationState.DECIDED, ApplicationState.WITHDRAWN}),
        ApplicationState.DECIDED: frozenset({ApplicationState.ANNOUNCED, ApplicationState.WITHDRAWN}),
        ApplicationState.ANNOUNCED: frozenset({ApplicationState.WITHDRAWN}),
    }

    reference = models.CharField(max_length=20, unique=True, editable=False, help_text="PSL-2026-004213")
    receipt_code = models.CharField(
        max_length=20,
        unique=True,
        null=True,
        blank=True,
        editable=False,
        help_text="BWI-7K4M-92QX; given when the application is sent",
    )
    state = models.CharField(max_length=10, choices=ApplicationState, default=ApplicationState.DRAFT, editable=False)
    channel = models.CharField(max_length=10, choices=Channel)
    owner = models.ForeignKey(
        User,
        null=True,
        blank=True,
        on_delete=models.RESTRICT,
        related_name="applications",
        help_text=_("citizen who signed in"),
    )
    assisted_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.RESTRICT, related_name="assisted_applications"
    )
    applicant = models.ForeignKey(Person, null=True, blank=True, on_delete=models.RESTRICT, related_name="applications")
    family = models.ForeignKey(Family, null=True, blank=True, on_delete=models.RESTRICT, related_name="applications")
    village = models.ForeignKey(Area, null=True, blank=True, on_delete=models.RESTRICT, related_name="applications")
    step = models.CharField(max_length=10, choices=Step, default=Step.CONSENT, editable=False)
    family_card_state = models.CharField(
        max_length=12, choices=FamilyCardState, default=FamilyCardState.NOT_ASKED, editable=False
    )
    photo_route = models.CharField(max_length=10, choices=PhotoRoute, blank=True)
    photo_device = models.CharField(
        max_length=11, choices=PhoneClass, default=PhoneClass.UNKNOWN, help_text="class of the phone, never more"
    )
    phone = EncryptedTextField(null=True, blank=True)
    phone_owner = models.CharField(max_length=10, choices=PhoneOwner, blank=True)
    declared_power_va = models.PositiveIntegerField(null=True, blank=True, help_text="VA; empty when not known")
    home_told_on = models.DateField(
        null=True, blank=True, editable=False, help_text="when the family said again, after sending, how it lives"
    )
    family_correction = EncryptedTextField(null=True, blank=True, help_text="what the family says is wrong on its card")
    typed_family = EncryptedTextField(
        null=True, blank=True, help_text="JSON like a family card, as far as it was typed by hand"
    )
    data_warnings = models.JSONField(
        default=list, blank=True, help_text="codes such as `two_heads`; warn, never refuse"
    )
    language = models.CharField(max_length=5, default="id")
    submitted_at = models.DateTimeField(null=True, blank=True, editable=False)
    decided_at = models.DateTimeField(null=True, blank=True, editable=False)
    closed_at = models.DateTimeField(null=True, blank=True, editable=False, help_text="when it ended after its result")

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        constraints: ClassVar = [
            state_constraint("application", ApplicationState),
            choice_constraint("channel", Channel, name="application_channel_is_known"),
            choice_constraint("photo_device", PhoneClass, name="application_photo_device_is_known"),
            choice_constraint("step", Step, name="application_step_is_known"),
            choice_constraint("family_card_state", FamilyCardState, name="application_card_state_is_known"),
            models.UniqueConstraint(
                fields=["family"],
                condition=Q(state__in=IN_FORCE),
                name="application_one_in_force_per_family",
                violation_error_message=_("This family already has an open application."),
            ),
            models.UniqueConstraint(
                fields=["owner"],
                condition=Q(state__in=IN_FORCE),
                name="application_one_in_force_per_owner",
                violation_error_message=_("You already have an open application."),
            ),
            models.UniqueConstraint(
                fields=["family"],
                condition=Q(state=ApplicationState.DRAFT),
                name="application_one_draft_per_family",
                violation_error_message=_("This family already has an open application."),
            ),
            models.UniqueConstraint(
                fields=["owner"],
                condition=Q(state=ApplicationState.DRAFT),
                name="application_one_draft_per_owner",
                violation_error_message=_("You already have an open application."),
            ),
            models.CheckConstraint(
                name="application_closed_after_its_result",
                condition=Q(closed_at=None) | Q(state=ApplicationState.WITHDRAWN, decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="application_sent_is_complete",
                condition=Q(state__in=[ApplicationState.DRAFT, ApplicationState.WITHDRAWN])
                | Q(
                    applicant__isnull=False,
                    family__isnull=False,
                    village__isnull=False,
                    receipt_code__isnull=False,
                    submitted_at__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="application_has_a_door",
                condition=Q(channel=Channel.SELF, owner__isnull=False)
                | Q(channel=Channel.AGENT, assisted_by__isnull=False),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["village", "state"], name="application_by_village_state"),
            models.Index(fields=["submitted_at"], name="application_by_submission"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def place(self) -> str:
        """Village, district and regency, as people write it on an envelope."""
        village = self.village
        district = village.parent if village else None
        return ", ".join(str(area) for area in (village, district, district and district.parent) if area)

    @property
    def is_draft(self) -> bool:
        return self.state == ApplicationState.DRAFT

    @property
    def told_on(self) -> date:
        """The day on which the family last said how it lives; of an application that was sent."""
        return self.home_told_on or timezone.localdate(self.submitted_at)

    @property
    def form_members(self) -> MemberQuerySet:
        """Whom the form asks about: those noted for this draft, else the members of its family."""
        noted = Exists(Member.objects.noted_for(self))
        here = Q(draft=None, family=self.family_id) & ~noted
        found: MemberQuerySet = Member.objects.filter(Q(draft=self) | here, left_on=None)
        return found

    @property
    def is_closed(self) -> bool:
        """Ended after its result, so that the family may register again; its decisions stay readable."""
        return self.closed_at is not None

    def first_open_step(self) -> Step | None:
        """The first page that still needs an answer; None when the application may be sent."""
        answered = {
            Step.CONSENT: self.consents.filter(withdrawn_at=None).exists(),
            Step.PHOTO: bool(self.photo_route),
            Step.FAMILY: self.family_id is not None and self.village_id is not None,
            Step.HOME: Step(self.step).number > Step.HOME.number,
            Step.CONTACT: bool(self.phone_owner),
            Step.ACCOUNT: BankAccount.objects.filter(application=self).exists(),
        }
        return next((step for step, is_answered in answered.items() if not is_answered), None)

    @property
    def promised_on(self) -> date:
        """Day by which the family is told the result, counted from sending; for a draft from today."""
        days = Parameter.objects.value(Parameter.Name.DECISION_DAYS, self.village_id or "")
        return timezone.localdate(self.submitted_at) + timedelta(days=days or DEFAULT_DECISION_DAYS)


class DocumentKind(models.TextChoices):
    SELFIE = "selfie", _("Face photo")
    EVIDENCE = "evidence", _("Evidence")


class Document(PublicModel):
    """A file the family handed in with the application."""

    application = models.ForeignKey(Application, on_delete=models.RESTRICT, related_name="documents")
    kind = models.CharField(max_length=10, choices=DocumentKind)
    file = models.ForeignKey(StoredFile, on_delete=models.RESTRICT, related_name="documents")
    added_by = models.ForeignKey(User, on_delete=models.RESTRICT, related_name="+")

    class Meta:
        constraints: ClassVar = [choice_constraint("kind", DocumentKind, name="document_kind_is_known")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class FamilyCard(Timestamped):
    """What Dukcapil returned for the applicant's NIK, kept as received until it is confirmed."""

    application = models.OneToOneField(Application, on_delete=models.RESTRICT, related_name="family_card")
    as_of = models.DateField()
    content = EncryptedTextField(help_text="JSON: kk_number, address, rt, rw, village_code, members[]")

    def __str__(self) -> str:
        return f"card of application {self.application_id}"


class BankAccount(Timestamped):
    """Where assistance would be paid. One per application; a correction replaces it before sending.

    A family without an account says so (`Bank.NONE`): that is an answer, not a gap.
    """

    application = models.OneToOneField(Application, on_delete=models.RESTRICT, related_name="bank_account")
    bank = models.CharField(max_length=10, choices=Bank)
    number = EncryptedTextField(null=True, blank=True)
    number_index = BlindIndexField(source="number", kind="account", null=True, blank=True)
    holder = EncryptedTextField(null=True, blank=True)

    class Meta:
        verbose_name = _("bank account")
        verbose_name_plural = _("bank accounts")
        constraints: ClassVar = [
            choice_constraint("bank", Bank, name="bank_account_bank_is_known"),
            models.CheckConstraint(
                name="bank_account_is_complete_or_none",
                condition=Q(bank=Bank.NONE, number__isnull=True, holder__isnull=True)
                | (~Q(bank=Bank.NONE) & Q(number__isnull=False, holder__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"account {self.pk}"

    @property
    def masked(self) -> str:
        """Bank and the last four digits: enough for the owner to recognise."""
        bank = self.get_bank_display()
        return f"{bank} …{self.number[-4:]}" if self.number else str(bank)
