"""Whom the face check serves worse: shares by group with intervals, and when a share has drifted.

*False non-match*: of the people whose face the machine compared and who turned out to be themselves,
the share it did not accept. Themselves are those it accepted, minus those in whom officers found
somebody else (the random sample of accepted faces), plus those whom it did not accept and people
confirmed. *Still photo*: of the people whom the machine recognised and who turned out to be themselves,
the share it left to people because it saw only a still photograph. *Manual route*: of all people, the
share without a picture that could be compared. *Accepted wrongly*: of the accepted faces that officers
looked at for the random sample, the share in which they found somebody else.

Intervals are Wilson's at 95 % (E. B. Wilson, 1927). A share has drifted when it is worse than that of
everybody else, or than its own in the period before, by at least the `LEAST_APART` of its measure and
with a pooled two-proportion z of at least `LEAST_Z`: by chance alone less than once in 20,000 looks at
one group. Wrong acceptances are also held against the one in a thousand that calibration allows.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Any

from verification.fairness_enums import Against, AgeBand, Dimension, Everybody, LightBand, Measure, Outcome

Z_95 = 1.959964
FEWEST_SHOWN = 10
FEWEST_JUDGED = 30
LEAST_APART = 0.05
LEAST_APART_WRONG = 0.01  # of wrong acceptances: each may be money for somebody else
LEAST_Z = 3.9

DARK_BELOW, BRIGHT_ABOVE = 70, 170  # mean grey level of the face; the gate of `faces.quality` lets 40 to 235 pass
AGE_BANDS = ((18, AgeBand.UNDER_18), (40, AgeBand.FROM_18), (60, AgeBand.FROM_40), (75, AgeBand.FROM_60))

SAMPLED = (Outcome.SAMPLE_RIGHT, Outcome.SAMPLE_WRONG)

Key = tuple[str, str]
Rates = Mapping[str, Mapping[Key, "Rate"]]


@dataclass(frozen=True, slots=True)
class Rate:
    """`hits` of `n` people."""

    hits: int = 0
    n: int = 0

    def __add__(self, other: "Rate") -> "Rate":
        return Rate(self.hits + other.hits, self.n + other.n)

    def __sub__(self, other: "Rate") -> "Rate":
        return Rate(self.hits - other.hits, self.n - other.n)

    @property
    def share(self) -> float:
        return self.hits / self.n if self.n else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval of the share, 0 to 1."""
        if not self.n:
            return 0.0, 1.0
        spread = Z_95 * sqrt(self.share * (1 - self.share) / self.n + Z_95**2 / (4 * self.n**2))
        middle, scale = self.share + Z_95**2 / (2 * self.n), 1 + Z_95**2 / self.n
        return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


@dataclass(frozen=True, slots=True)
class Drift:
    """A group that fares worse than `base`: everybody else, or itself in the period before."""

    measure: Measure
    dimension: Dimension
    group: str
    against: Against
    rate: Rate
    base: Rate


def age_band(age: int) -> str:
    return next((band for below, band in AGE_BANDS if age < below), AgeBand.FROM_75)


def light_band(grey: int | None) -> str:
    if grey is None:
        return LightBand.UNKNOWN
    if grey < DARK_BELOW:
        return LightBand.DARK
    return LightBand.BRIGHT if grey > BRIGHT_ABOVE else LightBand.NORMAL


def rates(rows: Iterable[Mapping[str, Any]]) -> dict[str, dict[Key, Rate]]:
    """Shares by measure and (dimension, group). Each row: `sex age device grey channel outcome people`.

    Of the manual route the light counts only where it was measured: who was not photographed has none.
    """
    found: dict[str, dict[Key, Rate]] = {measure: defaultdict(Rate) for measure in Measure}
    for row in rows:
        groups = {
            Dimension.ALL: Everybody.EVERYBODY,
            Dimension.SEX: row["sex"],
            Dimension.AGE: age_band(row["age"]),
            Dimension.PHONE: row["device"],
            Dimension.CHANNEL: row["channel"],
            Dimension.LIGHT: light_band(row["grey"]),
        }
        for measure, count in COUNTS.items():
            rate = count(row["outcome"], row["people"])
            for dimension, group in groups.items() if rate.n else ():
                if (measure, group) != (Measure.MANUAL, LightBand.UNKNOWN):
                    found[measure][dimension, group] += rate
    return found


def _non_match(outcome: str, people: int) -> Rate:
    if outcome == Outcome.LOST:
        return Rate(people, people)
    return Rate(0, people) if outcome == Outcome.ACCEPTED else Rate()


def _still(outcome: str, people: int) -> Rate:
    if outcome == Outcome.STILL:
        return Rate(people, people)
    return Rate(0, people) if outcome == Outcome.ACCEPTED else Rate()


def _manual(outcome: str, people: int) -> Rate:
    if outcome in SAMPLED:
        return Rate()
    return Rate(people if outcome == Outcome.MANUAL else 0, people)


def _wrong(outcome: str, people: int) -> Rate:
    if outcome not in SAMPLED:
        return Rate()
    return Rate(people if outcome == Outcome.SAMPLE_WRONG else 0, people)


COUNTS: dict[Measure, Callable[[str, int], Rate]] = {
    Measure.NON_MATCH: _non_match,
    Measure.STILL: _still,
    Measure.MANUAL: _manual,
    Measure.WRONG: _wrong,
}
ALLOWED = Rate(1, 1000)  # wrong acceptances: the edges of `faces.calibration` let no group have more


def drifts(now: Rates, before: Rates) -> list[Drift]:
    """Every group that has become worse than the rest, than itself before, or than is allowed."""
    found = []
    for measure in Measure:
        apart = least_apart(measure)
        for (dimension, group), rate in now[measure].items():
            everybody = sum((other for key, other in now[measure].items() if key[0] == dimension), Rate())
            bases = {Against.REST: everybody - rate, Against.BEFORE: before[measure].get((dimension, group), Rate())}
            if measure == Measure.WRONG:
                bases[Against.LIMIT] = ALLOWED
            for against, base in bases.items():
                if is_worse(rate, base, apart=apart):
                    found.append(Drift(measure, Dimension(dimension), group, against, rate, base))
    return found


def least_apart(measure: Measure) -> float:
    return LEAST_APART_WRONG if measure == Measure.WRONG else LEAST_APART


def is_worse(rate: Rate, base: Rate, *, apart: float = LEAST_APART) -> bool:
    """Whether `rate` is higher than `base` by more than chance, and by enough to matter."""
    if min(rate.n, base.n) < FEWEST_JUDGED or rate.share - base.share < apart:
        return False
    pooled = (rate.hits + base.hits) / (rate.n + base.n)
    deviation = sqrt(pooled * (1 - pooled) * (1 / rate.n + 1 / base.n))
    return (rate.share - base.share) / deviation >= LEAST_Z
