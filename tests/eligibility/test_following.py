"""A value of a region that is another one now: whom it touches is decided again, by itself, and nobody else."""

from datetime import date, timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from eligibility import tasks
from eligibility.enums import RunState
from eligibility.models import Determination, FollowedParameter, Programme
from eligibility.services import following, runs
from enrollment.enums import ApplicationState
from enrollment.models import Application
from perlinsos.accounts.models import User
from perlinsos.regions.models import Area, Parameter
from tests import factories
from tests.cast import BANYUWANGI, JATILUWIH, KESILIR, TABANAN, Cast
from tests.conftest import SignIn
from tests.eligibility.conftest import Announce, MakeFamily, SentTasks, answer
from tests.eligibility.test_decided_again import told
from tests.eligibility.test_programmes import BLOCKED, load
from tests.eligibility.test_runs import SUNGAI, wage

POWER, WAGE = Parameter.Name.POWER_LIMIT_VA, Parameter.Name.MINIMUM_WAGE


@pytest.fixture(autouse=True)
def followed(rules: dict[str, Programme], worker: User) -> None:
    """Whatever is in force at first was followed long ago."""
    following.note_parameters(by=worker)
    FollowedParameter.objects.update(followed_at=timezone.now())


def swept(sent: SentTasks) -> None:
    """A sweep and the tasks that it wakes, until nothing is left to do."""
    sent.clear()
    tasks.sweep_parameters()
    while sent:
        name, ids = sent.pop()
        if name == "eligibility.follow_parameter":
            tasks.follow_parameter(**ids)


def limit(code: str, value: int, since: date | None = None, until: date | None = None) -> Parameter:
    period = (since or timezone.localdate(), until)
    return factories.ParameterFactory(area=factories.area(code), name=POWER, value=value, valid_during=period)


def causes(*applications: Application, code: str = "pkh") -> list[str]:
    return [answer(one, code).cause for one in applications]


def test_exactly_who_was_decided_by_another_value_is_decided_again_in_every_programme(
    decided: MakeFamily, sent_tasks: SentTasks, client: Client, sign_in: SignIn
) -> None:
    earning, elsewhere = decided(bpjs_tk__highest_wage=2_900_000), decided(JATILUWIH)
    wage(3_000_000)
    swept(sent_tasks)
    for code in ("pkh", "sembako"):
        new = answer(earning, code)
        assert (new.cause, new.outcome, new.parameters["minimum_wage"]) == (
            "parameter:minimum_wage", "eligible", 3_000_000,
        )  # fmt: skip
    assert causes(elsewhere) == ["first"]
    title, body = told(earning)
    assert title == "Keputusan untuk keluarga Anda berubah"
    assert body.count("batas di wilayah Anda berubah") == 2
    sign_in(client, earning.owner)
    page = client.get(reverse("application-status", args=[earning.public_id])).content.decode()
    assert "Diputus lagi karena batas di wilayah Anda berubah" in page
    made = Determination.objects.count()
    swept(sent_tasks)
    assert Determination.objects.count() == made


def test_a_programme_that_does_not_read_the_value_is_left_alone(
    decided: MakeFamily, sent_tasks: SentTasks, tmp_path: Path
) -> None:
    load(tmp_path)
    family = decided()
    wage(3_000_000)
    swept(sent_tasks)
    assert causes(family) == ["parameter:minimum_wage"]
    assert causes(family, code="uji") == ["first"]


def test_the_nearest_area_wins(decided: MakeFamily, sent_tasks: SentTasks) -> None:
    limit(SUNGAI, 2200)
    swept(sent_tasks)
    here, there = decided(SUNGAI, pln__power_va=2200), decided(KESILIR, pln__power_va=2200)
    limit(BANYUWANGI, 3500)
    swept(sent_tasks)
    assert causes(here, there) == ["first", "parameter:power_limit_va"]
    assert [answer(one).outcome for one in (here, there)] == ["eligible", "eligible"]


