from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from sandbox.identity import clients


class Command(BaseCommand):
    help = "Lets another system ask residents to sign in (the portal is registered by seed_residents)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("client_id")
        parser.add_argument("secret")
        parser.add_argument("redirect_uri")
        parser.add_argument("--name", default="Layanan lain")

    def handle(self, *args: Any, **options: Any) -> None:
        client = clients.register(
            clients.Registration(
                client_id=options["client_id"],
                secret=options["secret"],
                name=options["name"],
                redirect_uri=options["redirect_uri"],
            )
        )
        self.stdout.write(f"{client.pk}: {', '.join(client.get_redirect_uris())}")
