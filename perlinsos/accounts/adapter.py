"""How allauth behaves here: citizens come from the identity provider, staff are invited."""

import base64
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest

from perlinsos.accounts import services
from perlinsos.accounts.enums import UserKind
from perlinsos.accounts.models import User
from perlinsos.core import crypto


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Staff accounts are made by an administrator; nobody signs up with a password."""
        return False

    def add_message(self, request: HttpRequest, level: int, *args: Any, **kwargs: Any) -> None:
        """Say what went wrong; that a sign-in worked is plain from the page that follows."""
        if level >= messages.WARNING:
            super().add_message(request, level, *args, **kwargs)


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """TOTP secrets and recovery seeds are sealed like every other secret in the database."""

    PLACE = "mfa.authenticator.secret"

    def encrypt(self, text: str) -> str:
        return base64.b64encode(crypto.seal(text.encode(), place=self.PLACE)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return crypto.unseal(base64.b64decode(encrypted_text), place=self.PLACE).decode()


class CitizenAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Turns a sign-in at the identity provider into a citizen user without e-mail or password."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return True

    def is_auto_signup_allowed(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return True

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: Any) -> User:
        user: User = sociallogin.user
        user.kind, user.email = UserKind.CITIZEN, None
        return user

    @transaction.atomic
    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> User:
        user: User = sociallogin.user
        user.set_unusable_password()
        sociallogin.save(request)
        services.record_identity(sociallogin.claims, by=user)
        return user

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        if sociallogin.is_existing:
            services.record_identity(sociallogin.claims, by=sociallogin.user)
