"""Demo data and demo sign-ins, for a developer's or trainer's machine only."""

import time
from argparse import ArgumentParser
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from perlinsos.accounts.models import User
from perlinsos.demo import loading
from perlinsos.demo.people import PASSWORD, STAFF

TOTP_PERIOD = 30  # seconds, RFC 6238 §5.2


class Command(BaseCommand):
    help = "Load demo data once; --print shows the sign-ins, --code EMAIL the current second factor."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--print", action="store_true", help="show the demo sign-ins")
        parser.add_argument("--code", metavar="EMAIL", help="the six digits an authenticator app would show now")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("demo data do not belong on a server")
        if options["code"]:
            self.stdout.write(_current_code(options["code"]))
        elif options["print"]:
            self._print_sign_ins()
        elif loading.is_loaded():
            self.stdout.write("demo data are there already")
        else:
            loading.load()
            self.stdout.write("demo data loaded")

    def _print_sign_ins(self) -> None:
        self.stdout.write(f"Staff sign in at {settings.BASE_URL}/akun/login/ with the password {PASSWORD}")
        self.stdout.write("and six digits from:  ./portal manage demo --code EMAIL")
        for member in STAFF:
            role = member.role.label if member.role else "Administration"
            areas = ", ".join(member.areas)
            self.stdout.write(f"  {member.email:<26} {role!s:<24} {areas}")


def _current_code(email: str) -> str:
    user = User.objects.filter(email=email).first()
    authenticator = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    if authenticator is None:
        raise CommandError(f"{email} has no second factor here")
    now = int(time.time()) // TOTP_PERIOD
    return str(format_hotp_value(hotp_value(decrypt(authenticator.data["secret"]), now)))
