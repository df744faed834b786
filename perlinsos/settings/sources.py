"""How the ministries are reached: who we say we are, what is sealed, how often we may ask.

A setting "per source" reads `default:20,pln:5`; the codes are those of `verification.enums.Source`,
and `corrections`. A half-configured protection stops the boot: nobody should find out from a log
that numbers of citizens travelled with less of it than the operator meant.
"""

from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from perlinsos.settings import env

AUTHENTICATIONS = {"token", "oauth", "mtls"}
TLS = ("SOURCES_TLS_CERT", "SOURCES_TLS_KEY", "SOURCES_TLS_CA")
LONGEST_TIMEOUT_S = 30
KEY_MIN_LENGTH = 32

SOURCES_URL = env.text("SOURCES_URL").rstrip("/")
SOURCES_AUTH = env.per_source("SOURCES_AUTH", "default:token")
SOURCES_TOKEN = env.text("SOURCES_TOKEN", None if "token" in SOURCES_AUTH.values() else "")
SOURCES_CLIENT_ID = env.text("SOURCES_CLIENT_ID", "")
SOURCES_CLIENT_SECRET = env.text("SOURCES_CLIENT_SECRET", "")
SOURCES_TLS_CERT = env.text("SOURCES_TLS_CERT", "")
SOURCES_TLS_KEY = env.text("SOURCES_TLS_KEY", "")
SOURCES_TLS_CA = env.text("SOURCES_TLS_CA", "")
# Whose bodies are sealed like those of the exchange (SPLP): codes, or `default` for all.
SOURCES_ENVELOPE = env.words("SOURCES_ENVELOPE", "")
SOURCES_ENVELOPE_KEYS = env.keyring("SOURCES_ENVELOPE_KEYS", "")
# Who may answer hours later, and the key that signs such an answer.
SOURCES_CALLBACK = env.words("SOURCES_CALLBACK", "")
SOURCES_CALLBACK_KEY = env.text("SOURCES_CALLBACK_KEY", "")
SOURCES_TIMEOUT_S = env.numbers("SOURCES_TIMEOUT_S", "default:10")
SOURCES_PER_SECOND = env.numbers("SOURCES_PER_SECOND", "default:20")
SOURCES_AT_ONCE = env.numbers("SOURCES_AT_ONCE", "default:3")
SOURCES_REST_S = env.integer("SOURCES_REST_S", 30)  # how long a source that fails is left alone


def _all_or_none(*names: str, needed: str = "") -> None:
    """Parts of one protection: all of them when it is `needed`, else all or none."""
    given = [name for name in names if globals()[name]]
    if len(given) == len(names) or not (given or needed):
        return
    missing = ", ".join(name for name in names if name not in given)
    raise ImproperlyConfigured(f"{missing} is required {needed or 'beside ' + ', '.join(given)}")


for _source, _how in SOURCES_AUTH.items():
    if _how not in AUTHENTICATIONS:
        raise ImproperlyConfigured(f"SOURCES_AUTH of {_source} must be one of {', '.join(sorted(AUTHENTICATIONS))}")
_all_or_none(
    "SOURCES_CLIENT_ID",
    "SOURCES_CLIENT_SECRET",
    needed="when SOURCES_AUTH says oauth" if "oauth" in SOURCES_AUTH.values() else "",
)
_all_or_none(*TLS, needed="when SOURCES_AUTH says mtls" if "mtls" in SOURCES_AUTH.values() else "")
_all_or_none("SOURCES_ENVELOPE", "SOURCES_ENVELOPE_KEYS")
_all_or_none("SOURCES_CALLBACK", "SOURCES_CALLBACK_KEY")
for _name in TLS:
    if globals()[_name] and not Path(globals()[_name]).is_file():
        raise ImproperlyConfigured(f"{_name} names a file that is not there")
if SOURCES_CALLBACK_KEY and len(SOURCES_CALLBACK_KEY) < KEY_MIN_LENGTH:
    raise ImproperlyConfigured(f"SOURCES_CALLBACK_KEY must have {KEY_MIN_LENGTH} characters or more")
for _name in ("SOURCES_TIMEOUT_S", "SOURCES_PER_SECOND", "SOURCES_AT_ONCE"):
    if "default" not in globals()[_name] or min(globals()[_name].values()) < 1:
        raise ImproperlyConfigured(f"{_name} needs a default, and numbers from 1")
if max(SOURCES_TIMEOUT_S.values()) > LONGEST_TIMEOUT_S:
    raise ImproperlyConfigured(f"SOURCES_TIMEOUT_S must not exceed {LONGEST_TIMEOUT_S}: a question is held for a lease")
if "default" not in SOURCES_AUTH:
    raise ImproperlyConfigured("SOURCES_AUTH needs a default, such as default:token")
