"""Rule documents become rule sets: enacted once, never edited, followed by the next version."""

from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from eligibility.documents import document_of, fingerprint
from eligibility.models import Programme, RuleSet
from eligibility.rules.document import RuleDocument, parse
from perlinsos.accounts.models import User
from perlinsos.core import audit
from perlinsos.core.errors import DomainError
from perlinsos.regions.models import Area


@transaction.atomic
def enact_rule_set(data: dict[str, Any], *, by: User) -> tuple[RuleSet, bool]:
    """Make a document the rules of its programme; True when it was not there yet.

    For the command that loads shipped documents. An open-ended predecessor ends where the new
    version begins. Refused: DocumentError for a document that is no rules, DomainError
    `version_changed` when the version exists with other content, `overlap` when the dates collide.
    """
    document, digest = parse(data), fingerprint(data)
    described = {"name": document.name, "description": document.description}
    programme, is_new = Programme.objects.update_or_create(
        code=document.programme,
        defaults=described,
        create_defaults={**described, "is_active": document.starts_active},
    )
    if is_new:
        programme.areas.set(_areas(document))
    known = programme.rule_sets.filter(version=document.version).first()
    if known is not None:
        _ensure_unchanged(known, digest)
        return known, False
    _ensure_overlaps_exist(document)
    _end_predecessor(programme, document)
    rule_set = _create(programme, document, data, digest)
    audit.record("eligibility.rule_set.enacted", subject=rule_set, by=by, version=document.version, sha256=digest)
    return rule_set, True


def _ensure_unchanged(known: RuleSet, digest: str) -> None:
    if known.sha256 != digest:
        message = _("%(rule_set)s exists with other content. A changed rule needs a new version.")
        raise DomainError(message % {"rule_set": known}, code="version_changed")


def _areas(document: RuleDocument) -> list[Area]:
    found = list(Area.objects.filter(code__in=document.areas))
    if unknown := set(document.areas) - {area.code for area in found}:
        raise DomainError(_("There is no area with the code %(code)s.") % {"code": min(unknown)}, code="unknown_area")
    return found


def _ensure_overlaps_exist(document: RuleDocument) -> None:
    """Every programme and component of the table exists, and no chain of programmes comes back to this one."""
    due, seen = list(document.overlaps), set[str]()
    while due:
        overlap = due.pop()
        other = RuleSet.objects.filter(programme__code=overlap.programme).order_by("valid_during").last()
        rules = document_of(other) if other else None
        if rules is None or (overlap.component and overlap.component not in rules.amount.component_names):
            message = _("The table of overlaps names “%(name)s”, which is not known.")
            raise DomainError(message % {"name": overlap.fact}, code="unknown_programme")
        if overlap.programme == document.programme:
            raise DomainError(_("Programmes may not exclude each other in a circle."), code="circular")
        if overlap.programme not in seen:
            seen.add(overlap.programme)
            due += [further for further in rules.blocked_by if overlap.blocks]


def _end_predecessor(programme: Programme, document: RuleDocument) -> None:
    day_before = document.valid_from - timedelta(days=1)
    earlier = programme.rule_sets.filter(valid_during__contains=day_before, valid_during__upper_inf=True).first()
    if earlier is not None:
        earlier.valid_during = (earlier.valid_during.lower, document.valid_from)
        earlier.save(update_fields=["valid_during", "updated_at"])


def _create(programme: Programme, document: RuleDocument, data: dict[str, Any], digest: str) -> RuleSet:
    try:
        with transaction.atomic():
            return RuleSet.objects.create(
                programme=programme,
                version=document.version,
                document=data,
                sha256=digest,
                valid_during=(document.valid_from, document.valid_until),
            )
    except IntegrityError as error:
        message = _("%(programme)s already has rules for part of this time.") % {"programme": programme}
        raise DomainError(message, code="overlap") from error
