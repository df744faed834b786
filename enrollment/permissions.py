"""Who may do what with an application. Enforced inside the services, used by templates to hide buttons."""

from enrollment.enums import ApplicationState
from enrollment.models import Application
from perlinsos.accounts import scoping
from perlinsos.accounts.enums import Role, UserKind
from perlinsos.accounts.models import User

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


def _is_assisting(user: User, application: Application) -> bool:
    if application.assisted_by_id is None or application.assisted_by_id != user.pk:
        return False
    if application.village_id is None:
        return can_assist(user)
    return scoping.holds_role(user, Role.AGENT, village_code=application.village_id)
