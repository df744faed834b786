"""Figures and claims for people, and as one flat JSON object for machines."""

import json
from collections.abc import Iterable
from typing import Any

from bench.figures import Claim, Figure
from bench.goals import GOALS


def header(machine: dict[str, Any], *, seed: int, small: bool) -> str:
    lines = [f"{name:<12} {value}" for name, value in machine.items()]
    return "\n".join([*lines, f"{'seed':<12} {seed}", f"{'size':<12} {'small' if small else 'full'}"])


def table(figures: Iterable[Figure], *, small: bool = False) -> str:
    """A line for each figure; after a full run with what was expected of it, if anything."""
    rows = [
        f"  {figure.key:<36} {_shown(figure):>12} {figure.unit:<14} {_spread(figure)}{_note(figure)}"
        f"{'' if small else _goal(figure)}"
        for figure in figures
    ]
    return "\n".join(rows)


def _shown(figure: Figure) -> str:
    if not figure.values:
        return "–"
    if figure.unit == "yes/no":
        return "yes" if all(figure.values) else "NO"
    return number(figure.median)


def _spread(figure: Figure) -> str:
    if not figure.values:
        return "not measured here"
    if len(figure.values) == 1:
        return "one run"
    return f"{number(min(figure.values))} to {number(max(figure.values))} in {len(figure.values)} runs"


def _note(figure: Figure) -> str:
    return f"; {figure.note}" if figure.note else ""


def _goal(figure: Figure) -> str:
    goal = GOALS.get(figure.key)
    if goal is None or not figure.values:
        return ""
    return f"; goal {goal}: {'met' if goal.is_met(figure.median) else 'MISSED'}"


def verdicts(claims: Iterable[Claim]) -> str:
    return "\n".join(
        f"  {'holds' if claim.holds else 'FAILS':<6} {claim.text}{f' ({claim.seen})' if claim.seen else ''}"
        for claim in claims
    )


def flat(machine: dict[str, Any], *, seed: int, small: bool, figures: Iterable[Figure]) -> str:
    """One object on one line: the median under the key of the figure, spread under `…_min` and `…_max`.

    What could not be measured is null, what holds or does not is true or false.
    """
    found: dict[str, Any] = {**machine, "seed": seed, "small": small}
    for figure in figures:
        if not figure.values or figure.unit == "yes/no":
            found[figure.key] = all(figure.values) if figure.values else None
            continue
        found[figure.key] = _rounded(figure.median)
        found[f"{figure.key}_min"] = _rounded(min(figure.values))
        found[f"{figure.key}_max"] = _rounded(max(figure.values))
        found[f"{figure.key}_runs"] = len(figure.values)
    return json.dumps(found, ensure_ascii=False)


def flat_claims(machine: dict[str, Any], *, seed: int, small: bool, claims: dict[str, list[Claim]]) -> str:
    """One object on one line: claims and failures per proof, and what the claims counted."""
    found: dict[str, Any] = {**machine, "seed": seed, "small": small}
    for name, made in claims.items():
        found[f"{name}_claims"] = len(made)
        found[f"{name}_failed"] = sum(not claim.holds for claim in made)
        for claim in made:
            found |= claim.figures
    return json.dumps(found, ensure_ascii=False)


def number(value: float) -> str:
    """Three significant digits or whole numbers, with thin grouping."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def _rounded(value: float) -> float:
    return round(value, 6)
