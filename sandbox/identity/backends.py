from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

from sandbox.residents.models import Resident


class PinBackend(BaseBackend):
    """NIK and PIN, as the IKD app asks for them. PINs are plain: the start page prints them."""

    def authenticate(
        self, request: HttpRequest | None, nik: str | None = None, pin: str | None = None, **_: object
    ) -> Resident | None:
        if not nik or not pin:
            return None
        return Resident.objects.with_ikd().filter(nik=nik, pin=pin).first()

    def get_user(self, user_id: int) -> Resident | None:
        return Resident.objects.with_ikd().filter(pk=user_id).first()
