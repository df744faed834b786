"""Where "same person" begins. Parameters, not constants: dated, versioned, stored with a verdict.

`raw` is the Euclidean distance of two embeddings. `cen` is the distance after subtracting the mean
embedding of the population and scaling to unit length; it exists only where such a mean exists.
The library's own default (raw <= 0.6) is not used anywhere: between two different people with
East or South-East-Asian names it says "same" in about a third of all pairs.

Measured at `STRICT` without a mean, whole pipeline, one picture against one reference; pairs whose
selfie side gets a hint are left out. "Beyond" is a same-person pair past the review edge.

    pairs                                    same person accepted / beyond   strangers accepted
    Labeled Faces in the Wild                25 % / 1.0 % of 767             0 of 752
    East and South-East-Asian names in it    63 % / 0 % of 163               1 of 1,383 (raw 0.375)
    press photographs                        66 % / 0 % of 38                0 of 262
    webcam against printed portrait          76 % / 0 % of 6,812             0 of 55,438 (9 people)

All others go to an officer. One false acceptance in 1,383 means a rate of up to 0.4 % (95 %
interval, Clopper-Pearson): too few people to promise 0.1 %.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FaceThresholds:
    """Edges of acceptance and review; a distance equal to an edge is inside.

    With a population mean a pair is accepted when `raw <= accept_raw` and `cen <= accept_cen`;
    without one only when `raw <= accept_raw_alone`. Beyond `review_raw` or `review_cen` the pair
    still goes to an officer, with the hint that it may be somebody else.
    """

    version: str
    accept_raw: float = 0.48
    accept_cen: float = 0.85
    review_raw: float = 0.60
    review_cen: float = 1.10
    accept_raw_alone: float = 0.38

    def __post_init__(self) -> None:
        ordered = 0 < self.accept_raw_alone <= self.accept_raw <= self.review_raw < 2
        if not ordered or not 0 < self.accept_cen <= self.review_cen <= 2:
            raise ValueError(f"thresholds {self.version} are not in order")


STRICT = FaceThresholds(version="strict-1")
