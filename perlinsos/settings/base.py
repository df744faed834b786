"""Settings shared by every environment. A missing or malformed variable stops the boot."""

from pathlib import Path
from typing import Any

from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _
from whitenoise.compress import Compressor

from perlinsos.settings import env
from perlinsos.settings.sources import *  # noqa: F403 - settings are names of this module

BASE_DIR = Path(__file__).resolve().parent.parent.parent
VERSION = "0.1.0"

SECRET_KEY = env.text("SECRET_KEY")
FIELD_KEYS = env.keyring("FIELD_KEYS")
BLIND_INDEX_KEY = env.key("BLIND_INDEX_KEY")
DEBUG = False
BASE_URL = env.text("BASE_URL", "http://127.0.0.1:8000").rstrip("/")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "127.0.0.1,localhost")
CSRF_TRUSTED_ORIGINS = [BASE_URL]

INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "csp",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "perlinsos.core",
    "perlinsos.accounts",
    "perlinsos.regions",
    "perlinsos.decrees",
    "perlinsos.messages",
    "enrollment",
    "verification",
    "eligibility",
    "appeals",
    "agents",
]

MIDDLEWARE = [
    "perlinsos.core.middleware.RequestId",
    "perlinsos.core.middleware.ClientAddress",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "perlinsos.core.middleware.PrivatePages",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "perlinsos.core.middleware.ChosenLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "perlinsos.accounts.middleware.StaffSecondFactor",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

PROXIES = 0  # how many of our own stand between a client and us

ROOT_URLCONF = "perlinsos.urls"
WSGI_APPLICATION = "perlinsos.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "perlinsos.accounts.context.identity",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "perlinsos.core.templatetags.portal",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- data -------------------------------------------------------------------------------------
DATABASES = {"default": env.database("DATABASE_URL", statement_timeout_ms=env.integer("STATEMENT_TIMEOUT_MS", 10_000))}
REDIS_URL = env.text("REDIS_URL")
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
FILES_ROOT = env.text("FILES_ROOT")
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]  # photographs never touch a temp dir

# --- who --------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "start"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "start"
ACCOUNT_ADAPTER = "perlinsos.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
SOCIALACCOUNT_ADAPTER = "perlinsos.accounts.adapter.CitizenAdapter"
SOCIALACCOUNT_ONLY = False
SOCIALACCOUNT_AUTO_SIGNUP = True
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_QUERY_EMAIL = False
SOCIALACCOUNT_EMAIL_REQUIRED = False  # a citizen may have no e-mail; asking for one would stop the sign-in
SOCIALACCOUNT_LOGIN_ON_GET = False
SOCIALACCOUNT_REQUESTS_TIMEOUT = 10
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "ikd",
                "name": env.text("OIDC_NAME", "IKD"),
                "client_id": env.text("OIDC_CLIENT_ID"),
                "secret": env.text("OIDC_CLIENT_SECRET"),
                "settings": {
                    "server_url": env.text("OIDC_ISSUER"),
                    "acr_values": env.text("OIDC_ACR_VALUES", ""),
                    "scope": env.words("OIDC_SCOPE", "openid,profile,identity"),
                    "oauth_pkce_enabled": True,
                },
            }
        ],
    }
}
MFA_ADAPTER = "perlinsos.accounts.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Perlinsos"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True

# --- outside systems --------------------------------------------------------------------------
# Accepted faces that officers look at. Fewer count no errors in a lifetime, more take officers from people who wait.
FACE_SAMPLE_PERCENT = env.integer_within("FACE_SAMPLE_PERCENT", 3, least=2, most=5)
LEASE_S = env.integer("LEASE_S", 120)  # how long a worker may hold a question or a face before another takes it
FACE_PROVIDER = env.choice("FACE_PROVIDER", ("local", "dukcapil"), "local")  # who compares: verification/providers
FACE_LIVENESS = env.choice("FACE_LIVENESS", ("required", "off"), "required")  # off: a machine accepts still photographs
FACE_SIMILARITY = env.integer("FACE_SIMILARITY_PERCENT", 75) / 100  # from which a yes of Dukcapil counts
# The face worker reads two more (faces/engine.py): FACE_MODEL_PATH, an ONNX file in place of the shipped network, and
# FACE_68_POINTS=accepted, for a landmark file that is not cleared for commercial products.

# When objections to a decision end: `f(application ids) -> {id: instant}`. Photographs are kept until then.
OBJECTION_PERIODS = "appeals.objection_periods.objections_end"
OPEN_OBJECTIONS = "appeals.objection_periods.has_open_objection"

# Whether a registration is over, so that the family may register again: `f() -> [Hold]`, the first that holds is told.
# What the family should know before it does: `f(application) -> [sentence]`.
REGISTRATION_HOLDS = ("appeals.registered_again.holds", "eligibility.registered_again.holds")
# What is held, after the applications, before that is asked for the last time: `f(applications)`.
REGISTRATION_LOCKS = ("eligibility.registered_again.hold_quotas",)
REGISTRATION_ENDINGS = ("eligibility.registered_again.endings",)

# Numbers that rules leave to the regions: `f() -> {name: Kind}`. The administration offers them by their labels.
REGIONAL_PARAMETERS = "eligibility.parameter_kinds.of_rules"

# Facts that rules believe for fewer days than their sources are believed otherwise: `f() -> [Fresher]`.
FRESHER_FACTS = "eligibility.fresher_facts.of_rules"

# Whether news may still decide an application anew, in a programme that is not announced: `f(path to it) -> Exists`.
STILL_OPEN = "eligibility.still_open.application"

