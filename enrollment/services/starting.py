"""Opening an application: by the citizen, or by an agent for a family without a phone."""

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from enrollment import ended, nik, permissions
from enrollment.answers import ApplicantInput
from enrollment.enums import Channel
from enrollment.models import Application, Person
from enrollment.services.people import person_of_identity, person_on_record
from perlinsos.accounts.models import User
from perlinsos.core import access, audit
from perlinsos.core.errors import InputError


@transaction.atomic
def start_application(*, by: User) -> Application:
    """The application in force while it goes on, else the draft of a citizen, else what is in force, else a new draft.

    Any number of tabs get the same one. While one is in force another is begun by `again.start_again`
    only; a draft that cannot be sent, because a place came meanwhile, does not hide that place.
    """
    access.ensure(permissions.can_start(by))
    mine = Application.objects.filter(owner=by)
    in_force: Application | None = ended.with_holds(mine.in_force()).first()
    if in_force is not None and ended.obstacle(in_force) is not None:
        return in_force
    return mine.drafts().first() or in_force or open_own_draft(by=by)


@transaction.atomic
def open_own_draft(*, by: User) -> Application:
    """A new draft of a citizen; when another tab was faster, the one it opened."""
    access.ensure(permissions.can_start(by))
    applicant = person_of_identity(by.identity)
    try:
        with transaction.atomic():
            return _open(channel=Channel.SELF, owner=by, applicant=applicant, by=by)
    except IntegrityError:  # application_one_draft_per_owner
        return Application.objects.drafts().get(owner=by)


@transaction.atomic
def start_assisted(*, applicant: ApplicantInput, by: User) -> Application:
    """The draft an agent keeps for this person, or a new one. Refuses a NIK that cannot be one."""
    access.ensure(permissions.can_assist(by))
    try:
        nik.parse(applicant.nik)
    except nik.NikError as error:
        raise InputError(_("This NIK is not right. Look at the KTP again."), code=f"nik_{error.code}") from error
    known = person_on_record(
        nik=applicant.nik,
        name=applicant.name,
        sex=nik.sex_of(applicant.nik),
        birth_date=applicant.birth_date,
        birth_place="",
    )
    person = Person.objects.select_for_update(no_key=True).get(pk=known.pk)  # two taps, one draft
    mine = Application.objects.drafts().filter(assisted_by=by, applicant=person).first()
    return mine or _open(channel=Channel.AGENT, assisted_by=by, applicant=person, by=by)


def _open(*, channel: Channel, applicant: Person, by: User, **door: User) -> Application:
    application = Application.objects.create(
        reference=_next_reference(),
        channel=channel,
        applicant=applicant,
        language=get_language() or "id",
        data_warnings=nik.warnings(applicant.nik or "", birth_date=applicant.born, sex=applicant.sex),
        **door,
    )
    audit.record("enrollment.application.started", subject=application, by=by, channel=channel.value)
    return application


def _next_reference() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('enrollment_reference')")
        return f"PSL-{timezone.localdate():%Y}-{cursor.fetchone()[0]:06d}"
