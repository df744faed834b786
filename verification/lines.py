"""How many questions one worker has open at one source: a slow source must not keep all its threads."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from verification.connectors import arrangements

_lock = threading.Lock()
_busy: Counter[str] = Counter()


@contextmanager
def hold(source: str, *, line: str = "") -> Iterator[bool]:
    """Whether this process may open one more question at `source`; it may until the block is left.

    `line` names lines of their own, for questions that must not queue behind the others.
    """
    key, most = f"{source} {line}", arrangements.of(source).at_once
    with _lock:
        is_free = _busy[key] < most
        _busy[key] += is_free
    try:
        yield is_free
    finally:
        with _lock:
            _busy[key] -= is_free
