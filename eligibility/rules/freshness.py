"""The oldest data a rule document believes: `max_age_days: {pln.power_va: 180}`, in days and by fact.

A document may ask for fresher data than the catalogue, never for older.
"""

from collections.abc import Collection

from eligibility.rules.reading import Node, _, each
from eligibility.rules.tree import read_fact


def read_max_ages(node: Node) -> dict[str, int]:
    return dict(each(node.named().items(), lambda entry: _max_age(*entry)))


def refuse_unread(node: Node, facts: Collection[str]) -> None:
    """Refuse an age of what the rules never look at: it would read as if it did something."""
    each(node.named().items(), lambda entry: _refuse_unread(*entry, facts))


def _max_age(name: str, node: Node) -> tuple[str, int]:
    return name, node.integer(low=1, high=read_fact(Node(name, node.path)).max_age_days)


def _refuse_unread(name: str, node: Node, facts: Collection[str]) -> None:
    if name not in facts:
        node.refuse(_("These rules do not ask for “%(name)s”."), name=name)
