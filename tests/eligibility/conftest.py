"""Rules in force, families whose data are complete, and batches on their way."""

from collections.abc import Callable
from typing import Any

import pytest

from eligibility.models import Batch, Determination, Programme, RuleDraft
from eligibility.services import batches, decisions
from enrollment.models import Application
from perlinsos.accounts.enums import Role
from perlinsos.accounts.models import User
from perlinsos.accounts.services import service_account
from perlinsos.core import jobs
from perlinsos.decrees.models import Decree, DecreeKind
from perlinsos.regions.models import Area, Parameter
from tests import factories
from tests.cast import BANYUWANGI, KESILIR, TABANAN, Cast
from tests.eligibility import proposals
from tests.eligibility.documents import POOR_FAMILY, small
from tests.support.rules import load_shipped_rules
from verification.enums import ASKED_SOURCES

UNITS = {"pln.power_va": "VA"}
MakeFamily = Callable[..., Application]
Announce = Callable[..., Batch]
SentTasks = list[tuple[str, dict[str, int]]]


@pytest.fixture
def rules(db: None) -> dict[str, Programme]:
    """The shipped rules in force, and the minimum wage of both regencies (UMK 2025)."""
    load_shipped_rules()
    for code, wage in ((BANYUWANGI, 2_810_139), (TABANAN, 3_100_000)):
        factories.ParameterFactory(area=factories.area(code), name=Parameter.Name.MINIMUM_WAGE, value=wage)
    return {programme.code: programme for programme in Programme.objects.all()}


@pytest.fixture
def make_family(rules: dict[str, Programme]) -> MakeFamily:
    return complete_family


def complete_family(village: str = KESILIR, **facts: Any) -> Application:
    """A sent application whose sources have all answered; `pln__power_va=2200` changes a fact, None removes it."""
    application = factories.ApplicationFactory(matching=True, village=factories.area(village))
    for source in ASKED_SOURCES:
        factories.SourceRequestFactory(application=application, source=source, answered=True)
    factories.FaceCheckFactory(application=application, accepted=True)
    values = {**POOR_FAMILY, **{name.replace("__", "."): value for name, value in facts.items()}}
    for name, value in values.items():
        if value is not None:
            factories.FactFactory(family=application.family, name=name, value=value, unit=UNITS.get(name, ""))
    return application


@pytest.fixture
def worker(db: None) -> User:
    return service_account("eligibility")


@pytest.fixture
def decided(make_family: MakeFamily, worker: User) -> MakeFamily:
    """A family as `make_family` makes it, decided."""

    def make(village: str = KESILIR, **facts: Any) -> Application:
        application = make_family(village, **facts)
        decisions.decide_application(application, by=worker)
        application.refresh_from_db()
        return application

    return make


@pytest.fixture
def pkh(rules: dict[str, Programme]) -> Programme:
    return rules["pkh"]


@pytest.fixture
def banyuwangi(db: None) -> Area:
    return factories.area(BANYUWANGI)


@pytest.fixture
def prepared(cast: Cast, pkh: Programme, banyuwangi: Area) -> Callable[..., Batch]:
    """Every decided PKH case of Banyuwangi in a batch that Ani handed over, with this many places."""

    def make(places: int = 2) -> Batch:
        factories.QuotaFactory(programme=pkh, area=banyuwangi, places=places)
        batch = batches.prepare_batch(area=banyuwangi, programme=pkh, by=cast.ani)
        return batches.hand_over(batch, by=cast.ani)

    return make


@pytest.fixture
def announce(cast: Cast, rules: dict[str, Programme], banyuwangi: Area) -> Announce:
    """Every answer of a programme that Banyuwangi has ready, announced by Budi under a decree."""

    def make(code: str = "pkh", places: int = 100) -> Batch:
        programme = Programme.objects.get(code=code)
        factories.QuotaFactory(programme=programme, area=banyuwangi, places=places)
        batch = batches.prepare_batch(area=banyuwangi, programme=programme, by=cast.ani)
        batch = batches.hand_over(batch, by=cast.ani)
        batches.announce_batch(batch, decree=factories.DecreeFactory(), by=cast.budi)
        batch.refresh_from_db()
        return batch

    return make


def answer(application: Application, code: str = "pkh") -> Determination:
    """The current determination of a programme."""
    return Determination.objects.current().get(application=application, programme__code=code)


@pytest.fixture
def sent_tasks(monkeypatch: pytest.MonkeyPatch) -> SentTasks:
    """Names and arguments of the tasks that are woken."""
    sent: SentTasks = []
    monkeypatch.setattr(jobs, "enqueue", lambda name, **ids: sent.append((name, ids)))
    return sent


# --- writing rules --------------------------------------------------------------------------------
@pytest.fixture
def programme(db: None) -> Programme:
    """Has one version in force, without an end."""
    document = small()
    version = factories.RuleSetFactory(
        programme=factories.ProgrammeFactory(code="uji", name="Program Uji"), version="2026-1", document=document
    )
    return version.programme


@pytest.fixture
def nusa(db: None) -> User:
    return factories.staff("Nusa", Role.POLICY, "")


@pytest.fixture
def tara(db: None) -> User:
    return factories.staff("Tara", Role.POLICY, "")


@pytest.fixture
def decree(db: None) -> Decree:
    return factories.DecreeFactory(kind=DecreeKind.RULES, area=None)


@pytest.fixture
def proposed(programme: Programme, nusa: User) -> Callable[..., RuleDraft]:
    """Nusa wrote it and proposed it."""
    return lambda typed="": proposals.propose(proposals.written(programme, nusa, typed), nusa)
