"""A ministry that is down leaves families waiting, never refused; when it is back they are decided by themselves."""

from bench import servers
from bench.figures import Claim, Proof, Stopwatch, quietly, until
from eligibility.models import Determination
from enrollment.enums import ApplicationState
from enrollment.models import Application
from perlinsos.demo import loading
from verification.enums import RequestState, Source
from verification.models import SourceRequest

SETTLED = (RequestState.ANSWERED, RequestState.NOT_FOUND)


class Outage(Proof):
    name = "outage"
    description = "PLN is down: cases stay pending, nobody is refused; PLN is back: every case is decided unaided"

    def run(self, *, small: bool, seed: int) -> list[Claim]:
        with servers.sandbox() as address:
            servers.switch(address, "pln", down=True)
            with quietly():
                loading.load()
            with servers.worker(SOURCES_URL=f"{address}/sources"):
                return [*_while_down(), *_when_back(address)]


def _while_down() -> list[Claim]:
    cases = Application.objects.received()
    others = SourceRequest.objects.exclude(source=Source.PLN)
    came = until(lambda: others.exists() and not others.exclude(state__in=SETTLED).exists(), within=60)
    asked = until(lambda: SourceRequest.objects.filter(source=Source.PLN, attempts__gt=0).exists(), within=30)
    pending = cases.filter(state=ApplicationState.MATCHING).count()
    return [
        Claim("every other source has answered", came, f"{others.count()} answers"),
        Claim("PLN was asked and did not answer", asked and not _answered(Source.PLN)),
        Claim("every family is pending", pending == cases.count() > 0, f"{pending} of {cases.count()}"),
        Claim("nobody was decided, let alone refused", not Determination.objects.exists()),
    ]


def _when_back(address: str) -> list[Claim]:
    servers.switch(address, "pln", down=False)
    watch = Stopwatch()
    cases = Application.objects.received()
    decided = until(lambda: not cases.exclude(state=ApplicationState.DECIDED).exists(), within=150, every=0.5)
    seen = f"{cases.filter(state=ApplicationState.DECIDED).count()} of {cases.count()} in {watch.seconds:.0f} s"
    return [Claim("with PLN back, every family is decided without anybody touching it", decided, seen)]


def _answered(source: Source) -> bool:
    return SourceRequest.objects.filter(source=source, state__in=SETTLED).exists()
