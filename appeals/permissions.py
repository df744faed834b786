"""Who may do what with an appeal. The second look is always somebody else's."""

from appeals.models import DECIDERS, Appeal, GroundCheck
from eligibility.models import Batch
from enrollment.models import READERS, Application
from perlinsos.accounts import scoping
from perlinsos.accounts.enums import Role
from perlinsos.accounts.models import User

NOTE_READERS = (Role.OFFICER, Role.VERIFIER, Role.AUDITOR)
CHECKERS = (Role.AGENT, Role.OPERATOR, Role.VERIFIER)


def can_open_appeals(user: User) -> bool:
    """Whoever reads the cases of an area reads what is contested there."""
    return bool(scoping.area_codes(user, roles=READERS))


def can_lodge(user: User, application: Application) -> bool:
    """The family itself, or an agent or village operator of its village on its behalf."""
    return application.owner_id == user.pk or _holds_any(user, (Role.AGENT, Role.OPERATOR), application)


def can_review(user: User, appeal: Appeal) -> bool:
    """An officer or BPS verifier of the area who decided nothing in the batch."""
    return _holds_any(user, DECIDERS, appeal.application) and not has_decided(user, appeal.window.batch)


def can_record(user: User, check: GroundCheck) -> bool:
    """Whoever works in the village and did not ask for the visit."""
    return _holds_any(user, CHECKERS, check.appeal.application) and check.requested_by_id != user.pk


def can_rule(user: User, appeal: Appeal) -> bool:
    """A reviewer who did not make the visit the ruling rests on."""
    return can_review(user, appeal) and not appeal.ground_checks.filter(recorded_by=user).exists()


def can_read_notes(user: User, application: Application) -> bool:
    """Who decides and who looks over their shoulders; the village office does not."""
    return _holds_any(user, NOTE_READERS, application)


def can_note(user: User, application: Application) -> bool:
    """An officer of the area with no part in the application."""
    has_part = user.pk in (application.owner_id, application.assisted_by_id)
    return not has_part and _holds_any(user, (Role.OFFICER,), application)


def has_decided(user: User, batch: Batch) -> bool:
    return user.pk in (batch.prepared_by_id, batch.announced_by_id)


def _holds_any(user: User, roles: tuple[Role, ...], application: Application) -> bool:
    village_code = application.village_id or ""
    return any(scoping.holds_role(user, role, village_code=village_code) for role in roles)
