"""What an agent does for a family beyond what the family could do itself: the visit around the form."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agents.enums import PhotoObstacle
from agents.models import AssistedVisit, AssistedVisitQuerySet
from enrollment import cards, ended
from enrollment import services as enrollment
from enrollment.answers import ApplicantInput, FamilyAnswers, Proxy
from enrollment.enums import ProxyReason
from enrollment.models import Application, FamilyCard
from enrollment.models.applications import ApplicationQuerySet
from enrollment.permissions import can_assist
from perlinsos.accounts.enums import Role
from perlinsos.accounts.models import User
from perlinsos.accounts.scoping import holds_role
from perlinsos.core import access, audit, crypto
from perlinsos.core.errors import DomainError


@transaction.atomic
def begin_visit(applicant: ApplicantInput, *, by: User) -> Application:
    """The draft of this family and the visit it is made in. For agents; a second try finds the first.

    A registration that is over gives way when the new one is sent. Refuses `already_registered`,
    saying since when but not by whom, and a NIK that cannot be one.
    """
    access.ensure(can_assist(by))
    if (begun := _own_drafts([applicant.nik], by=by).first()) is not None:
        return begun
    _refuse_registered([applicant.nik], by=by)
    application = enrollment.start_assisted(applicant=applicant, by=by)
    AssistedVisit.objects.get_or_create(application=application, defaults={"agent": by})
    return application


@transaction.atomic
def give_proxy_consent(application: Application, *, proxy: Proxy, by: User) -> Application:
    """The family's spoken yes to every line. For its agent; who cannot read needs a witness (`witness_missing`)."""
    if proxy.reason == ProxyReason.CANNOT_READ and not proxy.witness:
        raise DomainError(_("Fill in the name of the witness who heard it."), code="witness_missing")
    return enrollment.give_consent(application, proxy=proxy, by=by)


@transaction.atomic
def skip_photo(application: Application, *, obstacle: str, by: User) -> Application:
    """Go on without a photo and note why (a PhotoObstacle). For the family's agent, while it is a draft."""
    application = enrollment.choose_manual_photo(application, by=by)
    _visit(application).update(photo_obstacle=PhotoObstacle(obstacle), updated_at=timezone.now())
    audit.record("agents.visit.photo_skipped", subject=application, by=by, obstacle=obstacle)
    return application


@transaction.atomic
def confirm_family(application: Application, *, answers: FamilyAnswers, by: User) -> Application:
    """As `enrollment.confirm_family`; a family that is registered elsewhere is told of since when."""
    try:
        return enrollment.confirm_family(application, answers=answers, by=by)
    except DomainError as error:
        if error.code == "already_registered":
            _refuse_registered(_niks(application, answers), but=application, by=by)
        raise


@transaction.atomic
def finish_visit(application: Application, *, by: User) -> Application:
    """Send the application and end the visit. For its agent; sending again changes nothing."""
    application = enrollment.submit_application(application, by=by)
    now = timezone.now()
    _visit(application).filter(finished_at=None).update(finished_at=now, updated_at=now)
    return application


def _visit(application: Application) -> AssistedVisitQuerySet:
    return AssistedVisit.objects.filter(application=application)


def _own_drafts(niks: Iterable[str], *, by: User) -> ApplicationQuerySet:
    """Drafts of this agent about one of these people, whoever of the family was named first."""
    drafts = Application.objects.visible_to(by).drafts().filter(assisted_by=by)
    indexes = _indexes(niks)
    return drafts.filter(Q(applicant__nik_index__in=indexes) | _has_member(indexes)).order_by("pk").distinct()


def _refuse_registered(niks: Iterable[str], *, but: Application | None = None, by: User) -> None:
    """Refuse people whose registration a new one cannot take the place of. Says since when: nothing else is theirs
    to know, and to an agent of the village, which way a family has that signs in itself.
    """
    indexes = _indexes(niks)
    applied = Q(applicant__nik_index__in=indexes, submitted_at__isnull=False)
    for first in ended.in_the_way(but, applied | _has_member(indexes), by=by)[:1]:
        names = {"date": date_format(timezone.localdate(first.submitted_at or first.created_at), "j F Y")}
        said = gettext("This family is registered already, since %(date)s. It need not register again.")
        if ended.obstacle(first) is None and holds_role(by, Role.AGENT, village_code=first.village_id or ""):
            said = gettext(
                "This family registered by itself, on %(date)s. It may register again: it signs in with IKD, "
                "also on your phone."
            )
        raise DomainError(said % names, code="already_registered")


def _has_member(indexes: list[bytes]) -> Q:
    return Q(family__members__person__nik_index__in=indexes, family__members__left_on=None, family__members__draft=None)


def _indexes(niks: Iterable[str]) -> list[bytes]:
    return [crypto.blind_index(nik, kind="nik") for nik in niks]


def _niks(application: Application, answers: FamilyAnswers) -> list[str]:
    """Of everybody on the card, or in the list that was typed instead."""
    received = FamilyCard.objects.filter(application=application).first()
    card = answers.typed or (cards.load(received.content) if received else None)
    return [member.nik for member in card.members if member.nik] if card else []
