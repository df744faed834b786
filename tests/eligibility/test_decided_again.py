"""Decided again: what changed, whom it touches, and what the family is told; a fact, a limit, a rule."""

from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from eligibility.models import Determination
from eligibility.services import decisions, runs
from eligibility.services.rulesets import enact_rule_set
from enrollment.models import Application
from perlinsos.accounts.models import User
from perlinsos.core.templatetags.portal import rupiah
from perlinsos.messages.models import OutboxMessage
from perlinsos.regions.models import Area, Parameter
from tests import factories
from tests.cast import KESILIR
from tests.conftest import SignIn
from tests.eligibility.conftest import MakeFamily, answer
from tests.eligibility.documents import small
from tests.eligibility.test_runs import SUNGAI, finish
from verification.models import Fact


def told(application: Application) -> tuple[str, str]:
    found = OutboxMessage.objects.filter(subject_id=application.pk, key__startswith="decided:").order_by("pk").last()
    assert found is not None
    return found.title, found.body


def supersede(application: Application, name: str, value: Any) -> None:
    held = Fact.objects.current_of(application.family)[name]
    factories.FactFactory(family=application.family, name=name, value=value, supersedes=held)


def test_a_changed_fact_is_the_cause_and_the_family_is_told_which(
    decided: MakeFamily, worker: User, client: Client, sign_in: SignIn
) -> None:
    touched, other = decided(pln__power_va=2200), decided()
    supersede(touched, "pln.power_va", 900)
    decisions.decide_application(touched, by=worker)
    new = answer(touched)
    assert (new.cause, new.outcome) == ("fact:pln.power_va", "eligible")
    title, body = told(touched)
    assert title == "Keputusan untuk keluarga Anda berubah"
    assert "data keluarga Anda berubah (Daya listrik rumah)" in body
    assert answer(other).cause == "first"
    sign_in(client, touched.owner)
    page = client.get(reverse("application-status", args=[touched.public_id])).content.decode()
    assert "Diputus lagi karena data berubah: Daya listrik rumah." in page


def test_a_changed_limit_touches_only_families_whose_rule_uses_it_there(
    decided: MakeFamily, worker: User, banyuwangi: Area
) -> None:
    here, there = decided(SUNGAI, pln__power_va=2200), decided(KESILIR, pln__power_va=2200)
    poor_here = decided(SUNGAI)
    factories.ParameterFactory(area=factories.area(SUNGAI), name=Parameter.Name.POWER_LIMIT_VA, value=2200)
    run = finish(runs.start_run(banyuwangi, by=worker))
    assert {one.application_id for one in Determination.objects.filter(cause=run.cause)} == {here.pk}
    title, body = told(here)
    assert title == "Keputusan untuk keluarga Anda berubah"
    assert "batas di wilayah Anda berubah" in body
    for one in (there, poor_here):
        assert told(one)[0] == "Data Anda sudah diperiksa"
    decisions.decide_application(poor_here, by=worker)  # by itself: the number it rests on is another one now
    assert answer(poor_here).cause == "parameter:power_limit_va"


def test_a_new_version_is_the_cause(decided: MakeFamily, worker: User) -> None:
    enact_rule_set(small(), by=worker)
    application = decided()
    strict = [{**small()["criteria"][0], "test": {"fact": "pln.power_va", "le": 450}}]
    today = timezone.localdate().isoformat()
    later, _is_new = enact_rule_set(
        small(version="2026-9", valid={"from": today, "until": None}, criteria=strict), by=worker
    )
    decisions.decide_application(application, by=worker)
    assert (answer(application, "uji").cause, answer(application, "uji").outcome) == (
        f"rules:{later.pk}", "not_eligible",
    )  # fmt: skip
    assert answer(application).cause == "first"
    assert "Aturan Program Uji berubah." in told(application)[1]


def test_another_sum_alone_is_told_from_what_to_what(
    decided: MakeFamily, worker: User, banyuwangi: Area, client: Client, sign_in: SignIn
) -> None:
    enact_rule_set(small(), by=worker)
    fits, refused = decided(), decided(pln__power_va=2200)
    today = timezone.localdate().isoformat()
    more = {"flat": {"rupiah_per_year": 2_400_000, "text": {"id": "Tunai", "en": "Cash"}}}
    enact_rule_set(small(version="2026-9", valid={"from": today, "until": None}, amount=more), by=worker)
    finish(runs.start_run(banyuwangi, by=worker))
    assert answer(fits, "uji").changes_amount
    title, body = told(fits)
    assert title == "Keputusan untuk keluarga Anda berubah"
    assert "Program Uji: bantuan berubah dari Rp1.200.000 menjadi Rp2.400.000 setahun." in body
    assert told(refused)[0] == "Data Anda sudah diperiksa"
    sign_in(client, fits.owner)
    page = client.get(reverse("application-status", args=[fits.public_id])).content.decode()
    assert "Sampai keputusan sebelumnya jumlahnya Rp1.200.000." in page
    assert "Sampai keputusan sebelumnya" in page.partition("Program Uji")[2]  # and of this programme only
    assert page.count("Sampai keputusan sebelumnya") == 1


def test_a_second_child_at_school_changes_the_sum(decided: MakeFamily, worker: User) -> None:
    application = decided()
    before = answer(application).amount_per_year
    supersede(application, "dapodik.pupils_sd", 2)
    decisions.redecide(application, answer(application).programme, rule_set=answer(application).rule_set,
                       cause="appeal:1", by=worker)  # fmt: skip
    now = answer(application).amount_per_year
    assert before < now
    assert f"berubah dari {rupiah(before)} menjadi {rupiah(now)} setahun." in told(application)[1]
