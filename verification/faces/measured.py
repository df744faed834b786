"""What one full run of `./portal bench face` counted: the figures the administration and the documents state.

Of two people it counts pairs with edges chosen on other people (`…_holdout`), so that no figure praises itself;
what was lost, beyond the review edge, is counted with the edges in use. `docs/faces.md` says how each was made.
After a new run change them here: a test says where else they are written.
"""

from dataclasses import dataclass

from verification.faces.calibration import Rate


@dataclass(frozen=True, slots=True)
class Matched:
    """Pairs of one list: strangers accepted, the same person accepted, the same person thought to be another."""

    pairs: str
    strangers: Rate
    accepted: Rate
    lost: Rate


MATCH = (
    Matched("lfw", Rate(268, 400_000), Rate(890, 992), Rate(5, 992)),
    Matched("east_asian_names", Rate(1, 4_435), Rate(162, 191), Rate(2, 191)),
    Matched("recaptured", Rate(0, 24_302), Rate(6_483, 6_812), Rate(1, 6_812)),
)
ATTACKS_COUNTED = Rate(0, 94)  # with prints, copies and swapped pictures
PEOPLE_PASSED = Rate(15, 16)  # synthetic turns of real faces
