"""What a full run is expected to reach on two ordinary cores; `report` says beside each figure whether it did.

Promises of the project, not of a test: a busy or slow machine misses them and breaks nothing.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Goal:
    """The median is at least `least` or at most `most`."""

    least: float | None = None
    most: float | None = None

    def is_met(self, value: float) -> bool:
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)

    def __str__(self) -> str:
        return f"at least {self.least:g}" if self.least is not None else f"at most {self.most:g}"


GOALS = {
    # populations
    "columnar_to_openfisca": Goal(least=3.5),
    "pg_to_openfisca": Goal(least=0.35),
    "stored_to_openfisca": Goal(least=0.2),
    "columnar_rss_mb": Goal(most=600),
    "stored_rss_mb": Goal(most=300),
    "stored_10m_rss_mb": Goal(most=300),
    "columnar_10m_to_1m": Goal(least=0.8),
    "pg_10m_to_1m": Goal(least=0.8),
    "stored_10m_to_1m": Goal(least=0.8),
    "one_family_ms": Goal(most=5),
    "nation_rss_mb": Goal(most=12 * 1024),
    "nation_seconds": Goal(most=667),
    "preview_s": Goal(most=2),
    "preview_from_table_s": Goal(most=2),
    "regency_s": Goal(most=60),
    "replay_million_s": Goal(most=180),
    # faces
    "accept_fmr_worst_group": Goal(most=0.001),
    "genuine_lost": Goal(most=0.05),
    "ratio_to_bare": Goal(least=0.9),
    "search_100k_ms": Goal(most=100),
    "submit_to_verdict_p95_s": Goal(most=5),
    "surge_lost": Goal(most=0),
    # sources
    "undecided": Goal(most=0),
    "over_limit_calls": Goal(most=0),
    "requests_per_s": Goal(least=300),
}