def test_a_value_of_the_nation_reaches_who_has_no_nearer_one(decided: MakeFamily, sent_tasks: SentTasks) -> None:
    limit(TABANAN, 1300)
    swept(sent_tasks)
    here, elsewhere = decided(KESILIR, pln__power_va=2200), decided(JATILUWIH, pln__power_va=2200)
    factories.ParameterFactory(area=None, name=POWER, value=2200)
    swept(sent_tasks)
    assert causes(here, elsewhere) == ["parameter:power_limit_va", "first"]


def test_a_value_counts_from_its_first_day_to_its_last(decided: MakeFamily, sent_tasks: SentTasks) -> None:
    today = timezone.localdate()
    family = decided(pln__power_va=2200)
    limit(BANYUWANGI, 2200, since=today + timedelta(days=2), until=today + timedelta(days=4))
    swept(sent_tasks)
    assert causes(family) == ["first"]
    found = {}
    for days in (2, 3, 4, 5):
        with time_machine.travel(timezone.now() + timedelta(days=days), tick=False):
            swept(sent_tasks)
        found[days] = (answer(family).outcome, answer(family).pk)
    assert found[2] == found[3]
    assert found[4] == found[5]
    assert (found[2][0], found[4][0]) == ("eligible", "not_eligible")
    assert answer(family).parameters == {"minimum_wage": 2_810_139}


def test_a_value_that_is_corrected_or_is_no_number_any_more(decided: MakeFamily, sent_tasks: SentTasks) -> None:
    family = decided(bpjs_tk__highest_wage=2_900_000)
    row = Parameter.objects.filter(area=BANYUWANGI, name=WAGE)
    for value, outcome in ((3_000_000, "eligible"), ("salah", "undecided"), (2_000_000, "not_eligible")):
        row.update(value=value)
        swept(sent_tasks)
        assert (answer(family).outcome, answer(family).cause) == (outcome, "parameter:minimum_wage")


def test_a_killed_step_loses_nobody_and_a_value_that_changes_meanwhile_begins_anew(
    decided: MakeFamily, worker: User, sent_tasks: SentTasks, monkeypatch: pytest.MonkeyPatch
) -> None:
    families = [decided() for _number in range(3)]
    monkeypatch.setattr(following, "AT_ONCE", 1)
    wage(3_000_000)
    tasks.sweep_parameters()
    (task,) = [ids for name, ids in sent_tasks if name == "eligibility.follow_parameter"]
    assert following.follow_parameter(**task, by=worker)  # and then the message of the next step is lost
    assert causes(*families) == ["parameter:minimum_wage", "first", "first"]
    wage(3_100_000)
    swept(sent_tasks)
    wages = [answer(one).parameters["minimum_wage"] for one in families]
    assert wages == [3_100_000] * 3
    assert Determination.objects.filter(application=families[1], programme__code="pkh").count() == 2


def test_who_was_being_decided_when_the_value_changed_is_found_later(
    decided: MakeFamily, worker: User, sent_tasks: SentTasks
) -> None:
    """A decision that began with the earlier value and ends behind the first pass."""
    wage(3_000_000)
    swept(sent_tasks)
    (row,) = FollowedParameter.objects.due()
    later = decided()
    wage(2_810_139)
    slow = decided()
    wage(3_000_000)
    swept(sent_tasks)
    assert causes(later, slow) == ["first", "parameter:minimum_wage"]
    assert FollowedParameter.objects.due().get() == row
    with time_machine.travel(timezone.now() + following.CALM, tick=False):
        swept(sent_tasks)
    assert not FollowedParameter.objects.due().exists()


def test_what_is_announced_is_left_to_an_appeal(decided: MakeFamily, announce: Announce, sent_tasks: SentTasks) -> None:
    announced = decided()
    announce("pkh"), announce("sembako")
    other = decided()
    wage(3_000_000)
    swept(sent_tasks)
    for code in ("pkh", "sembako"):
        assert causes(announced, other, code=code) == ["first", "parameter:minimum_wage"]


