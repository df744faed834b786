"""Face templates: kept with the verdict, enrolled when a person is confirmed, folded into segments, erased.

Everything here runs on the queue `face`: no other process may open the schema `biometrics`.
"""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from enrollment.enums import ApplicationState
from enrollment.models import Person
from perlinsos.accounts.models import User
from perlinsos.core import audit, crypto
from verification import enrolled
from verification.enrolled import Block
from verification.faces import gallery
from verification.models import FaceCheck, FaceSegment, FaceTemplate

SEGMENT_SIZE = 2048  # templates; 1 MB
SUPERSEDED = "superseded"
NOT_SENT = (ApplicationState.DRAFT, ApplicationState.WITHDRAWN)


@transaction.atomic
def keep_template(check: FaceCheck, vector: bytes, *, engine_version: str) -> FaceTemplate:
    """Keep what a compared picture looks like, in the transaction of the verdict. For the face worker."""
    template = FaceTemplate(face_check=check, person_id=check.application.applicant_id, engine_version=engine_version)
    template.sealed = crypto.seal(vector, place=template.place)
    template.save(force_insert=True)
    return template


@transaction.atomic
def enrol_template(face_check_id: int, *, by: User) -> FaceTemplate | None:
    """Let others be compared with a confirmed person whose application was sent. For the face worker.

    None when there is nothing to enrol: not confirmed, not sent, no picture, template erased. An
    older template of the same person is erased, so that nobody is found as their own duplicate.
    """
    found = FaceTemplate.objects.living().select_related("face_check__application__applicant")
    template = found.filter(face_check=face_check_id).first()
    if template is None or template.person_id is None or not _may_be_enrolled(template):
        return None
    person = Person.objects.select_for_update(of=("self",), no_key=True).get(pk=template.person_id)
    template.refresh_from_db()
    if template.enrolled_at is None and template.erased_at is None:
        older = FaceTemplate.objects.enrolled().filter(person=person)
        if older.filter(face_check__gt=face_check_id).exists():
            erase_templates([template], under=SUPERSEDED, by=by)
            return None
        erase_templates(list(older), under=SUPERSEDED, by=by)
        template.region = (template.face_check.application.village_id or "")[:5]
        template.sex, template.birth_year, template.enrolled_at = person.sex, person.birth_year, timezone.now()
        template.save(update_fields=["region", "sex", "birth_year", "enrolled_at", "updated_at"])
    return template if template.erased_at is None else None


def _may_be_enrolled(template: FaceTemplate) -> bool:
    check = template.face_check
    is_sent = check.application.state not in NOT_SENT and bool(check.application.village_id)
    return check.is_confirmed and is_sent


@transaction.atomic
def erase_templates(templates: Iterable[FaceTemplate], *, under: str, by: User) -> int:
    """Destroy these vectors for good; rows stay and say when and why. For the face worker.

    Segments that hold one of them are dissolved: what is left in them is loose until the next folding.
    """
    rows = [template for template in templates if template.erased_at is None]
    if not rows:
        return 0
    enrolled.hold_alone()
    segments = {row.segment_id for row in rows if row.segment_id is not None}
    FaceTemplate.objects.filter(segment__in=segments).update(segment=None)
    FaceSegment.objects.filter(pk__in=segments).delete()
    now = timezone.now()
    erased = FaceTemplate.objects.living().filter(pk__in=[row.pk for row in rows])
    count = erased.update(sealed=None, segment=None, erased_at=now, erased_under=under, updated_at=now)
    for row in rows:
        audit.record("verification.face_template.erased", subject=row.face_check, by=by, under=under)
    return count


@transaction.atomic
def fold_block(block: Block, *, engine_version: str) -> int:
    """Put the loose templates of a block into segments, the last one being filled up. For the face worker."""
    same = {"region": block.region, "sex": block.sex, "birth_year": block.birth_year, "engine_version": engine_version}
    enrolled.hold_alone()
    loose = list(FaceTemplate.objects.loose().filter(**same).order_by("pk"))
    filling = FaceSegment.objects.filter(**same, size__lt=SEGMENT_SIZE).order_by("pk").last()
    if loose and filling is not None:
        loose = [*FaceTemplate.objects.enrolled().filter(segment=filling).order_by("pk"), *loose]
        FaceTemplate.objects.filter(segment=filling).update(segment=None)
        filling.delete()
    for start in range(0, len(loose), SEGMENT_SIZE):
        rows = loose[start : start + SEGMENT_SIZE]
        packed = gallery.pack([row.pk for row in rows], [enrolled.opened(row) for row in rows])
        segment = FaceSegment.objects.create(**same, size=len(rows), sealed=crypto.seal(packed, place=block.place))
        FaceTemplate.objects.filter(pk__in=[row.pk for row in rows]).update(segment=segment)
    return len(loose)


@transaction.atomic
def fold_gallery(at_once: int = 200) -> int:
    """Fold every block that has loose templates, up to `at_once` blocks. For the sweep; again is harmless."""
    columns = ("region", "sex", "birth_year", "engine_version")
    blocks = FaceTemplate.objects.loose().order_by(*columns).values_list(*columns).distinct()[:at_once]
    return sum(
        fold_block(Block(region, sex, year), engine_version=engine) for region, sex, year, engine in blocks if year
    )
