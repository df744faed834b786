"""A worker that is killed again and again: `python -m tests.eligibility.killing RUN_ID KILLS SEED`.

Forks one worker after the other from a process that is ready but has no connection, and kills each
after a moment nobody chose; the last one is left alone. Prints how many died at work.
"""

import os
import random
import signal
import sys
import time

import django

FAMILIES_AT_ONCE = 2
CHANGES_AT_ONCE = 3


def main(run_id: int, kills: int, seed: int) -> None:
    django.setup()
    chance = random.Random(seed)
    died = sum(_dies(run_id, after=chance.uniform(0.05, 0.4)) for _ in range(kills))
    _dies(run_id, after=None)
    sys.stdout.write(f"{died}\n")


def _dies(run_id: int, *, after: float | None) -> bool:
    """Whether a worker was still at work when it was killed."""
    worker = os.fork()
    if worker == 0:
        _work(run_id)
    if after is not None:
        time.sleep(after)
        os.kill(worker, signal.SIGKILL)
    _pid, status = os.waitpid(worker, 0)
    return os.WIFSIGNALED(status)


def _work(run_id: int) -> None:
    from eligibility.populations import snapshots
    from eligibility.services import runs
    from perlinsos.accounts.services import service_account

    snapshots.PART = FAMILIES_AT_ONCE
    runs.SETTLED_AT_ONCE = CHANGES_AT_ONCE
    try:
        while runs.advance_run(run_id, by=service_account("eligibility")):
            pass
    finally:
        os._exit(0)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
