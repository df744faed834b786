"""Tests: the same real services, quick password hashing, unhashed static file names."""

import os

from perlinsos.settings.base import *  # noqa: F403 - settings are names of this module
from perlinsos.settings.base import CELERY_BROKER_TRANSPORT_OPTIONS, DATABASES, INSTALLED_APPS, REDIS_URL, STORAGES

INSTALLED_APPS = [*INSTALLED_APPS, "perlinsos.demo"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
ALLOWED_HOSTS = ["*"]
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
DEMO = True
FACE_SAMPLE_PERCENT = 0  # chance has no place in a test; those of the sample set it
FACE_LIVENESS = "off"  # most tests are about still photographs; those of recordings require it

# Test runners drop their databases: a pool would keep connections to them open.
DATABASES["default"]["OPTIONS"].pop("pool")
_worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL.replace("db=0", f"db={int(_worker) + 1}"),
    }
}
CELERY_BROKER_TRANSPORT_OPTIONS = {**CELERY_BROKER_TRANSPORT_OPTIONS, "global_keyprefix": f"test-{_worker}-"}
