"""Operating points: proposed by one administrator, enacted by another, and used by nobody before."""

import dataclasses
from io import BytesIO
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from perlinsos.accounts.models import User
from perlinsos.core.errors import DomainError
from perlinsos.core.models import AuditEvent
from tests import factories
from tests.support import faces as photographs
from verification import confirmed_people
from verification.enums import CheckState, ThresholdState
from verification.faces.calibration import FEWEST_STRANGERS, Rate, Rates
from verification.faces.normalise import Centres, start_centres
from verification.faces.pairs import Pair, one_of_each_two_people
from verification.faces.thresholds import STRICT, FaceThresholds
from verification.faces.vectors import to_bytes
from verification.models import FaceThresholdSet
from verification.operating import Means, Operation, operation_for
from verification.services import templates, thresholds

pytestmark = pytest.mark.django_db

VILLAGE = "35.10.22.2003"


@pytest.fixture
def second(cast: Any) -> User:
    return factories.UserFactory(staff=True, is_admin=True, is_superuser=True)


ENOUGH = Rates(false_matches=Rate(0, FEWEST_STRANGERS), accepted=Rate(9, 10), lost=Rate(0, 10))


def proposal(
    by: User, *, version: str = "id-1", area: Any = None, measured: Rates = ENOUGH, **edges: float
) -> FaceThresholdSet:
    start = start_centres()
    means = Means(start.version, start.general.tolist(), start.population.tolist(), start.people)
    point = dataclasses.replace(STRICT, version=version, **edges)
    return thresholds.propose_set(point, means, measured={"all": measured}, area=area, decree=None, by=by)


def test_nobody_compares_under_a_proposal(cast: Any) -> None:
    proposal(cast.laras, accept_cen=0.9)
    assert operation_for(VILLAGE) == Operation(STRICT)


@pytest.mark.parametrize("strangers", [Rate(0, 1), Rate(0, FEWEST_STRANGERS - 1), Rate(5, 10_000)])
def test_edges_tried_on_too_few_strangers_are_not_even_proposed(cast: Any, strangers: Rate) -> None:
    with pytest.raises(DomainError) as refused:
        proposal(cast.laras, measured=dataclasses.replace(ENOUGH, false_matches=strangers))
    assert refused.value.code == "too_little_evidence"
    assert not FaceThresholdSet.objects.exists()


def test_a_second_administrator_puts_it_in_force(cast: Any, second: User) -> None:
    enacted = thresholds.enact_set(proposal(cast.laras, accept_cen=0.9), by=second)
    found = operation_for(VILLAGE)
    assert (found.thresholds.version, found.thresholds.accept_cen) == ("id-1", 0.9)
    assert found.means is not None
    assert len(found.means.population) == 128
    actions = AuditEvent.objects.filter(subject_id=enacted.pk).values_list("action", flat=True)
    assert {"verification.face_thresholds.proposed", "verification.facethresholdset.enacted"} <= set(actions)


def test_who_proposes_does_not_enact_not_even_past_the_service(cast: Any) -> None:
    mine = proposal(cast.laras)
    with pytest.raises(PermissionDenied):
        thresholds.enact_set(mine, by=cast.laras)
    with pytest.raises(PermissionDenied):
        proposal(cast.ani)
    with pytest.raises(IntegrityError, match="enacted_by_a_second_person"), transaction.atomic():
        FaceThresholdSet.objects.update(state=ThresholdState.ENACTED, settled_by=cast.laras, settled_at=timezone.now())


def test_a_newer_set_replaces_the_older_one_of_its_area_only(cast: Any, second: User) -> None:
    region = factories.area("35.10")
    nation = thresholds.enact_set(proposal(cast.laras, version="id-1"), by=second)
    older = thresholds.enact_set(proposal(cast.laras, version="bwi-1", area=region), by=second)
    thresholds.enact_set(proposal(cast.laras, version="bwi-2", area=region), by=second)
    older.refresh_from_db()
    nation.refresh_from_db()
    assert (older.state, nation.state) == (ThresholdState.REPLACED, ThresholdState.ENACTED)
    assert older.replaced_at is not None
    assert operation_for(VILLAGE).thresholds.version == "bwi-2"
    assert operation_for("51.02.08.2013").thresholds.version == "id-1"
    with pytest.raises(DomainError):
        thresholds.enact_set(older, by=second)
    with pytest.raises(IntegrityError, match="one_in_force"), transaction.atomic():
        FaceThresholdSet.objects.filter(version="bwi-1").update(state=ThresholdState.ENACTED)


def test_a_declined_set_never_comes_into_force(cast: Any, second: User) -> None:
    declined = thresholds.decline_set(proposal(cast.laras), by=cast.laras)
    with pytest.raises(DomainError):
        thresholds.enact_set(declined, by=second)


def test_a_set_under_a_revoked_decree_is_not_enacted(cast: Any, second: User) -> None:
    made = proposal(cast.laras)
    made.decree = factories.DecreeFactory(revoked_at=timezone.now())
    made.save(update_fields=["decree"])
    with pytest.raises(DomainError) as refused:
        thresholds.enact_set(made, by=second)
    assert refused.value.code == "no_decree"


def test_a_region_alone_may_be_stricter_and_never_looser(cast: Any, second: User) -> None:
    thresholds.enact_set(proposal(cast.laras), by=second)
    factories.ParameterFactory(name="face_thresholds", value={"version": "bwi-1", "accept_raw_alone": 0.3})
    assert operation_for(VILLAGE) == Operation(FaceThresholds("bwi-1", accept_raw_alone=0.3))


