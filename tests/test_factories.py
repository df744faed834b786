"""The fixtures themselves: every factory in every variant satisfies the database, the cast sees what it should."""

import inspect
from collections.abc import Iterator

import pytest
from django.db import transaction
from factory import Trait
from factory.django import DjangoModelFactory

from enrollment.models import Application
from tests import factories
from tests.cast import Cast


def every_factory() -> Iterator[type[DjangoModelFactory]]:
    for _name, found in inspect.getmembers(factories, inspect.isclass):
        if (
            issubclass(found, DjangoModelFactory)
            and not found._meta.abstract
            and found is not factories.IdentityFactory
        ):
            yield found


@pytest.mark.parametrize("maker", list(every_factory()), ids=lambda maker: maker.__name__)
def test_factory_makes_valid_rows_in_every_variant(maker: type[DjangoModelFactory], db: None) -> None:
    traits = [name for name, value in maker._meta.parameters.items() if isinstance(value, Trait)]
    for variant in ({}, *({name: True} for name in traits)):
        with transaction.atomic():
            maker(**variant)
            transaction.set_rollback(True)


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("ani", {"application", "joko_application", "eko_application", "fajar_application"}),
        ("citra", {"kirana_application"}),
        ("dewi", {"application", "joko_application", "eko_application", "fajar_application"}),
        ("eko", {"eko_application"}),
        ("fajar", {"fajar_application"}),
        ("gita", {"application", "joko_application", "eko_application", "fajar_application"}),
        ("hadi", set()),
        ("indah", {"application"}),
        ("kirana", {"kirana_application"}),
        ("laras", set()),
    ],
)
def test_the_cast_sees_its_own_cases(cast: Cast, who: str, seen: set[str]) -> None:
    cases = ("application", "joko_application", "kirana_application", "eko_application", "fajar_application")
    by_reference = {cast[name].reference: name for name in cases}
    visible = Application.objects.visible_to(cast[who]).values_list("reference", flat=True)
    assert {by_reference[reference] for reference in visible} == seen
