"""Limits that could never be one: a decile of 11 is met by everybody, so such a rule would ask nothing."""

from eligibility.rules.catalogue import bounds_of, fact_type
from eligibility.rules.definitions import RuleDocument
from eligibility.rules.operands import resolve
from eligibility.rules.reading import Entries, Node, _, each
from eligibility.rules.tree import comparisons


def refuse_impossible(parts: Entries, document: RuleDocument) -> None:
    """Refuse numbers, written or reckoned, that come out of their bounds where no region has set anything."""
    nationwide = document.parameters_in_force({})
    asked = [node for name in ("criteria", "disqualifiers") if name in parts for node in parts[name].items()]
    criteria = list(zip(asked, document.criteria, strict=False))  # overlaps and money follow, and ask no numbers

    def parameter(name: str) -> None:
        spec = document.parameters[name]
        low, high = bounds_of(spec.unit)
        if not low <= nationwide[name] <= high:
            default = Node(spec.default, f"{parts['parameters'].path}.{name}.default")
            default.refuse(_("The number must be from %(low)d to %(high)d."), low=low, high=high)

    def criterion(place: int) -> None:
        node, read = criteria[place]
        for one in comparisons(read.condition):
            limits = [resolve(operand, nationwide) for operand in one.operands]
            if any(limit is not None and not fact_type(one.fact).admits(limit) for limit in limits):
                test = node.named()["test"]
                test.refuse(_("“%(name)s” can never have the value this comes to."), name=one.fact)

    each(nationwide, parameter)
    each(range(len(criteria)), criterion)
