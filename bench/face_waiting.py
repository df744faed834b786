"""How long somebody in front of the page waits for a verdict, and how a surge of captures drains."""

import itertools
import secrets
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from django.db.models import F
from django.utils import timezone

from bench import face_films, servers
from bench.face_attacks import Film
from bench.figures import Figure, Stopwatch, percentile, quietly, until
from enrollment.models import Application, Consent, Document, DocumentKind
from launcher import pictures
from perlinsos.accounts.services import service_account
from perlinsos.core import files
from perlinsos.core.models import StoredFile
from perlinsos.demo import loading
from verification.enums import CheckState, Source
from verification.models import FaceCheck, FaceFrame, FaceRecording
from verification.recording_enums import RecordingState
from verification.services import faces, recordings

Turn = TypeVar("Turn")

PORTRAITS = ("obama.jpg", "obama2.jpg", "biden.jpg")
PER_SECOND, PROCESSES = 2, 2
WAITING = (CheckState.QUEUED, CheckState.RUNNING)


def figures(*, small: bool) -> list[Figure]:
    """Two captures a second into two worker processes, then many at once; the sandbox plays Dukcapil.

    From the commit of the picture to the commit of the verdict, everything included.
    """
    steady, surge, filmed = (6, 20, 0) if small else (120, 500, 60)
    portraits = pictures.fetch()
    films = face_films.made(portraits / PORTRAITS[0], filmed)
    with servers.sandbox(photographs=portraits) as address:
        sources = f"{address}/sources"
        # With beat: a capture that is put off by the limit of the register comes back with the sweep.
        with servers.worker(SOURCES_URL=sources), servers.face_worker(processes=PROCESSES, SOURCES_URL=sources):
            with quietly():
                loading.load()  # while the workers start
            people, selfies = _people(), [files.store_photo((portraits / name).read_bytes()) for name in PORTRAITS]
            _finished(_submit(people, selfies, PROCESSES), within=60)  # the models are loaded
            taken = _taken(_submit(people, selfies, steady, per_second=PER_SECOND))
            recorded = _taken(_send(people, films, per_second=PER_SECOND))
            watch = Stopwatch()
            waiting = _submit(people, selfies, surge)
            is_drained = _finished(waiting, within=30 + 2 * surge)
            drained = watch.seconds
    live = FaceRecording.objects.filter(state=RecordingState.LIVE).count()
    done = FaceCheck.objects.filter(pk__in=waiting).exclude(state__in=WAITING).order_by("updated_at")
    order = list(done.values_list("pk", flat=True))
    return [
        Figure("submit_to_verdict_p95_s", (percentile(taken, 0.95),), "s", f"{steady} captures, {PER_SECOND} a second"),
        Figure(
            "recording_to_verdict_p95_s",
            (percentile(recorded, 0.95),) if recorded else (),
            "s",
            f"{filmed} recordings of 11 frames, {PER_SECOND} a second; {live} seen as live",
        ),
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
    turns = zip(itertools.cycle(people), itertools.cycle(selfies), range(count), strict=False)
    return [_open(application, selfie) for application, selfie, _number in _paced(turns, per_second)]


def _send(people: Sequence[Application], films: Sequence[Film], *, per_second: float) -> list[int]:
    """A recording after the other, each as if its challenge had just been answered."""
    stored = [[files.store_photo(frame) for frame in film.frames] for film in films]
    turns = zip(itertools.cycle(people), films, stored, range(len(films)), strict=False)
    return [
        _open(application, frames[0], film=film, frames=frames, attempt=number + 1)
        for application, film, frames, number in _paced(turns, per_second)
    ]


def _open(
    application: Application,
    selfie: StoredFile,
    *,
    film: Film | None = None,
    frames: Sequence[StoredFile] = (),
    attempt: int = 0,
) -> int:
    """The check of a photograph, or of the recording it stands for."""
    worker = service_account("verification")
    document = Document.objects.create(application=application, kind=DocumentKind.SELFIE, file=selfie, added_by=worker)
    if film is not None:
        recording = FaceRecording.objects.create(
            application=application,
            asked_by=worker,
            attempt=attempt,
            token_digest=secrets.token_hex(32),
            session_digest="",
            moves=[move.value for move in film.moves],
            state=RecordingState.SENT,
            expires_at=timezone.now() + recordings.LIFE,
            sent_at=timezone.now(),
            selfie=document,
        )
        FaceFrame.objects.bulk_create(
            FaceFrame(recording=recording, number=number, file=file, sha256=secrets.token_hex(32))
            for number, file in enumerate(frames)
        )
    return faces.open_check(document.pk, by=worker).pk


def _paced(turns: Iterable[Turn], per_second: float | None) -> Iterator[Turn]:
    """One after the other at an even pace, or at once."""
    watch = Stopwatch()
    for number, turn in enumerate(turns):
        if per_second:
            time.sleep(max(0.0, number / per_second - watch.seconds))
        yield turn


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
