"""Structured logs for operators: ids and codes, never a person.

The second wall behind "log ids, not data": whatever is logged, runs of digits as long as a NIK, a
KK or an account number are masked, and request bodies and query strings are never included.
"""

import json
import logging
import re
from contextvars import ContextVar
from datetime import UTC, datetime

_request_id: ContextVar[str] = ContextVar("request_id", default="")
_LONG_NUMBER = re.compile(r"(?<!\d)\d(?:[ .\-]?\d){8,19}(?!\d)")


def current_request_id() -> str:
    return _request_id.get()


def set_request_id(value: str) -> None:
    _request_id.set(value)


def mask(text: str) -> str:
    """Replace every run of 9 to 20 digits, also when it is broken by spaces, dots or dashes."""
    return _LONG_NUMBER.sub("[number]", text)


class JsonFormatter(logging.Formatter):
    """One JSON object per line: at, level, logger, message, request_id, error."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": mask(record.getMessage()),
            "request_id": current_request_id(),
        }
        if record.exc_info:
            line["error"] = mask(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)
