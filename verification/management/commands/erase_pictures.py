from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand

from perlinsos.accounts.services import service_account
from perlinsos.core import files
from verification import retaining
from verification.services import retention


class Command(BaseCommand):
    """Says what the retention rules would erase now; erases it only when told so."""

    help = "Count the photographs of faces whose term is over, by policy and reason; --now erases them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--now", action="store_true", help="erase what is due instead of only counting")

    def handle(self, *args: Any, now: bool, **options: Any) -> None:
        due: Counter[str] = Counter()
        kept: Counter[str] = Counter()
        for applications in retaining.pages():
            found = retaining.kept(applications)
            over = retaining.now_over(found)
            due.update(f"{each.policy.version}: {each.term.reason}" for each in over)
            kept.update(str(each.term.reason) for each in found if each not in over)
            if now:
                retention.erase_pictures(applications, by=service_account("verification"))
        if now:
            files.finish_removals()
        for title, counts in (("erased" if now else "due now", due), ("kept", kept)):
            self.stdout.write(f"{title}: {counts.total()}")
            for reason, count in sorted(counts.items()):
                self.stdout.write(f"  {count:>8}  {reason}")
