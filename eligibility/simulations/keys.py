"""How numbers of a tally are named: parts joined by `|`."""

from collections.abc import Mapping

Counts = Mapping[str, int]


def key(*parts: object) -> str:
    return "|".join(map(str, parts))
