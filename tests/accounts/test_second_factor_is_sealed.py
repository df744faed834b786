import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.utils import decrypt

pytestmark = pytest.mark.django_db


def test_a_totp_secret_is_not_readable_in_the_database(cast):
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    TOTP.activate(cast.budi, secret)
    stored = Authenticator.objects.get(user=cast.budi)
    assert secret not in str(stored.data)
    assert decrypt(stored.data["secret"]) == secret
