"""From a tally to the report: only what may be told, so that no group of fewer than ten families can be worked out."""

from collections.abc import Iterable, Mapping, Sequence

from eligibility.simulations import effects, hiding, sums
from eligibility.simulations.keys import Counts, key
from eligibility.simulations.report import KNOWN, Effect, Outlook, Overlap, Report
from eligibility.simulations.standing import NO_QUOTAS, Quotas

Pair = tuple[str, str]


def report(
    counts: Counts,
    drafts: int,
    known: Mapping[str, Sequence[effects.Moves]] | None = None,
    quotas: Quotas = NO_QUOTAS,
) -> Report:
    """What the tally of all families, and of the ground checks, says about each draft.

    `known`: moves of the same families in a programme that other reports show already.
    """
    parts = [name.split("|") for name in counts]
    touched = sorted({(int(one[1]), one[2]) for one in parts if one[0] == "sum"})
    pairs = sorted({(one[2], one[3]) for one in parts if one[0] == "both"})
    found: list[Outlook] = []
    for number in range(1, drafts + 1):
        codes = [code for world, code in touched if world == number]
        found.append(
            Outlook(
                tuple(
                    effects.effect(
                        counts, number, code, _earlier(found, code), (known or {}).get(code, ()), quotas.get(code)
                    )
                    for code in codes
                ),
                tuple(_overlap(counts, number, pair, found) for pair in pairs if key("both", number, *pair) in counts),
            )
        )
    sample = hiding.shown(counts.get(key(KNOWN, "families"), 0))
    return Report(families=counts.get("families", 0), sample=sample, drafts=tuple(found))


def _earlier(outlooks: Iterable[Outlook], programme: str) -> list[Effect]:
    return [effect for outlook in outlooks for effect in outlook.effects if effect.programme == programme]


def _overlap(counts: Counts, number: int, pair: Pair, earlier: Iterable[Outlook]) -> Overlap:
    """Families that fit both programmes; hidden where that points at those who fit one of them, or neither."""
    before, after = (counts.get(key("both", world, *pair), 0) for world in (0, number))
    others = [one.after for outlook in earlier for one in outlook.overlaps if one.programmes == pair]
    is_told = _may_tell(counts, number, pair) and not hiding.is_beside(after, [before, *others])
    return Overlap(
        pair,
        hiding.shown(before) if _may_tell(counts, 0, pair) else None,
        hiding.shown(after) if is_told else None,
    )


def _may_tell(counts: Counts, world: int, pair: Pair) -> bool:
    both, one, other = (
        counts.get(name, 0)
        for name in (key("both", world, *pair), key("fits", world, pair[0]), key("fits", world, pair[1]))
    )
    cells = [both, one - both, other - both, counts.get("families", 0) - one - other + both]
    singles = [group for group in ({0, 1}, {0, 2}) if not hiding.is_small(sum(cells[at] for at in group))]
    return not sums.tell_few(cells, [{0, 1, 2, 3}, {0}, *singles])
