"""A server that real families depend on. Refuses to start half-safe."""

from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from perlinsos.settings import env
from perlinsos.settings.base import *  # noqa: F403 - settings are names of this module
from perlinsos.settings.base import BASE_URL, SECRET_KEY
from perlinsos.settings.sources import SOURCES_URL

DEMO = False
SECURE_SSL_REDIRECT = True
PROXIES = env.integer("PROXIES", 1)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https"
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", env.text("ALLOWED_HOSTS"))
EMAIL_HOST = env.text("EMAIL_HOST")
EMAIL_PORT = env.integer("EMAIL_PORT", 587)
EMAIL_USE_TLS = True
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD", "")

_LOCAL_HOSTS = {"127.0.0.1", "localhost", "::1", "sandbox"}

if len(SECRET_KEY) < 50:
    raise ImproperlyConfigured("SECRET_KEY is too short for production (50 characters or more)")
for _name, _url in {"BASE_URL": BASE_URL, "SOURCES_URL": SOURCES_URL, "OIDC_ISSUER": env.text("OIDC_ISSUER")}.items():
    _parts = urlsplit(_url)
    if _parts.scheme != "https":
        raise ImproperlyConfigured(f"{_name} must use https in production")
    if _parts.hostname in _LOCAL_HOSTS or "sandbox" in (_parts.hostname or ""):
        raise ImproperlyConfigured(f"{_name} points at a sandbox or at this machine; production refuses it")