def test_one_announced_programme_does_not_hold_the_others_back(
    decided: MakeFamily, announce: Announce, sent_tasks: SentTasks
) -> None:
    """Sembako waits for a minimum wage nobody has entered; PKH is refused for the decile, whatever the wage is."""
    Parameter.objects.filter(name=WAGE, area=BANYUWANGI).delete()
    swept(sent_tasks)
    family = decided(dtsen__decile=5)
    assert [answer(family, code).outcome for code in ("pkh", "sembako")] == ["not_eligible", "undecided"]
    announce("pkh")
    family.refresh_from_db()
    assert family.state == ApplicationState.ANNOUNCED
    held = answer(family)
    wage(3_000_000)
    swept(sent_tasks)
    assert (answer(family, "sembako").outcome, answer(family, "sembako").cause) == (
        "eligible", "parameter:minimum_wage",
    )  # fmt: skip
    assert answer(family) == held
    title, body = told(family)
    assert "Program Keluarga Harapan" not in f"{title} {body}"
    announce("sembako")


def test_a_run_with_the_earlier_value_is_waited_for(
    decided: MakeFamily, worker: User, sent_tasks: SentTasks, banyuwangi: Area
) -> None:
    family, elsewhere = decided(), decided(JATILUWIH)
    run = runs.start_run(banyuwangi, by=worker)
    wage(3_000_000)
    wage(3_200_000, TABANAN)
    swept(sent_tasks)
    assert causes(family, elsewhere) == ["first", "parameter:minimum_wage"]
    while runs.advance_run(run.pk, by=worker):
        pass
    swept(sent_tasks)
    assert causes(family) == ["parameter:minimum_wage"]
    run.refresh_from_db()
    assert run.state == RunState.DONE


def test_a_programme_that_is_blocked_follows_the_other(
    decided: MakeFamily, sent_tasks: SentTasks, tmp_path: Path
) -> None:
    load(tmp_path, overlaps=[BLOCKED], parameters={"power_limit_va": {"unit": "VA", "default": 9000}})
    family = decided(pln__power_va=2200)
    assert [answer(family, code).outcome for code in ("pkh", "uji")] == ["not_eligible", "eligible"]
    limit(BANYUWANGI, 2200)
    swept(sent_tasks)
    assert [answer(family, code).outcome for code in ("pkh", "uji")] == ["eligible", "not_eligible"]


def test_families_who_are_not_touched_cost_nothing(
    decided: MakeFamily, worker: User, sent_tasks: SentTasks, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _number in range(3):
        decided()
    wage(3_000_000)
    swept(sent_tasks)
    row = FollowedParameter.objects.due().get()
    with django_assert_num_queries(9):
        assert not following.follow_parameter(row.pk, by=worker)


def test_two_sweeps_note_a_value_once_and_only_the_worker_may(worker: User, cast: Cast, sent_tasks: SentTasks) -> None:
    wage(3_000_000)
    following.note_parameters(by=worker)
    noted = FollowedParameter.objects.due().get()
    following.note_parameters(by=worker)
    assert FollowedParameter.objects.due().get().noted_at == noted.noted_at
    for act in (lambda: following.note_parameters(by=cast.ani), lambda: following.follow_parameter(1, by=cast.ani)):
        with pytest.raises(PermissionDenied):
            act()


def test_entering_a_value_wakes_the_sweep(
    client: Client, cast: Cast, sign_in: SignIn, sent_tasks: SentTasks, banyuwangi: Area
) -> None:
    sign_in(client, cast.laras)
    form = {
        "area": banyuwangi.pk, "name": POWER, "value": "2200", "source": "Peraturan (rekaan)",
        "valid_from": "01/01/2026", "valid_until": "",
    }  # fmt: skip
    assert client.post(reverse("admin:regions_parameter_add"), form).status_code == 302
    assert ("eligibility.sweep_parameters", {}) in sent_tasks
    row = Parameter.objects.get(area=banyuwangi, name=POWER)
    assert row.valid_during == DateRange(date(2026, 1, 1), None)
    sent_tasks.clear()
    client.post(reverse("admin:regions_parameter_change", args=[row.pk]), {**form, "value": "900"})
    assert ("eligibility.sweep_parameters", {}) in sent_tasks
