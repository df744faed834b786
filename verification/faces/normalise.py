"""Seen from the middle of a population: what makes a face differ from its neighbours.

The network was trained on pictures of mostly American celebrities. It gives most of its space to
them and little to everybody else: people of East and South-East Asia lie close together, so that
one raw distance means "same person" in one group and "a stranger" in another. Seen from the mean of
a population, the directions in which its own people differ count again.

Two middles are used, and a pair must be close from both. The `population` is the people who are
checked here; seen from its mean, anybody from elsewhere lies far off in one direction, and two of
those would look alike. The `general` mean, over people from everywhere, sees that.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

START_FILE = Path(__file__).parent / "data" / "start_centres.json"
FEWEST_PEOPLE = 100  # an own mean over fewer says too much about each of them, and too little about all

Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Centres:
    """Two means of the embeddings of one `recogniser`, each of shape (length,).

    `people` is over how many the population's mean was taken.
    """

    version: str
    recogniser: str
    general: Vector
    population: Vector
    people: int


@cache
def start_centres() -> Centres:
    """What an installation begins with, once somebody enacts it: means over published pictures.

    1,760 people for the general mean, 59 with East and South-East-Asian names for the population.
    """
    said = json.loads(START_FILE.read_text(encoding="utf-8"))
    return Centres(
        version=said["version"],
        recogniser=said["recogniser"],
        general=np.array(said["general"]["mean"]),
        population=np.array(said["population"]["mean"]),
        people=said["population"]["people"],
    )


def mean_of(embeddings: NDArray[np.floating], people: Sequence[str]) -> Vector:
    """The mean over people: whoever has many pictures counts once. `people` names the person of each row."""
    each = np.asarray(embeddings, dtype=np.float64)
    names = np.asarray(people)
    of_each = np.stack([each[names == name].mean(axis=0) for name in np.unique(names)])
    return np.asarray(of_each.mean(axis=0))


def distance(first: NDArray[np.floating], second: NDArray[np.floating], centre: Vector) -> NDArray[np.float64]:
    """0 (same direction) to 2 (opposite), seen from `centre`; of two vectors or of rows of two matrices."""
    one, two = _unit(np.asarray(first, np.float64) - centre), _unit(np.asarray(second, np.float64) - centre)
    return np.asarray(np.linalg.norm(one - two, axis=-1))


def _unit(vectors: Vector) -> Vector:
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.where(length == 0, 1.0, length))
