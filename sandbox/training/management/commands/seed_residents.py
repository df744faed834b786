from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from sandbox.identity import clients
from sandbox.training import plan, seeding


class Command(BaseCommand):
    help = "Writes the invented families and the portal's registration; may be run again at any time."
    requires_system_checks: list[str] = []  # at every start of the launcher: quick

    def handle(self, *args: Any, **options: Any) -> None:
        families = plan.read(Path(settings.FAMILIES_FILE))
        seeding.seed(families)
        photographs = 0
        if settings.SANDBOX_FACES:
            photographs = seeding.seed_photographs(families, Path(settings.SANDBOX_FACES))
        clients.register(clients.portal_registration())
        self.stdout.write(f"{len(families.families)} families, {photographs} reference photographs")
