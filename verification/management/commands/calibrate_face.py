"""How good a face operating point is on known pairs, and a proposal a second administrator enacts."""

from argparse import ArgumentParser
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from perlinsos.accounts.models import User
from perlinsos.core.errors import DomainError
from perlinsos.decrees.models import Decree
from perlinsos.regions.models import Area
from verification import confirmed_people, operating
from verification.faces.calibration import (
    Rate,
    Rates,
    ScoredPairs,
    TooLittleEvidence,
    det_points,
    measure,
    propose,
)
from verification.faces.det_curve import draw
from verification.faces.normalise import Centres
from verification.faces.thresholds import STRICT, FaceThresholds
from verification.faces.vectors import Embedding
from verification.operating import Means
from verification.services import thresholds


class Command(BaseCommand):
    help = (
        "Print FMR and FNMR per group with 95 % intervals, draw the DET curve, compute the mean of the people "
        "officers have confirmed (at least 100), and propose an operating point where enough strangers were compared. "
        "Runs where faces are compared."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--pairs",
            action="append",
            required=True,
            type=Path,
            metavar="CSV",
            help="path_a, path_b, same (0/1), perhaps group; may be given more than once",
        )
        parser.add_argument("--pictures", type=Path, metavar="DIR", help="where the paths begin; else beside the CSV")
        parser.add_argument("--det", type=Path, metavar="FILE.svg", help="write the DET curve there")
        parser.add_argument("--area", default="", metavar="CODE", help="the region it is for; else the nation")
        parser.add_argument("--propose-by", default="", metavar="EMAIL", help="administrator who proposes the point")
        parser.add_argument("--decree", default="", metavar="NUMBER", help="decree (SK) it rests on")

    def handle(self, *args: Any, pairs: list[Path], **options: Any) -> None:
        # dlib and its models: only here and in a worker of the queue `face`.
        from verification.faces import engine

        recogniser = engine.load().recogniser
        centres = confirmed_people.centres_for(options["area"], recogniser=recogniser.version, length=recogniser.length)
        groups = self._scored(pairs, options["pictures"], centres)
        self.stdout.write(f"network {recogniser.version}\nmeans {centres.version} over {centres.people} people")
        proposed, why_not = self._point(groups, recogniser.version, options["area"])
        title = f"not proposed, {proposed.version} stays" if why_not else "proposed"
        measured = {name: measure(scored, proposed) for name, scored in groups.items()}
        strict = {name: measure(scored, proposed, with_centres=False) for name, scored in groups.items()}
        self._table(f"{title}: cen, gen <= {proposed.accept_cen}", measured)
        self._table(f"without means: raw <= {proposed.accept_raw_alone}", strict)
        if options["det"]:
            options["det"].write_text(_curve(groups), encoding="utf-8")
            self.stdout.write(f"DET curve: {options['det']}")
        if why_not and options["propose_by"]:
            raise CommandError(f"not proposed: {why_not}")
        if why_not:
            self.stdout.write(f"\nnot proposed: {why_not}")
        elif options["propose_by"]:
            self._propose(proposed, centres, measured, options)

    def _point(self, groups: Mapping[str, ScoredPairs], recogniser: str, area: str) -> tuple[FaceThresholds, str]:
        """What the pairs speak for, or what is in force and why it stays."""
        start = FaceThresholds(STRICT.version, recogniser=recogniser)
        version = f"{area or 'id'}-{timezone.localtime():%Y%m%d-%H%M%S}"
        try:
            return propose(groups, start, version=version), ""
        except TooLittleEvidence as error:
            held = operating.operation_for(area).thresholds
            return (held if held.recogniser == recogniser else start), str(error)

    def _scored(self, files: list[Path], pictures: Path | None, centres: Centres) -> Mapping[str, ScoredPairs]:
        from verification.faces import pairs as lists

        try:
            listed = [pair for file in files for pair in lists.read(file, pictures=pictures)]
        except lists.BadPairList as error:
            raise CommandError(str(error)) from error
        paths = sorted({path for pair in listed for path in (pair.first, pair.second)})
        seen = {path: found for path in paths if (found := lists.embed_file(path)) is not None}
        if lost := len(paths) - len(seen):
            self.stdout.write(f"{lost} of {len(paths)} pictures show no face; their pairs are left out")
        groups: dict[str, list[tuple[Embedding, Embedding, bool]]] = {}
        for pair in lists.one_of_each_two_people(p for p in listed if p.first in seen and p.second in seen):
            groups.setdefault(pair.group, []).append((seen[pair.first], seen[pair.second], pair.same))
        if not groups:
            raise CommandError("no pair has a face in both pictures")
        return {name: lists.score(pairs, centres) for name, pairs in groups.items()}

    def _table(self, title: str, rates: Mapping[str, Rates]) -> None:
        heads = ("group", "FMR: strangers accepted", "FNMR: same person not accepted", "accepted")
        self.stdout.write(f"\n{title}\n  {''.join(f'{head:<36}' for head in heads)}lost")
        for name, found in rates.items():
            each = (found.false_matches, found.false_non_matches, found.accepted, found.lost)
            cells = "".join(f"{_words(rate):<36}" for rate in each)
            self.stdout.write(f"  {name:<36}{cells.rstrip()}")

    def _propose(
        self, proposed: FaceThresholds, centres: Centres, measured: Mapping[str, Rates], options: Mapping[str, Any]
    ) -> None:
        try:
            made = thresholds.propose_set(
                proposed,
                Means(centres.version, centres.general.tolist(), centres.population.tolist(), centres.people),
                measured=measured,
                area=Area.objects.get(code=options["area"]) if options["area"] else None,
                decree=Decree.objects.in_force().get(number=options["decree"]) if options["decree"] else None,
                by=User.objects.get(email=options["propose_by"], is_admin=True),
            )
        except (Area.DoesNotExist, Decree.DoesNotExist, User.DoesNotExist) as error:
            raise CommandError(f"{type(error).__qualname__.partition('.')[0]} not found") from error
        except DomainError as error:
            raise CommandError(str(error.message)) from error
        self.stdout.write(
            f"\nproposed as {made.version}; another administrator puts it in force (admin, face thresholds)"
        )


def _words(rate: Rate) -> str:
    if rate.share is None:
        return "none counted"
    low, high = rate.interval
    return f"{rate.hits:,}/{rate.among:,} = {100 * rate.share:.2f} % ({100 * low:.2f} to {100 * high:.2f})"


def _curve(groups: Mapping[str, ScoredPairs]) -> str:
    curves = {name: det_points(scored.both, scored.same) for name, scored in groups.items()}
    return draw(
        curves,
        title="Detection error trade-off",
        description=". ".join(_sentences(groups)),
        across="false matches (strangers accepted)",
        up="false non-matches (same person not accepted)",
    )


def _sentences(groups: Mapping[str, ScoredPairs]) -> Iterable[str]:
    for name, scored in groups.items():
        yield f"{name}: {int(scored.same.sum())} same-person pairs, {int((~scored.same).sum())} pairs of strangers"
