"""Who may do what with face checks, photographs and sources. Enforced inside the services."""

from enrollment.models import READERS, Application
from enrollment.permissions import can_fill
from perlinsos.accounts import scoping
from perlinsos.accounts.enums import Role
from perlinsos.accounts.models import User
from verification.enums import CheckState
from verification.models import DuplicateCandidate, FaceCheck, FaceThresholdSet
from verification.models.fairness import FAIRNESS_READERS

DESK = (*READERS, Role.COORDINATOR)
FACE_READERS = (Role.OFFICER, Role.VERIFIER, Role.AUDITOR)
COUNTER = (Role.AGENT, Role.OPERATOR, Role.OFFICER)


def can_wait(user: User, application: Application) -> bool:
    """Whose picture it is, or the agent who took it: the page that waits for the machine."""
    return can_fill(user, application)


def can_open_desk(user: User) -> bool:
    """Whoever works at the desk may see the face queue of the area (names masked) and how the sources are."""
    return bool(scoping.area_codes(user, roles=DESK))


def face_areas(user: User) -> list[str]:
    """Codes of the areas in which somebody may look at faces."""
    return scoping.area_codes(user, roles=FACE_READERS)


def can_audit_views(user: User) -> bool:
    """Who looked at which photograph: auditors, and the data protection officer, who is one."""
    return bool(scoping.area_codes(user, roles=[Role.AUDITOR]))


def can_see_faces(user: User) -> bool:
    """Officers compare, verifiers and auditors look over their shoulders; each within the own area."""
    return bool(scoping.area_codes(user, roles=FACE_READERS))


def can_see_fairness(user: User) -> bool:
    """Officers, verifiers, coordinators and auditors see how the face check does in their area: counts, no case."""
    return bool(scoping.area_codes(user, roles=FAIRNESS_READERS))


def can_settle(user: User, check: FaceCheck) -> bool:
    """An officer of the family's village with no part in the application, who turned down none of its pictures."""
    application = check.application
    if user.pk in (application.owner_id, application.assisted_by_id):
        return False
    if not scoping.holds_role(user, Role.OFFICER, village_code=application.village_id or ""):
        return False
    turned_down = FaceCheck.objects.filter(application=application, state=CheckState.REJECTED, settled_by=user)
    return not turned_down.exclude(pk=check.pk).exists()


def can_meet(user: User, check: FaceCheck) -> bool:
    """An agent of the family's village: also the one who enrolled it, whose word an officer then confirms."""
    return scoping.holds_role(user, Role.AGENT, village_code=check.application.village_id or "")


def can_ask_to_meet(user: User, application: Application) -> bool:
    """The family, its agent, and whoever sits at the counter of the village or of Dinas Sosial."""
    return can_fill(user, application) or any(
        scoping.holds_role(user, role, village_code=application.village_id or "") for role in COUNTER
    )


def can_ask_again(user: User) -> bool:
    """An officer, for the questions of their own area."""
    return bool(scoping.area_codes(user, roles=[Role.OFFICER]))


def can_ask_about(user: User, application: Application) -> bool:
    """An officer of the family's village with no part in the application."""
    has_part = user.pk in (application.owner_id, application.assisted_by_id)
    return not has_part and scoping.holds_role(user, Role.OFFICER, village_code=application.village_id or "")


def can_tell_again(user: User, application: Application) -> bool:
    """The family itself; on its behalf a village operator of its village, or the agent who registered it there."""
    if application.owner_id == user.pk:
        return True
    role = Role.AGENT if application.assisted_by_id == user.pk else Role.OPERATOR
    return scoping.holds_role(user, role, village_code=application.village_id or "")


def can_answer(user: User, candidate: DuplicateCandidate) -> bool:
    """Whether two registrations are one person: an officer of both villages, or, once handed over, the
    coordinator of both; nobody who has a part in either application."""
    role = Role.COORDINATOR if candidate.handed_over_at else Role.OFFICER
    return _has_no_part(user, candidate) and (
        _holds_in_both(user, Role.OFFICER, candidate) or _holds_in_both(user, role, candidate)
    )


def can_hand_over(user: User, candidate: DuplicateCandidate) -> bool:
    """An officer of either side, who may not see the other."""
    return _has_no_part(user, candidate) and any(
        scoping.holds_role(user, Role.OFFICER, village_code=check.application.village_id or "")
        for check in candidate.checks
    )


def _has_no_part(user: User, candidate: DuplicateCandidate) -> bool:
    applications = [check.application for check in candidate.checks]
    return all(user.pk not in (application.owner_id, application.assisted_by_id) for application in applications)


def _holds_in_both(user: User, role: Role, candidate: DuplicateCandidate) -> bool:
    return all(
        scoping.holds_role(user, role, village_code=check.application.village_id or "") for check in candidate.checks
    )


def can_propose_thresholds(user: User) -> bool:
    """Administrators: who calibrates is whoever keeps the system."""
    return user.is_admin


def can_settle_thresholds(user: User, proposed: FaceThresholdSet) -> bool:
    """An administrator other than the one who proposed them: four eyes."""
    return user.is_admin and user.pk != proposed.proposed_by_id
