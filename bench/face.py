"""Faces: how well strangers are told apart, how fast, how long people wait, and what is stopped."""

import os

from bench import face_accuracy, face_attacks, face_conditions, face_search, face_speed, face_waiting
from bench.figures import Bench, Figure


class Face(Bench):
    name = "face"
    description = "strangers accepted and people lost per group, pictures a second, waiting, attacks, duplicates"

    def run(self, *, small: bool, seed: int) -> list[Figure]:
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        return [
            *face_accuracy.figures(small=small, seed=seed, processes=cores),
            *([] if small else face_conditions.figures(seed=seed, processes=cores)),
            *face_speed.figures(small=small, seed=seed),
            *face_waiting.figures(small=small),
            *face_search.figures(small=small, seed=seed),
            *face_attacks.figures(small=small, seed=seed),
        ]
