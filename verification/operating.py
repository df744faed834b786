"""Under which face thresholds a village is compared today. Read-only; `services.thresholds` writes them."""

from dataclasses import dataclass, fields

from perlinsos.regions.models import Parameter
from verification.faces.thresholds import STRICT, FaceThresholds
from verification.models import FaceThresholdSet
from verification.rules import thresholds_of


@dataclass(frozen=True)
class Means:
    """The two means of a proposal as plain numbers, their version, and how many people are behind them."""

    version: str
    general: list[float]
    population: list[float]
    people: int


@dataclass(frozen=True)
class Operation:
    """What a face worker compares under. Without `means` only the strict raw edge accepts."""

    thresholds: FaceThresholds
    means: Means | None = None


def operation_for(area_code: str) -> Operation:
    """What counts in a village: the enacted set of the nearest area upward, else the strict edge.

    A region may be stricter than the strict edge by a parameter of its own, alone and at once; then
    no means are used. Raises ValueError for a parameter that makes no sense or would be looser.
    """
    tightened = Parameter.objects.value(Parameter.Name.FACE_THRESHOLDS, area_code)
    if tightened is not None:
        return Operation(thresholds_of(tightened))
    held = FaceThresholdSet.objects.in_force(area_code)
    if held is None:
        return Operation(STRICT)
    known = {field.name for field in fields(FaceThresholds)}
    edges = {name: edge for name, edge in held.edges.items() if name in known}
    return Operation(
        FaceThresholds(version=held.version, recogniser=held.recogniser, **edges),
        Means(people=held.people, **held.centres),
    )
