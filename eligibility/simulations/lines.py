"""Who is at a line of the rules, and what ground checks say, in numbers that may be told."""

from collections.abc import Sequence, Set

from eligibility.populations.columns import NO, OPEN, YES
from eligibility.simulations import hiding, standing
from eligibility.simulations.keys import Counts, key
from eligibility.simulations.report import KNOWN, Checked, Count, Line, Near, Places, Share
from eligibility.simulations.standing import Quota
from eligibility.simulations.tally import GAIN, LOSE
from verification.fairness import FEWEST_SHOWN, Rate


def near(counts: Counts, number: int, programme: str, earlier: Sequence[Line]) -> Line:
    """Families one step from each line, and from any; `earlier`: the same of rules that stand beside these."""
    where = key("near", number, programme, "")
    named = sorted({"|".join(name.split("|")[4:]) for name in counts if name.startswith(where)} - {""})
    each = {way: [counts.get(key("near", number, programme, way, name), 0) for name in named] for way in (GAIN, LOSE)}
    hidden = {way: hiding.in_line(each[way], _beside(each[way], named, way, earlier)) for way in each}
    found = []
    for place, name in enumerate(named):
        if any(each[way][place] or place in hidden[way] for way in each):
            criterion, fact, limits = name.split("|")
            gain, lose = (None if place in hidden[way] else each[way][place] for way in (GAIN, LOSE))
            found.append(Near(criterion, fact, tuple(int(limit) for limit in limits.split(",") if limit), gain, lose))
    gain, lose = (
        _any(counts.get(key("near", number, programme, way), 0), each[way], hidden[way], way, earlier)
        for way in (GAIN, LOSE)
    )
    return Line(gain, lose, tuple(found))


def checked(counts: Counts, number: int, programme: str) -> Checked:
    def families(recorded: Sequence[int], true: Sequence[int]) -> int:
        return sum(counts.get(key(KNOWN, number, programme, one, two), 0) for one in recorded for two in true)

    return Checked(
        leakage=_share(families([YES], [NO]), families([YES], [YES, NO])),
        missed=_share(families([NO, OPEN], [YES]), families([YES, NO, OPEN], [YES])),
        open=hiding.shown(families([YES], [OPEN])),
    )


def places(counts: Counts, world: int, programme: str, quota: Quota, *, earlier: Sequence[Places]) -> Places | None:
    """Who would receive within a quota; None where few receive or few wait. Asked only where it is told who fits.

    `earlier`: the same by other rules, beside which the few who came to the line would stand out.
    """
    found = standing.funded(counts, world, programme, quota)
    if hiding.is_small(found.funded) or hiding.is_small(found.waiting):
        return None
    parts = (found.tied, found.contested, found.tied - found.contested, found.funded - found.contested)
    is_hidden = any(map(hiding.is_small, parts)) or any(
        hiding.is_beside(*pair)
        for pair in (
            (found.tied, [one.tied for one in earlier]),
            (found.contested, [one.contested for one in earlier]),
        )
    )
    return Places(
        receive=found.funded,
        wait=found.waiting,
        tied=None if is_hidden else found.tied,
        contested=None if is_hidden else found.contested,
        rupiah=found.rupiah,
    )


# --- how ------------------------------------------------------------------------------------------
def _beside(counts: Sequence[int], named: Sequence[str], way: str, earlier: Sequence[Line]) -> set[int]:
    """Lines that stand in earlier rules too, there with a few families more or less."""
    shown = [{_name(one): one.gain if way == GAIN else one.lose for one in line.each} for line in earlier]
    return {
        place
        for place, name in enumerate(named)
        if hiding.is_beside(counts[place], (other.get(name) for other in shown))
    }


def _name(line: Near) -> str:
    return key(line.criterion, line.fact, ",".join(map(str, line.limits)))


def _any(total: int, each: Sequence[int], hidden: Set[int], way: str, earlier: Sequence[Line]) -> Count:
    """Families beside any line.

    A family that one step lets in fails for one reason only, so lines of different questions add up to the
    total. One that a step shuts out may stand at several lines, so that nothing is known of hidden ones.
    """
    if len(hidden) == 1 or (hidden and way == LOSE):
        return None
    shown = [count for place, count in enumerate(each) if place not in hidden]
    if any(hiding.is_small(total - part) for part in (*shown, sum(shown))):
        return None
    others = [line.gain if way == GAIN else line.lose for line in earlier]
    return None if hiding.is_beside(total, others) else hiding.shown(total)


def _share(hits: int, n: int) -> Share:
    if n < FEWEST_SHOWN:
        return Share(hiding.shown(n), None, None, None)
    low, high = Rate(hits, n).interval
    return Share(n, hits, round(low * 1000), round(high * 1000))
