"""The shipped rules in the database, with the areas that some of them name."""

from django.core.management import call_command
from django.utils import timezone

from eligibility.models import RuleSet
from tests import factories
from tests.cast import BANYUWANGI, TABANAN


def load_shipped_rules() -> None:
    for code in (BANYUWANGI, TABANAN):
        factories.area(code)
    call_command("load_rulesets", verbosity=0)
    begin_all()


def begin_all() -> None:
    """Nobody is decided by earlier rules, so a sweep would find nothing to do on the first day of these."""
    RuleSet.objects.filter(begun_at=None).update(begun_at=timezone.now())
