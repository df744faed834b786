"""How long somebody in front of the page waits for a verdict, and how a surge of captures drains."""

import itertools
import time
from collections.abc import Sequence

from django.db.models import F

from bench import servers
from bench.figures import Figure, Stopwatch, percentile, quietly, until
from enrollment.models import Application, Consent, Document, DocumentKind
from launcher import pictures
from perlinsos.accounts.services import service_account
from perlinsos.core import files
from perlinsos.core.models import StoredFile
from perlinsos.demo import loading
from verification.enums import CheckState, Source
from verification.models import FaceCheck
from verification.services import faces

PORTRAITS = ("obama.jpg", "obama2.jpg", "biden.jpg")
PER_SECOND, PROCESSES = 2, 2
WAITING = (CheckState.QUEUED, CheckState.RUNNING)


def figures(*, small: bool) -> list[Figure]:
    """Two captures a second into two worker processes, then many at once; the sandbox plays Dukcapil.

    From the commit of the picture to the commit of the verdict, everything included.
    """
    steady, surge = (6, 20) if small else (120, 500)
    portraits = pictures.fetch()
    with servers.sandbox(photographs=portraits) as address:
        sources = f"{address}/sources"
        # With beat: a capture that is put off by the limit of the register comes back with the sweep.
        with servers.worker(SOURCES_URL=sources), servers.face_worker(processes=PROCESSES, SOURCES_URL=sources):
            with quietly():
                loading.load()  # while the workers start
            people, selfies = _people(), [files.store_photo((portraits / name).read_bytes()) for name in PORTRAITS]
            _finished(_submit(people, selfies, PROCESSES), within=60)  # the models are loaded
            taken = _taken(_submit(people, selfies, steady, per_second=PER_SECOND))
            watch = Stopwatch()
            waiting = _submit(people, selfies, surge)
            is_drained = _finished(waiting, within=30 + 2 * surge)
            drained = watch.seconds
    done = FaceCheck.objects.filter(pk__in=waiting).exclude(state__in=WAITING).order_by("updated_at")
    order = list(done.values_list("pk", flat=True))
    return [
        Figure("submit_to_verdict_p95_s", (percentile(taken, 0.95),), "s", f"{steady} captures, {PER_SECOND} a second"),
        Figure("surge_lost", (len(waiting) - len(order),), "captures", f"of {surge} at once"),
        Figure("surge_drained_s", (drained,) if is_drained else (), "s", f"{surge / drained:.1f} a second"),
        Figure("surge_overtaken_by", (_overtaken(waiting, order),), "places", "how far anybody was overtaken at most"),
    ]


def _people() -> list[Application]:
    """Families who agreed to be compared. As if a machine and no officer had confirmed them: a picture
    that comes after an officer is a re-check, for which nobody waits."""
    FaceCheck.objects.filter(state=CheckState.CONFIRMED).update(state=CheckState.ACCEPTED)
    agreed = Consent.objects.filter(withdrawn_at=None, text__source=Source.DUKCAPIL).values("application")
    return list(Application.objects.filter(pk__in=agreed).exclude(applicant=None).order_by("pk")[:8])


def _submit(
    people: Sequence[Application], selfies: Sequence[StoredFile], count: int, *, per_second: float | None = None
) -> list[int]:
    """`count` new pictures and their checks, in order."""
    worker, made = service_account("verification"), []
    turns = zip(itertools.cycle(people), itertools.cycle(selfies), range(count), strict=False)
    watch = Stopwatch()
    for application, selfie, number in turns:
        if per_second:
            time.sleep(max(0.0, number / per_second - watch.seconds))
        document = Document.objects.create(
            application=application, kind=DocumentKind.SELFIE, file=selfie, added_by=worker
        )
        made.append(faces.open_check(document.pk, by=worker).pk)
    return made


def _finished(checks: Sequence[int], *, within: float) -> bool:
    return until(lambda: not FaceCheck.objects.filter(pk__in=checks, state__in=WAITING).exists(), within=within)


def _taken(checks: Sequence[int]) -> list[float]:
    """Seconds from picture to verdict; infinite for whoever got none within a minute."""
    _finished(checks, within=60)
    times = FaceCheck.objects.filter(pk__in=checks).exclude(state__in=WAITING)
    found = times.annotate(took=F("updated_at") - F("created_at")).values_list("took", flat=True)
    return [took.total_seconds() for took in found] + [float("inf")] * (len(checks) - len(found))


def _overtaken(arrived: Sequence[int], left: Sequence[int]) -> int:
    """By how many places anybody left later than they came."""
    return max((place - arrived.index(pk) for place, pk in enumerate(left)), default=0)
