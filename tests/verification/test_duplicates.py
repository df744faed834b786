"""One person with two registrations: found, asked about once, answered by people, nothing refused."""

from importlib import import_module
from typing import Any

import numpy as np
import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from enrollment.enums import Sex
from enrollment.models import Application
from perlinsos.accounts.models import User
from perlinsos.core import crypto
from perlinsos.core.errors import DomainError
from perlinsos.core.models import AuditEvent
from perlinsos.messages.models import OutboxMessage
from perlinsos.regions.models import Parameter
from tests import factories
from tests.cast import JATILUWIH, KESILIR
from verification import enrolled, tasks
from verification.duplicate_enums import DuplicateAnswer, DuplicateState, FollowUp
from verification.enums import CheckState
from verification.faces.vectors import Embedding, to_bytes
from verification.models import DuplicateCandidate, FaceSegment, FaceTemplate, FaceThresholdSet
from verification.services import duplicates, templates

pytestmark = pytest.mark.django_db
CHANCE = np.random.default_rng(7)


def face() -> Embedding:
    return CHANCE.normal(0, 0.12, 128).astype(np.float32)


def like(other: Embedding, apart: float = 0.25) -> Embedding:
    """Another picture of that face, at about this raw distance."""
    away = CHANCE.normal(0, 1, 128)
    return (other + apart * away / np.linalg.norm(away)).astype(np.float32)


def sent(
    village: str = KESILIR, *, born: int = 1980, sex: str = Sex.FEMALE, person: Any = None, **fields: Any
) -> Application:
    """A sent application of somebody new, or of `person` once more."""
    applicant = person or factories.PersonFactory(sex=sex, birth_year=born)
    area = factories.area(village)
    return factories.ApplicationFactory(submitted=True, village=area, applicant=applicant, **fields)


def accepted(application: Application, vector: Embedding, engine: str = "test 1") -> FaceTemplate:
    """The verdict and what the worker does after it."""
    check = factories.FaceCheckFactory(application=application, accepted=True)
    template = templates.keep_template(check, to_bytes(vector), engine_version=engine)
    tasks.search_duplicates(face_check_id=check.pk)
    template.refresh_from_db()
    return template


def pairs() -> set[tuple[int, int]]:
    return set(DuplicateCandidate.objects.values_list("first_check__application", "second_check__application"))


# --- finding ----------------------------------------------------------------------------------


def test_a_second_registration_under_another_name_becomes_a_question_and_nothing_else() -> None:
    me = face()
    first, second, stranger = sent(), sent(born=1981), sent()
    accepted(first, me)
    accepted(stranger, face())
    found = accepted(second, like(me))
    candidate = DuplicateCandidate.objects.get()
    assert {check.application for check in candidate.checks} == {first, second}
    assert (candidate.state, candidate.threshold_version) == (DuplicateState.OPEN, "standard-1")
    assert candidate.raw_distance == pytest.approx(0.25, abs=0.001)
    assert found.searched_at
    for application in (first, second):
        before = application.state
        application.refresh_from_db()
        assert application.state == before
    assert AuditEvent.objects.filter(action="verification.duplicatecandidate.found").count() == 1


@pytest.mark.parametrize(
    ("other", "is_near"),
    [
        ({"born": 1982}, True),
        ({"born": 1983}, False),
        ({"sex": Sex.MALE}, False),
        ({"village": JATILUWIH}, False),
        ({"engine": "test 2"}, None),
    ],
)
def test_near_blocks_are_searched_at_once_and_everybody_at_night(other: dict[str, Any], is_near: bool | None) -> None:
    """`is_near` None: not at night either, since two engines do not see alike."""
    me = face()
    engine = other.pop("engine", "test 1")
    accepted(sent(), me)
    accepted(sent(**other), like(me), engine)
    assert DuplicateCandidate.objects.exists() is bool(is_near)
    tasks.search_widely()
    tasks.search_widely()
    assert DuplicateCandidate.objects.exists() is (is_near is not None)


