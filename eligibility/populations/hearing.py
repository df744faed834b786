"""What programmes say of each other, in columns: what `replaying.programme_snapshot` says about one family.

Once there is a place it counts whether the family is funded; before that the decision counts. Open is
unknown, and a programme that is not run is a no.
"""

from collections.abc import Iterable

import polars as pl

from eligibility.populations import frames
from eligibility.populations.columns import KEY, NO, YES, fact_column
from eligibility.rules.overlapping import component, is_heard, speaker
from eligibility.rules.plan import Plan

SAID = "is_said"


def heard(ready: Plan) -> list[str]:
    """The facts about other programmes that a plan reads, in the order they are stored."""
    return [fact.name for fact in ready.columns if is_heard(fact.name)]


def place_column(programme: str) -> str:
    return f"place_{fact_column(programme)}"


def silence(plans: Iterable[Plan]) -> list[pl.Expr]:
    """What every plan hears as long as no other programme has spoken: nobody is supported."""
    names = sorted({name for ready in plans for name in heard(ready)})
    return [pl.lit(0, dtype=pl.Int64).alias(fact_column(name)) for name in names]


def is_paid(fact: str, ready: Plan, number: int) -> pl.Expr:
    """Whether the answer of programme `number` pays what `fact` is about; over an answered frame."""
    part = component(fact)
    if part is None:
        return pl.lit(True)
    return (pl.col(f"outcome_{number}") == YES) & frames.counts(ready.amount, number, part)


def told(number: int, is_paid: pl.Expr, place: pl.Expr | None = None) -> pl.Expr:
    """What programme `number` says of a family: 1, 0 or nothing. `place`: funded, or NULL while there is no place."""
    outcome = pl.col(f"outcome_{number}")
    fits = pl.when(outcome == YES).then(True).when(outcome == NO).then(False)
    receives = fits if place is None else pl.coalesce(place, fits)
    return pl.when(receives.is_not_null()).then((receives & is_paid).cast(pl.Int64))


def spread(facts: pl.DataFrame, said: pl.DataFrame) -> pl.DataFrame:
    """`facts` with what a programme `said` (key and facts) in the place of silence, for the families it spoke of."""
    columns = [name for name in said.columns if name != KEY]
    if not columns:
        return facts
    joined = facts.join(
        said.with_columns(pl.lit(True).alias(SAID)), on=KEY, how="left", suffix="_now", maintain_order="left"
    )
    now = [pl.when(SAID).then(pl.col(f"{name}_now")).otherwise(name).alias(name) for name in columns]
    return joined.with_columns(now).select(facts.columns)


def spoken(names: Iterable[str], programme: str) -> list[str]:
    """Of the facts that somebody hears, those about `programme`."""
    return sorted({name for name in names if speaker(name) == programme})
