"""What rules leave to the regions, for the administration that lets regions enter it."""

from collections.abc import Iterable

from eligibility.documents import document_of
from eligibility.models import RuleSet
from eligibility.presenters import parameter_label
from eligibility.rules.catalogue import bounds_of
from eligibility.rules.definitions import ParameterSpec, RuleDocument
from perlinsos.regions.kinds import Kind


def of_rules() -> dict[str, Kind]:
    """The regional parameters of every version that holds, held or will hold; the newest says what they are."""
    versions = RuleSet.objects.kept().order_by("valid_during")
    return dict(_kinds(document_of(one) for one in versions))


def _kinds(documents: Iterable[RuleDocument]) -> Iterable[tuple[str, Kind]]:
    for document in documents:
        for name in document.regional_parameters:
            yield name, _kind(document.parameters[name], document)


def _kind(spec: ParameterSpec, document: RuleDocument) -> Kind:
    low, high = bounds_of(spec.unit)
    return Kind(f"{parameter_label(spec.name, document)} ({spec.unit.value})", low=low, high=high)