def test_an_update_of_the_detector_hides_nobody() -> None:
    """Labels of earlier versions named dlib too; the migration leaves the network, which is what counts."""
    me = face()
    accepted(sent(), me, "dlib 19.24.6, a network, 6 views")
    templates.fold_gallery()
    accepted(sent(), me, "dlib 20.0.1, a network, 6 views")
    assert not DuplicateCandidate.objects.exists()
    labels = import_module("verification.migrations.0017_label_templates_by_the_network").LABELS
    with connection.cursor() as cursor:
        cursor.execute(labels)
    accepted(sent(), like(me), "a network, 6 views")
    assert DuplicateCandidate.objects.count() == 2


def test_the_night_asks_for_more_likeness_and_looks_at_everybody_once() -> None:
    me = face()
    accepted(sent(), me)
    accepted(sent(JATILUWIH), like(me, 0.38))
    assert duplicates.search_widely(by=factories.UserFactory()) == 2
    assert duplicates.search_widely(by=factories.UserFactory()) == 0
    assert not DuplicateCandidate.objects.exists()


def test_registering_again_under_ones_own_nik_is_no_duplicate(worker: User) -> None:
    me = face()
    application = sent()
    old = accepted(application, me)
    Application.objects.filter(pk=application.pk).update(state="withdrawn")
    new = accepted(sent(person=application.applicant, family=application.family), like(me, 0.1))
    old.refresh_from_db()
    assert not DuplicateCandidate.objects.exists()
    assert (old.sealed, old.erased_under) == (None, "superseded")
    assert new.enrolled_at


def test_the_region_decides_how_alike_is_alike(worker: User) -> None:
    strict = {"version": "bupati-7", "near_alone": 0.2, "wide_alone": 0.2}
    factories.ParameterFactory(name=Parameter.Name.DUPLICATE_THRESHOLDS, value=strict)
    me = face()
    accepted(sent(), me)
    accepted(sent(), like(me, 0.25))
    assert not DuplicateCandidate.objects.exists()
    accepted(sent(), like(me, 0.1))
    assert DuplicateCandidate.objects.get().threshold_version == "bupati-7"


def test_where_means_are_in_force_faces_are_seen_from_them(cast: Any) -> None:
    """Two faces that a raw distance calls alike, and that lie apart seen from the middle of the people."""
    centre = face()
    one, two = (0.2 * CHANCE.normal(0, 1, (2, 128)) / np.sqrt(128)).astype(np.float32)
    FaceThresholdSet.objects.create(
        state="enacted",
        version="own-1",
        recogniser="network",
        edges={},
        centres={"version": "own", "general": centre.tolist(), "population": centre.tolist()},
        people=120,
        measured={},
        proposed_by=cast.laras,
        settled_by=cast.ani,
        settled_at=timezone.now(),
    )
    accepted(sent(), centre + one, "network")
    accepted(sent(), centre + two, "network")
    assert not DuplicateCandidate.objects.exists()
    accepted(sent(), like(centre + two, 0.05), "network")
    found = DuplicateCandidate.objects.get()
    assert found.raw_distance < found.cen_distance < 0.85


def test_a_parameter_that_cannot_be_meant_changes_nothing(caplog: Any) -> None:
    factories.ParameterFactory(name=Parameter.Name.DUPLICATE_THRESHOLDS, value={"version": "x", "near_alone": 1.4})
    me = face()
    accepted(sent(), me)
    accepted(sent(), like(me))
    assert DuplicateCandidate.objects.get().threshold_version == "standard-1"
    assert "unusable" in caplog.text


@pytest.mark.parametrize("state", [CheckState.REVIEW, CheckState.REJECTED, CheckState.RETRY])
def test_only_confirmed_people_can_be_found(state: str, cast: Any) -> None:
    me = face()
    accepted(sent(), me)
    settled = {"settled_by": cast.ani, "judgement": "different_person"} if state == CheckState.REJECTED else {}
    check = factories.FaceCheckFactory(application=sent(), state=state, **settled)
    templates.keep_template(check, to_bytes(like(me)), engine_version="test 1")
    tasks.search_duplicates(face_check_id=check.pk)
    assert not DuplicateCandidate.objects.exists()
    assert FaceTemplate.objects.enrolled().count() == 1


