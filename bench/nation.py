"""How long a nation takes on one machine, in one process."""

import json
import os
import subprocess
import sys
import tempfile

from django.conf import settings

from bench.engine_population import NATION
from bench.figures import Bench, Figure


class Nation(Bench):
    name = "nation"
    description = "94.2 million invented families decided in one process, regency after regency"

    def run(self, *, small: bool, seed: int) -> list[Figure]:
        total = 1_000_000 if small else NATION
        with tempfile.TemporaryDirectory(dir=os.environ["PORTAL_STATE"]) as folder:
            done = subprocess.run(  # noqa: S603 - our own command
                [sys.executable, "-m", "bench.engine_nation", str(total), str(seed), folder],
                cwd=settings.BASE_DIR, stdout=subprocess.PIPE, check=True, text=True,
            )  # fmt: skip
        said = json.loads(done.stdout)
        return [
            Figure("nation_families", (said["families"],), "families"),
            Figure("nation_seconds", (said["seconds"],), "s", "reading, deciding, placing, writing; not inventing"),
            Figure("nation_cpu_seconds", (said["cpu"],), "s"),
            Figure("nation_families_per_s", (said["families"] / said["seconds"],), "families/s"),
            Figure("nation_rss_mb", (said["rss_mb"],), "MB", "peak, the invention of people included"),
            Figure("nation_eligible_pkh", (said["eligible"],), "families"),
        ]
