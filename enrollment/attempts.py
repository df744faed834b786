"""At most five tries an hour for one proof number from one place, counted where all workers see it."""

import logging

from django.core.cache import cache
from redis.exceptions import RedisError

from perlinsos.core import crypto

logger = logging.getLogger(__name__)

LIMIT = 5
WINDOW_SECONDS = 3600


def is_allowed(address: str, code: str) -> bool:
    """Count one try and say whether it is still within the limit; without the counter nobody may try."""
    key = _key(address, code)
    try:
        cache.add(key, 0, WINDOW_SECONDS)
        return cache.incr(key) <= LIMIT
    except ValueError:  # the hour ended between the two calls
        return True
    except RedisError as error:
        logger.warning("attempts not counted (%s)", type(error).__name__)
        return False


def forget(address: str, code: str) -> None:
    """The right birth date was given: the next try starts at one again."""
    cache.delete(_key(address, code))


def _key(address: str, code: str) -> str:
    # Keyed, so that a copy of the cache tells nobody who asked for what.
    return f"lookup:{crypto.blind_index(f'{address} {code}', kind='attempt').hex()}"
