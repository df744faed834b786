"""Where "same person" begins. Parameters, not constants: dated, versioned, stored with a verdict.

`raw` is the Euclidean distance of two embeddings; `cen` and `gen` are seen from the means of the
population and of people in general (`normalise`), and exist only where such means were enacted.
The library's own default (raw <= 0.6) is not used anywhere: between two different people with
East or South-East-Asian names it says "same" in about a third of all pairs.

Measured with the six looks of `embed`, means learned without the two people of a pair:

    pairs                                   same person    strangers     beyond the review edge
    both means, cen and gen <= 0.92
      Labeled Faces in the Wild                  89 %      0 of 993          0.5 % (raw)
      East and South-East-Asian names in it      85 %      0 of 1,670        1 %
      webcam against printed portrait            95 %      8 of 55,438       0 %
      the same, mean of four frames              97 %
    strict, raw <= 0.36
      Labeled Faces in the Wild                  27 %      0 of 993
      East and South-East-Asian names in it      64 %      0 of 1,670
      webcam against printed portrait            79 %      0 of 55,438

All pairs of strangers that can be made of the first two lists: 0.077 % of 4,180,708 and 4 of 11,176
(0.01 to 0.09 %) are accepted with the means. The webcam list has nine people, so its 55,438 pairs
are no 55,438 independent ones. `./portal bench face` measures all of this again.
"""

from dataclasses import dataclass

# The network the numbers below were measured with; for another one they mean nothing.
RECOGNISER = "face_recognition_models 0.3.0, small, 6 views"


@dataclass(frozen=True, slots=True)
class FaceThresholds:
    """Edges of acceptance and review; a distance equal to an edge is inside.

    With centres a pair is accepted when `cen <= accept_cen` and `gen <= accept_gen`; without them
    only when `raw <= accept_raw_alone`. Beyond `review_raw` or `review_cen` the pair still goes to an
    officer, with the hint that it may be somebody else. `recogniser` is the network they are for.
    """

    version: str
    accept_cen: float = 0.92
    accept_gen: float = 0.92
    review_raw: float = 0.60
    review_cen: float = 1.10
    accept_raw_alone: float = 0.36
    recogniser: str = RECOGNISER

    def __post_init__(self) -> None:
        ordered = 0 < self.accept_raw_alone <= self.review_raw < 2
        if not ordered or not 0 < self.accept_cen <= self.review_cen <= 2 or not 0 < self.accept_gen <= 2:
            raise ValueError(f"thresholds {self.version} are not in order")


STRICT = FaceThresholds(version="strict-2")
