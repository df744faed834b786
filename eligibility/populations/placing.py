"""Who of a regency is funded, in columns: the order of `eligibility.rules.ranking`, drawn only where it decides.

Need comes first, so only the families who tie at the line need a lot; everybody above it has a
place whatever the lot says, everybody below has none.
"""

import polars as pl

from eligibility.populations.columns import KEY, YES
from eligibility.rules.ranking import lot


def with_places(decided: pl.DataFrame, number: int, *, places: int, seed: str) -> pl.DataFrame:
    """`decided` families of one regency with `funded_<number>`: 1 for the `places` neediest of the eligible.

    The lot is drawn with the text of the column `public_id`, or of the key where there is none.
    """
    eligible = pl.col(f"outcome_{number}") == YES
    need = pl.col(f"need_{number}")
    scores = decided.filter(eligible).select(need).to_series()
    if len(scores) <= places:
        return decided.with_columns(eligible.cast(pl.Int8).alias(f"funded_{number}"))
    line = scores.bottom_k(places + 1).max()
    tied = decided.filter(eligible & (need == line))
    left = places - int((scores < line).sum())
    winners = _lowest_lots(tied, left, seed)
    is_funded = eligible & ((need < line) | pl.col(KEY).is_in(winners))
    return decided.with_columns(is_funded.cast(pl.Int8).alias(f"funded_{number}"))


def _lowest_lots(tied: pl.DataFrame, left: int, seed: str) -> list[int]:
    """The keys of the `left` families with the lowest lots."""
    texts = tied["public_id"] if "public_id" in tied.columns else tied[KEY].cast(pl.String)
    drawn = sorted(zip((lot(seed, text) for text in texts), tied[KEY], strict=True))
    return [key for _lot, key in drawn[:left]]
