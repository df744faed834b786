"""Rule documents become rule sets: enacted once, never edited, followed by the next version."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _

from eligibility import overlap_checks, permissions
from eligibility.documents import fingerprint
from eligibility.models import WRITERS, Programme, RuleSet
from eligibility.rules.document import RuleDocument, parse
from perlinsos.accounts.models import Membership, User
from perlinsos.core import audit
from perlinsos.core.errors import DomainError
from perlinsos.regions.models import Area


@dataclass(frozen=True)
class PastPolicy:
    """Somebody at the server loads rules that policy staff would enact at the desk: who, and why. Kept for ever."""

    operator: str
    reason: str


@dataclass(frozen=True)
class Loaded:
    """What became of one document: `rule_set` is None where it is left to policy staff."""

    programme: str
    version: str
    rule_set: RuleSet | None
    is_new: bool


@transaction.atomic
def load_rule_sets(documents: Iterable[dict[str, Any]], *, past: PastPolicy | None = None, by: User) -> list[Loaded]:
    """Bring documents as files: all of them or none. For the command that loads them.

    A programme that has no rules yet gets them. Where it has some, and there are policy staff for it, the
    next version is theirs: two people, a decree, golden families. It is left out, unless somebody at the
    server goes `past` that, which the audit trail keeps. Refused as `enact_rule_set` does.
    """
    theirs = {one.code for one in Programme.objects.filter(rule_sets__isnull=False).distinct() if _has_policy(one)}
    done = []
    for data in documents:
        document = parse(data)
        is_known = RuleSet.objects.filter(programme__code=document.programme, version=document.version).exists()
        is_theirs = document.programme in theirs and not is_known
        if is_theirs and past is None:
            done.append(Loaded(document.programme, document.version, None, is_new=False))
            continue
        rule_set, is_new = enact_rule_set(data, by=by)
        if is_theirs and past is not None:
            said = {"operator": past.operator, "reason": past.reason}
            audit.record("eligibility.rule_set.loaded_past_policy", subject=rule_set, by=by, **said)
        done.append(Loaded(document.programme, document.version, rule_set, is_new))
    return done


@transaction.atomic
def enact_rule_set(data: dict[str, Any], *, by: User) -> tuple[RuleSet, bool]:
    """Make a document the rules of its programme; True when it was not there yet.

    For `load_rule_sets`. An open-ended predecessor ends where the new
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
    return follow(programme, document, data, by=by), True


@transaction.atomic
def follow(programme: Programme, document: RuleDocument, data: dict[str, Any], *, by: User) -> RuleSet:
    """The next version of a programme's rules; the one before it ends the day before.

    For the command that loads shipped documents and for `enact_draft`, which asks who may. Refused:
    DomainError `unknown_programme`, `circular` or `component_needed` for its overlaps, `overlap` when the
    dates collide.
    """
    Programme.objects.hold(programme.pk)
    overlap_checks.ensure_none(document)
    _end_predecessor(programme, document.valid_from)
    digest = fingerprint(data)
    rule_set = _create(programme, document, data, digest)
    audit.record("eligibility.rule_set.enacted", subject=rule_set, by=by, version=document.version, sha256=digest)
    return rule_set


def _has_policy(programme: Programme) -> bool:
    """Whether somebody may write rules for it at the desk today."""
    hired = Membership.objects.valid().filter(role__in=WRITERS, user__is_active=True)
    writers = User.objects.filter(pk__in=hired.values("user"))
    return any(permissions.can_write_rules(user, programme) for user in writers)


def _ensure_unchanged(known: RuleSet, digest: str) -> None:
    if known.sha256 != digest:
        message = _("%(rule_set)s exists with other content. A changed rule needs a new version.")
        raise DomainError(message % {"rule_set": known}, code="version_changed")


def _areas(document: RuleDocument) -> list[Area]:
    found = list(Area.objects.filter(code__in=document.areas))
    if unknown := set(document.areas) - {area.code for area in found}:
        raise DomainError(_("There is no area with the code %(code)s.") % {"code": min(unknown)}, code="unknown_area")
    return found


def _end_predecessor(programme: Programme, first_day: date) -> None:
    """Where a version holds on both sides of the first day, it ends there."""
    day_before = first_day - timedelta(days=1)
    earlier = programme.rule_sets.filter(valid_during__contains=day_before).filter(valid_during__contains=first_day)
    for one in earlier:
        one.valid_during = DateRange(one.valid_during.lower, first_day)
        one.save(update_fields=["valid_during", "updated_at"])


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