def test_a_draft_is_compared_once_it_is_sent(django_capture_on_commit_callbacks: Any, enqueued: Any) -> None:
    me = face()
    accepted(sent(), me)
    draft = factories.ApplicationFactory(applicant=factories.PersonFactory(birth_year=1980))
    template = accepted(draft, like(me))
    assert template.enrolled_at is None
    Application.objects.filter(pk=draft.pk).update(
        state="submitted", submitted_at=timezone.now(), family=factories.FamilyFactory()
    )
    with django_capture_on_commit_callbacks(execute=True):
        tasks.sweep_duplicates()
    assert enqueued == [("verification.search_duplicates", {"face_check_id": template.face_check_id})]
    tasks.search_duplicates(face_check_id=template.face_check_id)
    assert DuplicateCandidate.objects.count() == 1
    with django_capture_on_commit_callbacks(execute=True):
        tasks.sweep_duplicates()
    assert len(enqueued) == 1


@pytest.fixture
def enqueued(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, int]]]:
    sent_tasks: list[tuple[str, dict[str, int]]] = []
    monkeypatch.setattr(
        "perlinsos.core.jobs.current_app.send_task",
        lambda name, kwargs, **options: sent_tasks.append((name, kwargs)),
    )
    return sent_tasks


# --- the gallery ------------------------------------------------------------------------------


def test_folding_and_erasing_change_where_faces_lie_and_never_who_is_found(worker: User) -> None:
    people = [face() for _ in range(9)]
    rows = [factories.enrolled(sent(), vector) for vector in people]

    def found() -> set[int]:
        where = enrolled.block_of(rows[0]).nearby(0)
        return {int(key) for part in enrolled.members(where, engine_version="test 1") for key in part.keys}

    everybody = {row.pk for row in rows}
    assert found() == everybody
    tasks.fold_gallery()
    assert (FaceSegment.objects.count(), FaceTemplate.objects.loose().count()) == (1, 0)
    assert found() == everybody
    rows[3].refresh_from_db()
    templates.erase_templates([rows[3]], under="test: over", by=worker)
    assert found() == everybody - {rows[3].pk}
    assert FaceTemplate.objects.get(pk=rows[3].pk).sealed is None
    late = factories.enrolled(sent(), face())
    tasks.fold_gallery()
    tasks.fold_gallery()
    assert found() == everybody - {rows[3].pk} | {late.pk}
    assert FaceSegment.objects.get().size == 9


def test_the_database_holds_no_face_that_can_be_read(worker: User) -> None:
    vector = face()
    template = factories.enrolled(sent(), vector)
    tasks.fold_gallery()
    plain = to_bytes(vector)
    with connection.cursor() as cursor:
        cursor.execute("SELECT sealed FROM face_template UNION ALL SELECT sealed FROM face_segment")
        kept = [bytes(row[0]) for row in cursor.fetchall()]
    assert len(kept) == 2
    assert not any(plain[start : start + 8] in sealed for sealed in kept for start in range(0, 505, 8))
    other = factories.enrolled(sent(), face())
    FaceTemplate.objects.filter(pk=other.pk).update(sealed=bytes(template.sealed or b""))
    with pytest.raises(crypto.SealBroken):
        enrolled.opened(FaceTemplate.objects.get(pk=other.pk))


# --- answering --------------------------------------------------------------------------------


@pytest.fixture
def candidate(cast: Any) -> DuplicateCandidate:
    """Indah and Joko, both of Banyuwangi, whose pictures look alike."""
    return factories.pair(cast.application, cast.joko_application)


@pytest.mark.parametrize("answer", [DuplicateAnswer.DIFFERENT_PERSON, DuplicateAnswer.TWINS])
def test_two_people_are_never_asked_about_again_even_with_new_pictures(cast: Any, answer: DuplicateAnswer) -> None:
    me = face()
    accepted(cast.application, me)
    people = cast.application.applicant, cast.joko_application.applicant
    type(people[1]).objects.filter(pk=people[1].pk).update(birth_year=people[0].birth_year)
    accepted(cast.joko_application, like(me))
    duplicates.answer_duplicate(DuplicateCandidate.objects.get(), answer=answer, by=cast.ani)
    for application in (cast.application, cast.joko_application):
        accepted(application, like(me, 0.05))
    tasks.search_widely()
    remembered = DuplicateCandidate.objects.get()
    assert (remembered.state, remembered.answer, remembered.settled_by) == ("different", answer, cast.ani)


