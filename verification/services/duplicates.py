"""One person, two registrations: the machine only asks, people answer, and no pair is asked about twice."""

import logging
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from perlinsos.accounts.models import User
from perlinsos.core import access, audit, jobs, workflow
from perlinsos.core.errors import DomainError
from perlinsos.regions.models import Parameter
from verification import enrolled, permissions
from verification.duplicate_enums import DuplicateAnswer, DuplicateState, FollowUp
from verification.faces import gallery
from verification.faces.gallery import Edges, Hit
from verification.faces.normalise import Centres
from verification.models import DuplicateCandidate, FaceTemplate
from verification.policies import DuplicatePolicy
from verification.services import face_messages

logger = logging.getLogger(__name__)

NEARBY_YEARS = 2
MOST_HITS = 5
PROBES_AT_ONCE = 100
AT_ONCE = 500


@transaction.atomic
def search_duplicates(template: FaceTemplate, *, by: User) -> list[DuplicateCandidate]:
    """Compare an enrolled face with its own and near blocks; the pairs that are new. For the face worker.

    Whoever enrols first and searches then cannot be missed by two searches at the same time.
    """
    where = enrolled.block_of(template).nearby(NEARBY_YEARS)
    policy = _policy(template.region)
    centres = enrolled.centres_for(template.region, engine_version=template.engine_version)
    edges = Edges(policy.near_raw, policy.near_cen) if centres else Edges(policy.near_alone)
    (hits,) = _hits([template], where, edges, centres)
    found = _ask_about(template, hits, policy, by=by)
    FaceTemplate.objects.filter(pk=template.pk).update(searched_at=timezone.now())
    return found


@transaction.atomic
def search_widely(at_once: int = PROBES_AT_ONCE, *, by: User) -> int:
    """Compare faces enrolled since the last time with everybody, more strictly; how many were. For the face worker."""
    waiting = FaceTemplate.objects.enrolled().filter(searched_widely_at=None).order_by("pk")
    first = waiting.first()
    if first is None:
        return 0
    probes = list(waiting.filter(engine_version=first.engine_version)[:at_once])
    policy, centres = _policy(""), enrolled.centres_for("", engine_version=first.engine_version)
    edges = Edges(policy.wide_raw, policy.wide_cen) if centres else Edges(policy.wide_alone)
    for template, hits in zip(probes, _hits(probes, enrolled.EVERYBODY, edges, centres), strict=True):
        _ask_about(template, hits, policy, by=by)
    FaceTemplate.objects.filter(pk__in=[probe.pk for probe in probes]).update(searched_widely_at=timezone.now())
    return len(probes)


@transaction.atomic
def sweep() -> None:
    """Wake a worker for every confirmed face that was not compared yet. For the beat."""
    for check_id in FaceTemplate.objects.to_search().values_list("face_check", flat=True)[:AT_ONCE]:
        jobs.enqueue("verification.search_duplicates", face_check_id=check_id)


@transaction.atomic
def note_view(candidate: DuplicateCandidate, *, by: User) -> None:
    """Put on record that somebody opened this pair. For whoever may see it."""
    access.ensure(permissions.can_open_desk(by))
    audit.record("verification.duplicatecandidate.viewed", subject=candidate, by=by)


@transaction.atomic
def answer_duplicate(candidate: DuplicateCandidate, *, answer: DuplicateAnswer, by: User) -> DuplicateCandidate:
    """Say whether two registrations are one person. For who may see both sides and has no part in either.

    Neither application changes, whatever is said. "Unsure" asks for a visit. Refused with
    `bad_transition` when it is answered already and with `stale` when somebody was faster.
    """
    access.ensure(permissions.can_answer(by, candidate))
    if answer == DuplicateAnswer.UNSURE:
        candidate = workflow.move(candidate, DuplicateState.VISIT, by=by, reason=answer)
        for check in candidate.checks:
            face_messages.tell_visit(check)  # the words of any other visit: nothing about the other person
        return candidate
    is_same = answer == DuplicateAnswer.SAME_PERSON
    state = DuplicateState.SAME if is_same else DuplicateState.DIFFERENT
    return workflow.move(
        candidate, state, by=by, reason=answer, answer=answer, settled_by=by, settled_at=timezone.now()
    )


@transaction.atomic
def hand_over(candidate: DuplicateCandidate, *, by: User) -> None:
    """Let the coordinator of both areas answer. For an officer of either side; again changes nothing.

    Refused with `bad_transition` once it is answered.
    """
    access.ensure(permissions.can_hand_over(by, candidate))
    if not candidate.is_waiting:
        raise DomainError(_("This step is not possible now."), code="bad_transition")
    now = timezone.now()
    waiting = DuplicateCandidate.objects.waiting().filter(pk=candidate.pk, handed_over_at=None)
    if waiting.order_by().update(handed_over_at=now, handed_over_by=by, updated_at=now):
        audit.record("verification.duplicatecandidate.handed_over", subject=candidate, by=by)


@transaction.atomic
def note_follow_up(candidate: DuplicateCandidate, *, follow_up: FollowUp, by: User) -> DuplicateCandidate:
    """Say what was done about somebody who registered twice. For who may answer; refuses nothing by itself."""
    access.ensure(permissions.can_answer(by, candidate))
    return workflow.move(candidate, DuplicateState.FOLLOWED_UP, by=by, reason=follow_up, follow_up=follow_up)


def _hits(probes: Sequence[FaceTemplate], where: Q, edges: Edges, centres: Centres | None) -> list[list[Hit]]:
    """For each of some enrolled faces of one engine the nearest others, without itself."""
    enrolled.hold_still()
    faces = [enrolled.opened(probe) for probe in probes]
    members = enrolled.members(where, engine_version=probes[0].engine_version)
    found = gallery.nearest_of_each(
        faces, members, true=enrolled.true_vectors, edges=edges, centres=centres, limit=MOST_HITS + 1
    )
    return [[hit for hit in hits if hit.key != probe.pk][:MOST_HITS] for probe, hits in zip(probes, found, strict=True)]


def _ask_about(
    template: FaceTemplate, hits: list[Hit], policy: DuplicatePolicy, *, by: User
) -> list[DuplicateCandidate]:
    """One question per pair of people that was never asked before."""
    others = FaceTemplate.objects.enrolled().filter(pk__in=[hit.key for hit in hits]).in_bulk()
    found = []
    for hit in hits:
        other = others.get(hit.key)
        if other is None or other.person_id == template.person_id:
            continue
        first, second = sorted((template, other), key=lambda row: row.person_id or 0)
        candidate, is_new = DuplicateCandidate.objects.get_or_create(
            first_id=first.person_id,
            second_id=second.person_id,
            defaults={
                "first_check_id": first.face_check_id,
                "second_check_id": second.face_check_id,
                "raw_distance": hit.raw,
                "cen_distance": hit.cen,
                "threshold_version": policy.version,
                "engine_version": template.engine_version,
            },
        )
        if is_new:
            audit.record("verification.duplicatecandidate.found", subject=candidate, by=by, thresholds=policy.version)
            found.append(candidate)
    return found


def _policy(region: str) -> DuplicatePolicy:
    """What the region has set, else the standard; also when what it has set makes no sense."""
    value = Parameter.objects.value(Parameter.Name.DUPLICATE_THRESHOLDS, region)
    try:
        return DuplicatePolicy() if value is None else DuplicatePolicy.of(value)
    except ValueError:
        logger.error("duplicate thresholds of %s are unusable, the standard ones count", region or "the nation")
        return DuplicatePolicy()
