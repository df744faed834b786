"""Settings of the sandbox: its own process, its own database, this machine only."""

import base64
import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import conninfo_to_dict

from sandbox import keys


def required(name: str) -> str:
    if value := os.environ.get(name):
        return value
    raise ImproperlyConfigured(f"{name} is required")


def database(url: str) -> dict[str, Any]:
    """Django's DATABASES entry from a libpq URL (also `?host=/socket/dir`)."""
    parts = conninfo_to_dict(url)
    standard = {part: parts.pop(part, "") for part in ("dbname", "user", "password", "host", "port")}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": standard["dbname"],
        "USER": standard["user"],
        "PASSWORD": standard["password"],
        "HOST": standard["host"],
        "PORT": standard["port"],
        "CONN_HEALTH_CHECKS": True,
        # A slow service (latency switch) keeps its connection while it sleeps: one per thread.
        "OPTIONS": {**parts, "pool": {"min_size": 1, "max_size": 32, "timeout": 10}},
    }


def keys_by_id(text: str) -> dict[str, bytes]:
    """`id:base64key[,…]`, 32 bytes each, as the portal writes its own keys."""
    pairs = (entry.split(":", 1) for entry in text.split(",") if entry)
    return {key_id: base64.b64decode(key, validate=True) for key_id, key in pairs}


def refuse_production() -> None:
    """Invented identities must never be accepted where real people are served."""
    for name in ("PORTAL_ENV", "DJANGO_SETTINGS_MODULE"):
        if "production" in os.environ.get(name, ""):
            raise ImproperlyConfigured(f"The sandbox never starts in production ({name} says so).")


refuse_production()

ROOT = Path(__file__).resolve().parent
LOCAL_HOSTS = ["127.0.0.1", "localhost", "[::1]"]

SANDBOX_BASE_URL = os.environ.get("SANDBOX_BASE_URL", "http://127.0.0.1:8100").rstrip("/")
if (urlsplit(SANDBOX_BASE_URL).hostname or "") not in {"127.0.0.1", "localhost", "::1"}:
    raise ImproperlyConfigured("SANDBOX_BASE_URL must be on this machine (127.0.0.1 or localhost)")
PORTAL_BASE_URL = os.environ.get("BASE_URL", "http://127.0.0.1:8000").rstrip("/")
SOURCES_TOKEN = required("SOURCES_TOKEN")
# Other ways to speak to the sources; without their keys only the plain ones work.
SOURCES_CLIENT_ID = os.environ.get("SOURCES_CLIENT_ID", "")
SOURCES_CLIENT_SECRET = os.environ.get("SOURCES_CLIENT_SECRET", "")
SOURCES_ENVELOPE_KEYS = keys_by_id(os.environ.get("SOURCES_ENVELOPE_KEYS", ""))
SOURCES_CALLBACK_KEY = os.environ.get("SOURCES_CALLBACK_KEY", "")
OIDC_CLIENT_ID = required("OIDC_CLIENT_ID")
OIDC_CLIENT_SECRET = required("OIDC_CLIENT_SECRET")
# A folder of face photographs (obama.jpg …) to use as reference pictures; may be absent.
SANDBOX_FACES = os.environ.get("SANDBOX_FACES", "")
FAMILIES_FILE = ROOT / "data" / "families.yaml"

SECRET_KEY = required("SANDBOX_SECRET_KEY")
DEBUG = False
ALLOWED_HOSTS = LOCAL_HOSTS
DATABASES = {"default": database(required("SANDBOX_DATABASE_URL"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Authorization codes live in the cache; every worker process must see the same one.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "sandbox_cache",
    }
}

ROOT_URLCONF = "sandbox.urls"
WSGI_APPLICATION = "sandbox.wsgi.application"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.idp.oidc",
    "sandbox.residents",
    "sandbox.switches",
    "sandbox.sources",
    "sandbox.identity",
    "sandbox.training",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "sandbox.identity.middleware.ProviderSwitchMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    }
]
STATIC_URL = "static/"
STATICFILES_DIRS = [ROOT / "static"]
WHITENOISE_USE_FINDERS = True

# Cookies ignore ports: the portal next door has cookies of its own with Django's default names.
SESSION_COOKIE_NAME = "sandbox_session"
CSRF_COOKIE_NAME = "sandbox_csrf"
SESSION_COOKIE_SAMESITE = "Lax"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "blob:", "data:"],
        # The consent form ends in a redirect to the portal's own origin.
        "form-action": ["'self'", "http://127.0.0.1:*", "http://localhost:*"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}

LANGUAGE_CODE = "id"
TIME_ZONE = "Asia/Jakarta"
USE_TZ = True

AUTH_USER_MODEL = "residents.Resident"
AUTHENTICATION_BACKENDS = ["sandbox.identity.backends.PinBackend"]
LOGIN_URL = "account_login"
PASSWORD_HASHERS = ["sandbox.identity.hashers.ClientSecretHasher"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = "nik"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_RATE_LIMITS = False

IDP_OIDC_ADAPTER = "sandbox.identity.adapter.IkdAdapter"
IDP_OIDC_PRIVATE_KEY = keys.load_or_create(Path(required("SANDBOX_OIDC_KEY_FILE")))
IDP_OIDC_RATE_LIMITS = False
IDP_OIDC_AUTHORIZATION_CODE_EXPIRES_IN = 120

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "sandbox %(levelname)s %(name)s %(message)s"}},
    # Refusals and switched-off services are what a sandbox is for: a line only for our own mistakes.
    "filters": {
        "mistakes": {
            "()": "django.utils.log.CallbackFilter",
            "callback": lambda record: record.name != "django.request" or bool(record.exc_info),
        }
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["mistakes"],
        }
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
}
