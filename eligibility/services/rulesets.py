"""Rule documents become rule sets: enacted once, never edited, followed by the next version."""

from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from eligibility.documents import fingerprint
from eligibility.models import Programme, RuleSet
from eligibility.rules.document import RuleDocument, parse
from perlinsos.accounts.models import User
from perlinsos.core import audit
from perlinsos.core.errors import DomainError


@transaction.atomic
def enact_rule_set(data: dict[str, Any], *, by: User) -> tuple[RuleSet, bool]:
    """Make a document the rules of its programme; True when it was not there yet.

    For the command that loads shipped documents. An open-ended predecessor ends where the new
    version begins. Refused: DocumentError for a document that is no rules, DomainError
    `version_changed` when the version exists with other content, `overlap` when the dates collide.
    """
    document, digest = parse(data), fingerprint(data)
    programme, _created = Programme.objects.update_or_create(
        code=document.programme, defaults={"name": document.name, "description": document.description}
    )
    known = programme.rule_sets.filter(version=document.version).first()
    if known is not None:
        _ensure_unchanged(known, digest)
        return known, False
    _end_predecessor(programme, document)
    rule_set = _create(programme, document, data, digest)
    audit.record("eligibility.rule_set.enacted", subject=rule_set, by=by, version=document.version, sha256=digest)
    return rule_set, True


def _ensure_unchanged(known: RuleSet, digest: str) -> None:
    if known.sha256 != digest:
        message = _("%(rule_set)s exists with other content. A changed rule needs a new version.")
        raise DomainError(message % {"rule_set": known}, code="version_changed")


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
