"""What could be wrong in the money, the order of need, the duties and the terms of a document."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from bench.condition_mutants import Change, of_operand
from eligibility.rules.commitments import Duty, Measure, TimeLimit
from eligibility.rules.definitions import Amount, Component, Need
from eligibility.rules.operands import resolve

NEAR = (-1, 1)


def of_amount(amount: Amount) -> Iterator[Change[Amount]]:
    if amount.flat:
        for words, rupiah in of_operand(amount.flat.rupiah_per_year):
            if rupiah != -1:
                yield "amount", f"rupiah: {words}", replace(amount, flat=replace(amount.flat, rupiah_per_year=rupiah))
    if not amount.components:
        return
    yield from _components(amount)
    yield from _order(amount)
    for step in NEAR:
        yield "cap", f"{amount.most + step} components at most", replace(amount, most=amount.most + step)
    yield from _groups(amount)
    if amount.people:
        yield "cap", "more components than people", replace(amount, people=None)


def _components(amount: Amount) -> Iterator[Change[Amount]]:
    components = amount.components
    for place, one in enumerate(components):
        before, after = components[:place], components[place + 1 :]
        if after or before:
            yield "presence", f"{one.name} is gone", replace(amount, components=before + after)
            other = (after or before)[0].fact
            changed = replace(one, fact=other)
            yield "fact", f"{one.name} counts {other}", replace(amount, components=(*before, changed, *after))
        for kind, words, new in _component(one):
            yield kind, f"{one.name}: {words}", replace(amount, components=(*before, new, *after))


def _component(one: Component) -> Iterator[Change[Component]]:
    for words, rupiah in of_operand(one.rupiah_per_year):
        yield "amount", f"rupiah: {words}", replace(one, rupiah_per_year=rupiah)
    for step in NEAR:
        yield "cap", f"{one.cap + step} at most", replace(one, cap=one.cap + step)
    yield "unknown", "only where on record turned around", replace(one, only_on_record=not one.only_on_record)


def _order(amount: Amount) -> Iterator[Change[Amount]]:
    """Another way of picking, and components that changed places, for the rules as they are or picked as listed."""
    if len(amount.components) > 1:
        other = {"amount": "listed", "listed": "amount"}[amount.picking]
        yield "order", f"picked as {other}", replace(amount, picking=other)  # type: ignore[arg-type]  # one of the two
    by_rupiah = sorted(amount.components, key=lambda one: -(resolve(one.rupiah_per_year, {}) or 0))
    ties = [pair for pair in pairwise(by_rupiah) if pair[0].rupiah_per_year == pair[1].rupiah_per_year]
    beside = [*pairwise(amount.components), *(ties if amount.picking == "amount" else ())]
    for first, second in {(first.name, second.name): (first, second) for first, second in beside}.values():
        swapped = {first.name: second, second.name: first}
        components = tuple(swapped.get(one.name, one) for one in amount.components)
        yield "order", f"{second.name} before {first.name}", replace(amount, components=components)


def _groups(amount: Amount) -> Iterator[Change[Amount]]:
    for place, group in enumerate(amount.groups):
        before, after = amount.groups[:place], amount.groups[place + 1 :]
        yield "cap", f"group {group.name} is gone", replace(amount, groups=before + after)
        for step in NEAR:
            changed = replace(group, most=group.most + step)
            yield "cap", f"{changed.most} of {group.name}", replace(amount, groups=(*before, changed, *after))
        for name in sorted(group.components):
            changed = replace(group, components=group.components - {name})
            yield "cap", f"{name} outside {group.name}", replace(amount, groups=(*before, changed, *after))


def of_need(need: Need) -> Iterator[Change[Need]]:
    for step in NEAR:
        yield "need", f"scale {need.scale + step}", replace(need, scale=need.scale + step)
        yield "need", f"base {need.base + step}", replace(need, base=need.base + step)
    for place, (fact, points, cap) in enumerate(need.eased_by):
        before, after = need.eased_by[:place], need.eased_by[place + 1 :]
        yield "need", f"{fact} does not ease", replace(need, eased_by=before + after)
        for step in NEAR:
            for words, entry in (
                (f"{points + step} points", (fact, points + step, cap)),
                (f"{cap + step} counted", (fact, points, cap + step)),
            ):
                yield "need", f"{fact}: {words}", replace(need, eased_by=(*before, entry, *after))


def of_duties(duties: tuple[Duty, ...]) -> Iterator[Change[tuple[Duty, ...]]]:
    for place, duty in enumerate(duties):
        before, after = duties[:place], duties[place + 1 :]
        yield "duty", f"{duty.name} is gone", before + after
        for words, new in _duty(duty):
            yield "duty", f"{duty.name}: {words}", (*before, new, *after)


def _duty(duty: Duty) -> Iterator[tuple[str, Duty]]:
    other = next(measure for measure in Measure if measure != duty.measure)
    yield f"measures {other}", replace(duty, measure=other)
    for step in NEAR:
        yield f"{duty.cut_percent + step} percent", replace(duty, cut_percent=duty.cut_percent + step)
        if duty.below is not None:
            yield f"below {duty.below + step}", replace(duty, below=duty.below + step)
        if duty.from_ is not None:
            yield f"from {duty.from_ + step}", replace(duty, from_=duty.from_ + step)


def of_time_limit(limit: TimeLimit) -> Iterator[Change[TimeLimit]]:
    for step in NEAR:
        yield "terms", f"{limit.years + step} years", replace(limit, years=limit.years + step)
        months = limit.recertify_months + step
        yield "terms", f"looked at again after {months} months", replace(limit, recertify_months=months)
        years = limit.reapply_after_years + step
        yield "terms", f"back after {years} years", replace(limit, reapply_after_years=years)
    for name in limit.exempt:
        left = tuple(one for one in limit.exempt if one != name)
        yield "terms", f"{name} does not exempt", replace(limit, exempt=left)
