"""Face templates: the only tables of the schema `biometrics`, which only the face workers' role may open.

A template is the truth about one compared picture. Segments are made from templates so that many
can be opened at once; any of them may be thrown away and is made again (docs/adr/0029).
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from enrollment.enums import ApplicationState, Sex
from enrollment.models import Person
from perlinsos.core.models import Timestamped, choice_constraint
from verification.enums import CheckState
from verification.models.faces import FaceCheck

NETWORK = "the network and how it looks (`Recogniser.version`); what finds the face may change without another label"
CONFIRMED_STATES = (CheckState.ACCEPTED, CheckState.CONFIRMED)


class FaceSegmentQuerySet(models.QuerySet["FaceSegment"]):
    def of_blocks(self, blocks: Q, *, engine_version: str) -> "FaceSegmentQuerySet":
        return self.filter(blocks, engine_version=engine_version).order_by("pk")


class FaceSegment(Timestamped):
    """Many enrolled templates of one block, sealed together: opening one costs as much as opening a row."""

    region = models.CharField(max_length=5, help_text="code of the regency")
    sex = models.CharField(max_length=1, choices=Sex)
    birth_year = models.PositiveSmallIntegerField()
    engine_version = models.CharField(max_length=80, help_text=NETWORK)
    size = models.PositiveIntegerField(help_text="templates in it")
    sealed = models.BinaryField(help_text="`gallery.pack` of keys and vectors, AES-256-GCM")

    objects = FaceSegmentQuerySet.as_manager()

    class Meta:
        db_table = "face_segment"
        constraints: ClassVar = [choice_constraint("sex", Sex, name="face_segment_sex_is_known")]
        indexes: ClassVar = [
            models.Index(fields=["engine_version", "region", "sex", "birth_year"], name="face_segment_by_block")
        ]

    def __str__(self) -> str:
        return f"segment {self.pk}"


class FaceTemplateQuerySet(models.QuerySet["FaceTemplate"]):
    def living(self) -> "FaceTemplateQuerySet":
        return self.filter(erased_at=None)

    def enrolled(self) -> "FaceTemplateQuerySet":
        """What a search looks through: one template of each confirmed person."""
        return self.living().filter(enrolled_at__isnull=False)

    def loose(self) -> "FaceTemplateQuerySet":
        """Enrolled, and not yet in a segment."""
        return self.enrolled().filter(segment=None)

    def to_search(self) -> "FaceTemplateQuerySet":
        """Of confirmed people whose application was sent, and not yet compared with the others."""
        confirmed = self.living().filter(face_check__state__in=CONFIRMED_STATES, searched_at=None)
        ended = (ApplicationState.DRAFT, ApplicationState.WITHDRAWN)
        return confirmed.exclude(face_check__application__state__in=ended).order_by("pk")


class FaceTemplate(Timestamped):
    """The face of one compared picture as 128 numbers. Biometric data: sealed, erased, never shown."""

    face_check = models.OneToOneField(FaceCheck, on_delete=models.RESTRICT, related_name="face_template")
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.RESTRICT, related_name="+")
    region = models.CharField(max_length=5, blank=True, help_text="code of the regency, known when enrolled")
    sex = models.CharField(max_length=1, choices=Sex, blank=True)
    birth_year = models.PositiveSmallIntegerField(null=True, blank=True)
    engine_version = models.CharField(max_length=80, help_text=NETWORK)
    sealed = models.BinaryField(null=True, blank=True, help_text="512 bytes (`vectors.to_bytes`), AES-256-GCM")
    segment = models.ForeignKey(FaceSegment, null=True, blank=True, on_delete=models.RESTRICT, related_name="templates")
    enrolled_at = models.DateTimeField(null=True, blank=True)
    searched_at = models.DateTimeField(null=True, blank=True, help_text="compared with its own and near blocks")
    searched_widely_at = models.DateTimeField(null=True, blank=True, help_text="compared with everybody")
    erased_at = models.DateTimeField(null=True, blank=True)
    erased_under = models.CharField(max_length=60, blank=True, help_text="retention policy and reason code")

    objects = FaceTemplateQuerySet.as_manager()

    class Meta:
        db_table = "face_template"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="face_template_erased_or_sealed",
                condition=Q(erased_at=None, sealed__isnull=False)
                | (Q(erased_at__isnull=False, sealed=None, segment=None) & ~Q(erased_under="")),
            ),
            models.CheckConstraint(
                name="face_template_enrolled_in_a_block",
                condition=Q(enrolled_at=None)
                | (Q(person__isnull=False, birth_year__isnull=False) & ~Q(region="") & ~Q(sex="")),
            ),
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(enrolled_at__isnull=False, erased_at=None),
                name="face_template_one_enrolled_per_person",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["engine_version", "region", "sex", "birth_year"],
                name="face_template_loose",
                condition=Q(enrolled_at__isnull=False, erased_at=None, segment=None),
            ),
            models.Index(fields=["id"], name="face_template_to_search", condition=Q(searched_at=None, erased_at=None)),
            models.Index(
                fields=["id"],
                name="face_template_to_search_widely",
                condition=Q(enrolled_at__isnull=False, erased_at=None, searched_widely_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"template {self.pk}"

    @property
    def place(self) -> str:
        """What the seal is bound to: a vector copied to the row of another check does not open there."""
        return f"biometrics.face_template.{self.face_check_id}"