# --- words ------------------------------------------------------------------------------------
LANGUAGE_CODE = "id"
LANGUAGES = [("id", _("Indonesian")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "perlinsos" / "locale"]
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = True
TIME_ZONE = "Asia/Jakarta"

# --- browsers ---------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = env.text("STATIC_ROOT", str(BASE_DIR / "var" / "static"))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# Compressing every file twice, and the maps of other people's scripts, took longer than the rest of a first start.
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map", "txt")
CONTENT_SECURITY_POLICY = {
    "EXCLUDE_URL_PREFIXES": ["/admin/"],
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "media-src": [SELF, "blob:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "frame-ancestors": [NONE],
        "form-action": [SELF, env.text("OIDC_ISSUER")],
    },
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"

# --- API --------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["perlinsos.accounts.api.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "perlinsos.core.api.ByPrimaryKey",
    "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.UserRateThrottle"],
    "DEFAULT_THROTTLE_RATES": {"user": "600/min"},
    "EXCEPTION_HANDLER": "perlinsos.core.api.problem",
    "PAGE_SIZE": 100,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Perlinsos API",
    "DESCRIPTION": "Status of applications and results of announced batches.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# --- work -------------------------------------------------------------------------------------
CELERY_BROKER_URL = env.text("CELERY_BROKER_URL", "") or (
    REDIS_URL.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")
    if REDIS_URL.startswith("unix://")
    else REDIS_URL
)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Longer than any task; restore what a killed worker held within seconds (docs/adr/0004).
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
    "visibility_timeout": 900,
    "unacked_restore_throttle": 1,
    "socket_timeout": 3,
    "socket_connect_timeout": 3,
    "max_retries": 0,  # a request never waits for the broker to come back; the worker has retries of its own
}
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {
    "verification.compare_face": {"queue": "face"},
    # Only the face workers' role may open face templates (docs/adr/0029).
    "verification.search_duplicates": {"queue": "face"},
    "verification.search_widely": {"queue": "face"},
    "verification.sweep_duplicates": {"queue": "face"},
    "verification.fold_gallery": {"queue": "face"},
    "verification.erase_templates": {"queue": "face"},
    "verification.fetch_family_card": {"queue": "sources"},
    "verification.ask_source": {"queue": "sources"},
    "appeals.send_correction": {"queue": "sources"},
    "eligibility.*": {"queue": "decide"},
    "messages.*": {"queue": "notify"},
}
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    name: {"task": name, "schedule": seconds, "options": {"expires": seconds}}
    for name, seconds in {
        "verification.sweep_faces": 10.0,
        "verification.sweep_sources": 1.0,  # a queue behind a limit starts anew every second
        "verification.sweep_stale_facts": 600.0,
        "verification.forget_calls": 3600.0,
        "verification.sweep_rechecks": 60.0,
        "verification.ask_register_again": 6 * 3600.0,
        "verification.sweep_duplicates": 30.0,
        "verification.fold_gallery": 300.0,
        "verification.erase_templates": 600.0,
        "verification.sweep_retention": 3600.0,
        "verification.watch_fairness": 12 * 3600.0,
        "verification.sweep_family_cards": 10.0,
        "eligibility.sweep_decisions": 15.0,
        "eligibility.sweep_places": 15.0,
        "eligibility.sweep_free_places": 30.0,
        "eligibility.sweep_periods": 300.0,
        "eligibility.sweep_overlaps": 120.0,
        "eligibility.sweep_runs": 30.0,
        "eligibility.sweep_simulations": 30.0,
        "eligibility.sweep_rule_sets": 60.0,
        "eligibility.sweep_parameters": 60.0,
        "eligibility.sweep_participations": 60.0,
        "eligibility.ask_families": 3600.0,
        "appeals.sweep_windows": 15.0,
        "appeals.close_windows": 60.0,
        "appeals.sweep_corrections": 30.0,
        "messages.sweep_outbox": 15.0,
        "messages.sweep_letters": 15.0,
    }.items()
}
CELERY_BEAT_SCHEDULE["verification.search_widely"] = {
    "task": "verification.search_widely",
    "schedule": crontab(hour="1", minute="10"),  # when nobody waits for a comparison
    "options": {"expires": 3600},
}
CELERY_BEAT_SCHEDULE["eligibility.take_monthly_snapshots"] = {
    "task": "eligibility.take_monthly_snapshots",
    "schedule": crontab(hour="2", minute="20"),  # every night, for regencies that have none of this month
    "options": {"expires": 3600},
}

# --- mail and logs ----------------------------------------------------------------------------
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "perlinsos@localhost")
SMS_GATEWAY_URL = env.text("SMS_GATEWAY_URL", "")
SMS_GATEWAY_TOKEN = env.text("SMS_GATEWAY_TOKEN", "")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "perlinsos.core.logging.JsonFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django.server": {"handlers": ["console"], "propagate": False},
        "httpx": {"level": "WARNING"},  # it logs full URLs
    },
}

UNFOLD = {
    "SITE_TITLE": "Perlinsos",
    "SITE_HEADER": "Perlinsos",
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    # The navy of the public pages, so that nobody takes the administration for another product.
    "COLORS": {
        "primary": {
            50: "#eff4fb",
            100: "#dbe6f5",
            200: "#b9cfec",
            300: "#8aafdd",
            400: "#5687c8",
            500: "#2f68b0",
            600: "#0b5394",
            700: "#0a3d7a",
            800: "#0a3161",
            900: "#08264b",
            950: "#051832",
        }
    },
}
