"""The shipped rules in the database, with the areas that some of them name."""

from django.core.management import call_command

from tests import factories
from tests.cast import BANYUWANGI, TABANAN


def load_shipped_rules() -> None:
    for code in (BANYUWANGI, TABANAN):
        factories.area(code)
    call_command("load_rulesets", verbosity=0)
