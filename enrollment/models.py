"""What was declared: people, families, applications, consents. Nothing here is ever deleted."""

from datetime import date, timedelta
from typing import ClassVar

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.enums import (
    ApplicationState,
    Bank,
    Channel,
    FamilyCardState,
    PhoneOwner,
    PhotoRoute,
    ProxyReason,
    Relation,
    Schooling,
    Sex,
    Step,
)
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
OPEN_STATES = (
    ApplicationState.DRAFT,
    ApplicationState.SUBMITTED,
    ApplicationState.MATCHING,
    ApplicationState.DECIDED,
    ApplicationState.ANNOUNCED,
)


DEFAULT_DECISION_DAYS = 14


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
        return self.filter(left_on=None)

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

    objects = MemberQuerySet.as_manager()

    class Meta:
        verbose_name = _("family member")
        verbose_name_plural = _("family members")
        constraints: ClassVar = [
            choice_constraint("relation", Relation, name="member_relation_is_known"),
            choice_constraint("schooling", Schooling, name="member_schooling_is_known"),
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(left_on=None),
                name="member_one_family_at_a_time",
                violation_error_message=_("This person already belongs to another family."),
            ),
            models.UniqueConstraint(
                fields=["family"],
                condition=Q(left_on=None, relation=Relation.HEAD),
                name="member_one_head_per_family",
                violation_error_message=_("A family has one head."),
            ),
        ]

    def __str__(self) -> str:
        return f"member {self.pk}"


class ConsentTextQuerySet(models.QuerySet["ConsentText"]):
    def current(self) -> "ConsentTextQuerySet":
        """The newest published wording of each source, in the order they were first written."""
        newest = self.filter(published_at__lte=timezone.now()).order_by("source", "-version").distinct("source")
        return self.filter(pk__in=newest.values("pk")).order_by("pk")


class ConsentText(Timestamped):
    """The wording a person agreed to, per source and purpose. A new wording is a new version."""

    source = models.CharField(max_length=20, help_text="code of the source, such as `pln`")
    version = models.PositiveSmallIntegerField()
    source_name = models.CharField(max_length=100)
    purpose = models.TextField(help_text=_("one line, shown to the citizen"))
    is_required = models.BooleanField(default=True)
    published_at = models.DateTimeField(default=timezone.now)

    objects = ConsentTextQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent text")
        verbose_name_plural = _("consent texts")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "version"], name="consent_text_one_per_version")
        ]

    def __str__(self) -> str:
        return f"{self.source} v{self.version}"


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

    def drafts(self) -> "ApplicationQuerySet":
        return self.filter(state=ApplicationState.DRAFT)

    def still_open(self) -> "ApplicationQuerySet":
        return self.filter(state__in=OPEN_STATES)

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
        ApplicationState.DECIDED: frozenset(
            {ApplicationState.MATCHING, ApplicationState.ANNOUNCED, ApplicationState.WITHDRAWN}
        ),
        ApplicationState.ANNOUNCED: frozenset({ApplicationState.MATCHING, ApplicationState.WITHDRAWN}),
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
    phone = EncryptedTextField(null=True, blank=True)
    phone_owner = models.CharField(max_length=10, choices=PhoneOwner, blank=True)
    declared_power_va = models.PositiveIntegerField(null=True, blank=True, help_text="VA; empty when not known")
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

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        constraints: ClassVar = [
            state_constraint("application", ApplicationState),
            choice_constraint("channel", Channel, name="application_channel_is_known"),
            models.UniqueConstraint(
                fields=["family"],
                condition=Q(state__in=OPEN_STATES),
                name="application_one_open_per_family",
                violation_error_message=_("This family already has an open application."),
            ),
            models.UniqueConstraint(
                fields=["owner"],
                condition=Q(state__in=OPEN_STATES),
                name="application_one_open_per_owner",
                violation_error_message=_("You already have an open application."),
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
    def is_draft(self) -> bool:
        return self.state == ApplicationState.DRAFT

    @property
    def promised_on(self) -> date:
        """Day by which the family is told the result, counted from sending; for a draft from today."""
        days = Parameter.objects.value(Parameter.Name.DECISION_DAYS, self.village_id or "")
        return timezone.localdate(self.submitted_at) + timedelta(days=days or DEFAULT_DECISION_DAYS)


class Consent(Timestamped):
    """One agreement to ask one source for one purpose, in the words of one version."""

    application = models.ForeignKey(Application, on_delete=models.RESTRICT, related_name="consents")
    text = models.ForeignKey(ConsentText, on_delete=models.RESTRICT, related_name="consents")
    given_at = models.DateTimeField(default=timezone.now)
    given_by = models.ForeignKey(User, on_delete=models.RESTRICT, related_name="consents_given")
    proxy_reason = models.CharField(max_length=20, choices=ProxyReason, blank=True)
    witness = EncryptedTextField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["application", "text"], condition=Q(withdrawn_at=None), name="consent_once_per_text"
            )
        ]

    def __str__(self) -> str:
        return f"consent {self.pk}"


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