def test_the_database_keeps_one_row_per_pair_whatever_the_order(candidate: DuplicateCandidate) -> None:
    values = {
        "first_check": candidate.first_check,
        "second_check": candidate.second_check,
        "raw_distance": 0.2,
        "threshold_version": "standard-1",
        "engine_version": "test 1",
    }
    for first, second in ((candidate.first, candidate.second), (candidate.second, candidate.first)):
        with pytest.raises(IntegrityError), transaction.atomic():
            DuplicateCandidate.objects.create(first=first, second=second, **values)


def test_one_person_keeps_both_applications_and_waits_for_a_follow_up(cast: Any, candidate: DuplicateCandidate) -> None:
    states = list(Application.objects.order_by("pk").values_list("state", flat=True))
    duplicates.answer_duplicate(candidate, answer=DuplicateAnswer.SAME_PERSON, by=cast.ani)
    assert list(DuplicateCandidate.objects.to_follow_up()) == [candidate]
    assert list(Application.objects.order_by("pk").values_list("state", flat=True)) == states
    candidate.refresh_from_db()
    duplicates.note_follow_up(candidate, follow_up=FollowUp.ONE_WITHDRAWN, by=cast.budi)
    assert not DuplicateCandidate.objects.to_follow_up().exists()
    assert list(Application.objects.order_by("pk").values_list("state", flat=True)) == states


def test_unsure_asks_both_families_for_a_visit_and_names_nobody(cast: Any, candidate: DuplicateCandidate) -> None:
    duplicates.answer_duplicate(candidate, answer=DuplicateAnswer.UNSURE, by=cast.ani)
    assert candidate in DuplicateCandidate.objects.waiting()
    told = list(OutboxMessage.objects.filter(key__startswith="face-visit"))
    assert {message.subject_id for message in told} == {cast.application.pk, cast.joko_application.pk}
    names = {cast.application.applicant.name, cast.joko_application.applicant.name}
    assert not any(name in message.body for message in told for name in names)
    with pytest.raises(DomainError, match="bad_transition"):
        duplicates.answer_duplicate(DuplicateCandidate.objects.get(), answer=DuplicateAnswer.UNSURE, by=cast.ani)


@pytest.mark.parametrize(
    ("who", "may"),
    [("ani", True), ("citra", False), ("dewi", False), ("gita", False), ("hadi", False), ("indah", False)],
)
def test_who_may_answer(cast: Any, candidate: DuplicateCandidate, who: str, may: bool) -> None:
    user = cast[who]
    if may:
        duplicates.answer_duplicate(candidate, answer=DuplicateAnswer.TWINS, by=user)
    else:
        with pytest.raises(PermissionDenied):
            duplicates.answer_duplicate(candidate, answer=DuplicateAnswer.TWINS, by=user)


def test_an_officer_with_a_part_in_the_case_does_not_answer(cast: Any, candidate: DuplicateCandidate) -> None:
    Application.objects.filter(pk=cast.joko_application.pk).update(assisted_by=cast.ani)
    with pytest.raises(PermissionDenied):
        duplicates.answer_duplicate(DuplicateCandidate.objects.get(), answer=DuplicateAnswer.SAME_PERSON, by=cast.ani)


def test_a_pair_across_areas_is_answered_by_the_coordinator_of_both(cast: Any) -> None:
    candidate = factories.pair(cast.application, cast.kirana_application)
    national = factories.staff("Wayan", "coordinator", "")
    for officer in (cast.ani, cast.citra, national):
        with pytest.raises(PermissionDenied):
            duplicates.answer_duplicate(candidate, answer=DuplicateAnswer.TWINS, by=officer)
    assert not DuplicateCandidate.objects.visible_to(national).exists()
    duplicates.hand_over(candidate, by=cast.citra)
    duplicates.hand_over(candidate, by=cast.ani)
    candidate.refresh_from_db()
    assert candidate.handed_over_by == cast.citra
    assert not DuplicateCandidate.objects.visible_to(cast.hadi).exists()
    assert DuplicateCandidate.objects.seen_whole_by(national).get() == candidate
    duplicates.answer_duplicate(candidate, answer=DuplicateAnswer.TWINS, by=national)
    with pytest.raises(DomainError, match="bad_transition"):
        duplicates.hand_over(DuplicateCandidate.objects.get(), by=cast.ani)