def test_the_administration_enacts_for_the_second_person_only(cast: Any, second: User, sign_in: Any) -> None:
    made = proposal(cast.laras)
    for user, state in ((cast.laras, ThresholdState.PROPOSED), (second, ThresholdState.ENACTED)):
        client = Client()
        sign_in(client, user)
        answer = client.post(
            reverse("admin:verification_facethresholdset_changelist"),
            {"action": "enact", "_selected_action": [made.pk]},
        )
        made.refresh_from_db()
        assert (answer.status_code, made.state) == (302, state)


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    """Three pairs of the photographs every machine has."""
    folder = photographs.folder()
    file = tmp_path / "portraits.csv"
    rows = [(photographs.OBAMA, photographs.OBAMA_AGAIN, 1), (photographs.OBAMA, photographs.BIDEN, 0)]
    lines = [f"{folder / one},{folder / two},{same}" for one, two, same in rows]
    file.write_text("\n".join(["path_a,path_b,same", *lines]) + "\n", encoding="utf-8")
    return file


def test_the_command_measures_draws_and_keeps_what_is_in_force(
    cast: Any, second: User, listed: Path, tmp_path: Path, capsys: Any
) -> None:
    thresholds.enact_set(proposal(cast.laras, accept_cen=0.9, accept_gen=0.9), by=second)
    curve = tmp_path / "det.svg"
    call_command("calibrate_face", pairs=[listed], det=curve)
    said = capsys.readouterr().out
    for words in ("FMR: strangers accepted", "FNMR: same person not accepted", "0/1 = 0.00 % (0.00 to 97.50)"):
        assert words in said
    assert "start-1 over 59 people" in said
    assert "not proposed, id-1 stays: cen, gen <= 0.9" in said
    assert "too few pairs of strangers in portraits (1): 2,995 are needed" in said
    assert "<title" in curve.read_text()


def test_the_command_proposes_nothing_from_a_handful_of_strangers(cast: Any, listed: Path) -> None:
    with pytest.raises(CommandError, match=r"not proposed: too few pairs of strangers in portraits \(1\)"):
        call_command("calibrate_face", pairs=[listed], propose_by=cast.laras.email)
    assert not FaceThresholdSet.objects.exists()


def test_the_command_proposes_what_enough_strangers_bear(cast: Any, tmp_path: Path) -> None:
    """Unlinked pictures count as so many people: 55 by 55 are 3,025 pairs of strangers."""
    for name in (photographs.OBAMA, photographs.BIDEN):
        whole = Image.open(BytesIO(photographs.portrait(name))).resize((240, 240))
        for number in range(55):
            whole.crop((number % 8, number // 8, 230, 230)).save(tmp_path / f"{number}-{name}")
    rows = [
        f"{one}-{photographs.OBAMA},{two}-{photographs.BIDEN},0,people" for one, two in product(range(55), repeat=2)
    ]
    file = tmp_path / "many.csv"
    file.write_text("\n".join(["path_a,path_b,same,group", *rows]) + "\n", encoding="utf-8")
    call_command("calibrate_face", pairs=[file], propose_by=cast.laras.email)
    made = FaceThresholdSet.objects.get()
    assert (made.state, made.proposed_by, made.people) == (ThresholdState.PROPOSED, cast.laras, 59)
    assert made.measured["people"]["false_matches"][:2] == [0, 3025]
    assert made.measured["people"]["false_non_matches"][1] == 0
    assert made.recogniser == STRICT.recogniser


def test_many_pictures_of_two_people_are_one_pair_of_strangers() -> None:
    ani, again, budi, other = (Path(name) for name in ("ani", "again", "budi", "other"))
    same, first = Pair(ani, again, True, "a"), Pair(ani, budi, False, "a")
    repeated = [Pair(again, budi, False, "a"), Pair(budi, ani, False, "a")]
    another, elsewhere = Pair(again, other, False, "a"), Pair(again, budi, False, "b")
    found = one_of_each_two_people([first, *repeated, another, elsewhere, same, same])
    assert found == [first, another, elsewhere, same, same]


def test_the_mean_is_learned_from_a_hundred_people_whom_an_officer_confirmed(cast: Any) -> None:
    def centres() -> Centres:
        return confirmed_people.centres_for("35.10", recogniser=STRICT.recogniser, length=128)

    def confirm(value: float, state: str = CheckState.CONFIRMED) -> None:
        application = factories.ApplicationFactory(sent=True, village=factories.area(VILLAGE))
        check = factories.FaceCheckFactory(
            application=application,
            state=state,
            settled_by=cast.ani,
            settled_at=timezone.now(),
            judgement="same_person",
        )
        vector = np.full(128, value, np.float32)
        templates.keep_template(check, to_bytes(vector), engine_version=STRICT.recogniser)

    for number in range(99):
        confirm(number)
    confirm(1000, CheckState.ACCEPTED)  # only by the machine: no teacher
    assert centres().version == "start-1"
    confirm(99)
    found = centres()
    assert (found.version, found.people) == ("own-100", 100)
    assert found.population == pytest.approx(np.full(128, 49.5))


def test_the_command_says_what_is_wrong_with_a_list(tmp_path: Path) -> None:
    file = tmp_path / "bad.csv"
    file.write_text("path_a,path_b,same\na.jpg,b.jpg,perhaps\n", encoding="utf-8")
    with pytest.raises(CommandError, match=r"bad\.csv:2"):
        call_command("calibrate_face", pairs=[file])
