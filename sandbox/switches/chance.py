"""What luck makes of a switch: pure arithmetic, so that a test need not wait for it."""

import math
from collections.abc import Mapping
from statistics import NormalDist

NORMAL = NormalDist()
Z95 = NORMAL.inv_cdf(0.95)
SURE = 1e-6  # nobody is luckier, or less lucky, than that


def lognormal(p50: int, p95: int, luck: float) -> float:
    """What a share `luck` (0 to 1) of the draws stays below, when half stay below `p50` and 95 % below `p95`.

    Answer times of real services look like that: most near the middle, a few very long.
    """
    if p50 == 0:
        return 0.0
    deviation = math.log(p95 / p50) / Z95
    return p50 * math.exp(deviation * NORMAL.inv_cdf(min(max(luck, SURE), 1 - SURE)))


def drawn(rates: Mapping[str, int], luck: float) -> str:
    """The name whose share of a hundred `luck` (0 to 100) falls into; empty for what is left of the hundred."""
    for name, percent in rates.items():
        luck -= percent
        if luck < 0:
            return name
    return ""
