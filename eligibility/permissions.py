"""Who may decide, prepare and announce. Each answer is tied to the case or batch it is about."""

from collections.abc import Iterable

from eligibility.enums import DepartureReason
from eligibility.models import DESK, RULE_READERS, WRITERS, Batch, BatchEntry, DutyReporter, Programme, Quota
from eligibility.models.simulations import SEERS, SIMULATORS
from enrollment.models import READERS, Application, Family
from perlinsos.accounts import scoping
from perlinsos.accounts.enums import Role, UserKind
from perlinsos.accounts.models import User
from perlinsos.regions.models import Area


def can_read_cases(user: User) -> bool:
    """Whoever reads cases somewhere. Coordinators see counts and places: a queue would tell them there is nobody."""
    return bool(scoping.area_codes(user, roles=READERS))


def can_open_batches(user: User) -> bool:
    return bool(scoping.area_codes(user, roles=DESK))


def can_decide(user: User, application: Application) -> bool:
    """A worker of the portal, or an officer of the area."""
    return is_worker(user) or scoping.holds_role(user, Role.OFFICER, village_code=application.village_id or "")


def can_redecide(user: User, application: Application) -> bool:
    """As above, or the BPS verifier of the area whose ruling makes the new decision necessary."""
    return can_decide(user, application) or scoping.holds_role(
        user, Role.VERIFIER, village_code=application.village_id or ""
    )


def can_prepare(user: User, area: Area) -> bool:
    return scoping.holds_role(user, Role.OFFICER, village_code=area.code)


def can_work_on(user: User, batch: Batch) -> bool:
    """Hand over, return, cancel, announce: officers of the regency."""
    return scoping.holds_role(user, Role.OFFICER, village_code=batch.area_id)


def can_rerank(user: User, batch: Batch) -> bool:
    """Whoever may make a decision in the area again, because the order follows the decisions."""
    roles = (Role.OFFICER, Role.VERIFIER)
    return is_worker(user) or any(scoping.holds_role(user, role, village_code=batch.area_id) for role in roles)


def can_run(user: User, area: Area) -> bool:
    """Decide everybody of an area again: a worker of the portal, or an officer of the area."""
    return is_worker(user) or scoping.holds_role(user, Role.OFFICER, village_code=area.code)


def can_open_golden_families(user: User) -> bool:
    """Policy staff anywhere, whoever keeps the reference data, and the worker that loads the shipped ones."""
    return user.is_admin or is_worker(user) or bool(scoping.area_codes(user, roles=WRITERS))


def can_edit_golden_family(user: User, programmes: Iterable[str]) -> bool:
    """As above, where policy staff may write the rules of every programme that it expects something of."""
    if user.is_admin or is_worker(user):
        return True
    reached = Programme.objects.within_reach(user, roles=WRITERS).values_list("code", flat=True)
    return set(programmes) <= set(reached)


def can_release(user: User, entry: BatchEntry, *, reason: str) -> bool:
    """Record that a family leaves its place: officers of the area, a worker, the family by its own wish."""
    is_wish = is_own(user, entry) and reason == DepartureReason.OPTED_OUT
    return is_wish or is_worker(user) or can_work_on(user, entry.batch)


def can_open_rules(user: User) -> bool:
    return bool(scoping.area_codes(user, roles=RULE_READERS))


def can_write_rules(user: User, programme: Programme) -> bool:
    """Write, propose, enact and take back: policy staff of every area where the programme runs."""
    return Programme.objects.within_reach(user, roles=WRITERS).filter(pk=programme.pk).exists()


def is_own(user: User, entry: BatchEntry) -> bool:
    return entry.application.owner_id == user.pk


def can_fill(user: User, quota: Quota) -> bool:
    """Give free places to who waits: the portal does this by itself, an officer may ask for it."""
    return is_worker(user) or scoping.holds_role(user, Role.OFFICER, village_code=quota.area_id)


def can_open_simulations(user: User) -> bool:
    return bool(scoping.area_codes(user, roles=SEERS))


def can_start_simulations(user: User) -> bool:
    """Auditors read what others tried."""
    return is_worker(user) or bool(scoping.area_codes(user, roles=SIMULATORS))


def can_simulate(user: User, area: Area) -> bool:
    """Try drafts on the families of an area, in counts only: a worker, or who holds such a role there."""
    return is_worker(user) or any(scoping.holds_role(user, role, village_code=area.code) for role in SIMULATORS)


def can_try_texts(user: User, area: Area) -> bool:
    """Try rules as they were typed: of endless texts two may point at a family, so who reads the families anyway."""
    return is_worker(user) or any(scoping.holds_role(user, role, village_code=area.code) for role in READERS)


def can_finish(user: User, batch: Batch) -> bool:
    """Make the result of a batch final once nobody can object: the worker, when the time is over."""
    return is_worker(user)


def can_look_after(user: User, application: Application) -> bool:
    """Check again, pause and end a participation: officers of the area."""
    return scoping.holds_role(user, Role.OFFICER, village_code=application.village_id or "")


def can_step_back(user: User, application: Application) -> bool:
    """The family; where it has no sign-in, an agent of its village writes down what it says."""
    if application.owner_id is not None:
        return application.owner_id == user.pk
    return scoping.holds_role(user, Role.AGENT, village_code=application.village_id or "")


def can_record_duty(user: User, family: Family) -> bool:
    """Agents of the village, who know the family, and officers of the area."""
    roles = (Role.AGENT, Role.OFFICER)
    return any(scoping.holds_role(user, role, village_code=family.village_id) for role in roles)


def can_doubt_duty(user: User, family: Family | None) -> bool:
    """The family itself, or an agent of its village on its behalf."""
    if family is None:
        return False
    is_own = Application.objects.filter(family=family, owner=user).exists()
    return is_own or scoping.holds_role(user, Role.AGENT, village_code=family.village_id)


def can_hand_in(user: User) -> bool:
    """A system that was entered as a reporter of duties, within the area of its membership."""
    return user.is_active and DutyReporter.objects.filter(client__user=user, client__revoked_at=None).exists()


def is_worker(user: User) -> bool:
    # API clients are service accounts too, but they have no e-mail and a membership that only reads.
    return user.kind == UserKind.SERVICE and (user.email or "").endswith("@service.invalid")
