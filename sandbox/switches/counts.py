"""How often each service was asked, second by second: lets a test see that nobody asked too much.

In memory of the one process that serves the sandbox, for the last hour, and gone when it stops.
"""

import threading
import time
from collections import deque

KEPT_S = 3_600


class Counts:
    """One row per second in which anybody asked, oldest first: at most KEPT_S rows."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rows: deque[tuple[int, dict[str, int]]] = deque()

    def note(self, service: str) -> None:
        second = int(time.time())
        with self._lock:
            if not self._rows or self._rows[-1][0] < second:
                self._rows.append((second, {}))
                while self._rows[0][0] <= second - KEPT_S:
                    self._rows.popleft()
            asked = self._rows[-1][1]  # a clock that was set back counts into the newest second
            asked[service] = asked.get(service, 0) + 1

    def since(self, second: int) -> dict[str, dict[str, int]]:
        """Per service: requests by epoch second, from `second` on."""
        found: dict[str, dict[str, int]] = {}
        with self._lock:
            for when, asked in self._rows:
                if when >= second:
                    for service, count in asked.items():
                        found.setdefault(service, {})[str(when)] = count
        return found


counts = Counts()
