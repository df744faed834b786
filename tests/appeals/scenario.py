"""An announced batch under real rules: Indah's family was refused by a wrong meter, two others are in."""

from dataclasses import dataclass, field
from datetime import date

from appeals.models import ObjectionWindow
from appeals.services.windows import open_window
from eligibility.models import Batch, Determination, Programme
from eligibility.services import batches, decisions
from enrollment.models import Application
from perlinsos.accounts.models import User
from perlinsos.accounts.services import service_account
from perlinsos.regions.models import Area, Parameter
from tests import factories
from tests.cast import BANYUWANGI, Cast
from tests.support.rules import load_shipped_rules
from verification.enums import ASKED_SOURCES
from verification.models import Fact

POOR = {
    "dukcapil.family_size": 3,
    "dukcapil.children_0_6": 1,
    "dukcapil.elderly_60": 0,
    "dukcapil.head_alive": True,
    "dtsen.decile": 3,
    "pln.power_va": 450,
    "samsat.cars": 0,
    "samsat.motorcycles": 1,
    "bpn.land_m2": 0,
    "bpjs_tk.highest_wage": 0,
    "bkn.asn": 0,
    "bkn.tni_polri": 0,
    "bkn.pensioners": 0,
    "dapodik.pupils_sd": 0,
    "dapodik.pupils_smp": 0,
    "dapodik.pupils_sma": 0,
    "citizen.pregnant": 0,
    "citizen.severe_disability": 0,
}


@dataclass
class Announced:
    """`batch` of PKH with `places` places; `wrong_meter` is the determination Indah contests."""

    batch: Batch
    window: ObjectionWindow
    wrong_meter: Determination
    others: list[Application] = field(default_factory=list)

    @property
    def fact(self) -> Fact:
        return Fact.objects.get(pk=self.wrong_meter.facts["pln.power_va"]["id"])


def announce(cast: Cast, *, places: int = 2, **facts: int) -> Announced:
    """Ani prepares, Budi announces: Indah (desil 2, 2.200 VA) out; two of desil 3 in, of whom `facts` are known."""
    load_shipped_rules()
    factories.ParameterFactory(name=Parameter.Name.MINIMUM_WAGE, area=factories.area(BANYUWANGI), value=2_986_447)
    pkh = Programme.objects.get(code="pkh")
    factories.QuotaFactory(programme=pkh, places=places)
    indah = decided(cast.application, {"dtsen.decile": 2, "pln.power_va": 2200})
    others = [
        decided(
            factories.ApplicationFactory(submitted=True, village=cast.application.village),
            {name.replace("__", "."): value for name, value in facts.items()},
        )
        for _number in range(2)
    ]
    batch = batches.prepare_batch(area=Area.objects.get(pk=BANYUWANGI), programme=pkh, by=cast.ani)
    batches.hand_over(batch, by=cast.ani)
    batch.refresh_from_db()
    batches.announce_batch(batch, decree=factories.DecreeFactory(area=batch.area), by=cast.budi)
    batch.refresh_from_db()
    window = open_window(batch.pk, by=service_account("appeals"))
    answer = Determination.objects.current().get(application=indah, programme=pkh)
    return Announced(batch, window, answer, others)


def announce_also(cast: Cast, programme: Programme) -> ObjectionWindow:
    """The same families in another programme, announced by the same two."""
    area = Area.objects.get(pk=BANYUWANGI)
    factories.QuotaFactory(programme=programme, places=2)
    batch = batches.hand_over(batches.prepare_batch(area=area, programme=programme, by=cast.ani), by=cast.ani)
    batches.announce_batch(batch, decree=factories.DecreeFactory(area=area), by=cast.budi)
    window = open_window(batch.pk, by=service_account("appeals"))
    assert window is not None
    return window


def decided(application: Application, facts: dict[str, int]) -> Application:
    """A sent application whose sources have all answered, decided by the worker."""
    worker = service_account("eligibility")
    factories.FaceCheckFactory(application=application, accepted=True)
    for source in ASKED_SOURCES:
        factories.SourceRequestFactory(application=application, source=source, answered=True)
    for name, value in {**POOR, **facts}.items():
        factories.FactFactory(family=application.family, name=name, value=value, as_of=date(2026, 10, 1))
    application.state = "matching"
    application.save(update_fields=["state"])
    decisions.decide_application(application, by=worker)
    application.refresh_from_db()
    return application


def third_officer() -> User:
    return factories.staff("Lilis", "officer", BANYUWANGI)
