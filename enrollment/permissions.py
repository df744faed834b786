"""Who may do what with an application. Enforced inside the services, used by templates to hide buttons."""

from enrollment.enums import ApplicationState
from enrollment.models import Application, Member
from perlinsos.accounts import scoping
from perlinsos.accounts.enums import Role, UserKind
from perlinsos.accounts.models import User
from perlinsos.core import crypto

PHOTO_STATES = (ApplicationState.DRAFT, ApplicationState.SUBMITTED, ApplicationState.MATCHING)


def can_start(user: User) -> bool:
    """A citizen whose identity the provider has vouched for."""
    return user.is_active and user.kind == UserKind.CITIZEN and hasattr(user, "identity")


def can_assist(user: User) -> bool:
    """An agent with a valid assignment somewhere."""
    return bool(scoping.area_codes(user, roles=[Role.AGENT]))


def can_fill(user: User, application: Application) -> bool:
    """Whose application it is, or the agent who is enrolling this family in an assigned village."""
    return user.is_active and (application.owner_id == user.pk or _is_assisting(user, application))


def can_use_village(user: User, application: Application, village_code: str) -> bool:
    """A citizen may name any village; an agent only an assigned one."""
    return application.assisted_by_id != user.pk or scoping.holds_role(user, Role.AGENT, village_code=village_code)


def can_add_photo(user: User, application: Application) -> bool:
    """Also after sending: the machine may ask for a better photo until somebody has decided."""
    return can_fill(user, application) and application.state in PHOTO_STATES


def can_receive_card(user: User) -> bool:
    """The service account that asks Dukcapil."""
    return user.kind == UserKind.SERVICE


def can_advance(user: User, application: Application) -> bool:
    """A service account that does the work of the system, or an officer of the area."""
    village_code = application.village_id or ""
    return user.kind == UserKind.SERVICE or scoping.holds_role(user, Role.OFFICER, village_code=village_code)


def can_close(user: User, application: Application) -> bool:
    """End a registration that is over: who applied; where the family cannot sign in, agents and officers there."""
    if application.owner_id == user.pk or _applied(user, application):
        return user.is_active
    village_code = application.village_id or ""
    works_there = any(scoping.holds_role(user, role, village_code=village_code) for role in (Role.AGENT, Role.OFFICER))
    return works_there and not can_sign_in(application)


def can_sign_in(application: Application) -> bool:
    """Whether the family has a sign-in: not where an agent registered it, nor once who applied died or left it."""
    if application.owner_id is None:
        return False
    memberships = Member.objects.filter(family=application.family_id, person=application.applicant_id, draft=None)
    return memberships.living().exists() or not memberships.exists()


def _applied(user: User, application: Application) -> bool:
    """Whether a citizen signed in as the person an agent registered the family for."""
    if user.kind != UserKind.CITIZEN or application.applicant is None or not hasattr(user, "identity"):
        return False
    return bool(application.applicant.nik_index == crypto.blind_index(user.identity.nik, kind="nik"))


def _is_assisting(user: User, application: Application) -> bool:
    if application.assisted_by_id is None or application.assisted_by_id != user.pk:
        return False
    if application.village_id is None:
        return can_assist(user)
    return scoping.holds_role(user, Role.AGENT, village_code=application.village_id)
