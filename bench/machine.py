"""What the figures were measured with."""

import os
import platform
from importlib.metadata import version

from django.core.cache import cache
from django.db import connection

from perlinsos.settings.base import VERSION


def describe() -> dict[str, str | int]:
    """Flat, for print and for JSON; versions of what does the work."""
    return {
        "machine": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        "memory_gib": _memory_gib(),
        "system": platform.platform(aliased=True, terse=True),
        "perlinsos": VERSION,
        "python": platform.python_version(),
        "django": version("django"),
        "celery": version("celery"),
        "postgresql": _postgresql(),
        "broker": _broker(),
    }


def _processor() -> str:
    try:
        with open("/proc/cpuinfo") as lines:
            return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def _memory_gib() -> int:
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)
    except (ValueError, OSError):
        return 0


def _postgresql() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version'), current_setting('fsync')")
        number, fsync = cursor.fetchone()
    return f"{number.split()[0]} (fsync {fsync})"


def _broker() -> str:
    info = cache._cache.get_client().info("server")  # type: ignore[attr-defined]  # Django keeps its client private
    return f"{info.get('server_name', 'redis')} {info.get('valkey_version') or info['redis_version']}"
