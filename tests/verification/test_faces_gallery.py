"""The search through many faces: the same answer as a plain loop over everybody, always."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verification.faces import gallery
from verification.faces.gallery import Edges, Hit
from verification.faces.match import distances
from verification.faces.normalise import Centres
from verification.faces.vectors import Embedding

SEEDS = st.integers(0, 2**32 - 1)


def faces(chance: np.random.Generator, count: int) -> list[Embedding]:
    """Embeddings as a network makes them: of length about 1.4, around a common mean, some almost alike."""
    centre = chance.normal(0, 0.08, 128)
    people = (centre + chance.normal(0, 0.09, (count, 128))).astype(np.float32)
    for place in range(3, count, 4):
        people[place] = people[place - 1] + chance.normal(0, 0.004, 128)
    return list(people)


def loop_over_everybody(probe, people, edges, centres, limit) -> list[Hit]:
    apart = {key: distances(probe, face, centres) for key, face in people.items()}
    hits = [Hit(key, found.raw, max(found.cen, found.gen) if centres else None) for key, found in apart.items()]
    near = [hit for hit in hits if hit.raw <= edges.raw and (hit.cen is None or hit.cen <= edges.cen)]
    return sorted(near, key=lambda hit: hit.rank)[:limit]


@settings(max_examples=60)
@given(seed=SEEDS, count=st.integers(0, 60), parts=st.integers(1, 5), with_means=st.booleans(), limit=st.integers(1, 6))
def test_it_finds_exactly_whom_a_plain_loop_finds(
    seed: int, count: int, parts: int, with_means: bool, limit: int
) -> None:
    chance = np.random.default_rng(seed)
    probe, *others = faces(chance, count + 1)
    people = dict(zip(chance.permutation(10_000)[:count].tolist(), others, strict=True))
    general, population = chance.normal(0, 0.08, (2, 128))
    centres = Centres("test", "test", general, population, people=100) if with_means else None
    edges = Edges(chance.uniform(0.05, 2.2), chance.uniform(0.2, 1.6)) if chance.random() < 0.7 else Edges()
    keys = list(people)
    cut = [keys[start::parts] for start in range(parts)]
    kept = [gallery.unpack(gallery.pack(part, [people[key] for key in part])) for part in cut]
    found = gallery.nearest(probe, kept, edges=edges, centres=centres, limit=limit)
    assert found == loop_over_everybody(probe, people, edges, centres, limit)


def test_equal_faces_come_in_the_order_of_their_keys() -> None:
    face = faces(np.random.default_rng(1), 1)[0]
    members = gallery.unpack(gallery.pack([9, 4, 7], [face] * 3))
    assert [hit.key for hit in gallery.nearest(face, [members], edges=Edges(), limit=2)] == [4, 7]


def test_a_distance_that_is_the_edge_is_inside() -> None:
    one, two = faces(np.random.default_rng(2), 2)
    members = gallery.unpack(gallery.pack([1], [two]))
    edge = distances(one, two).raw
    assert gallery.nearest(one, [members], edges=Edges(edge))
    assert not gallery.nearest(one, [members], edges=Edges(np.nextafter(edge, 0)))


def test_what_is_no_packed_set_is_refused() -> None:
    with pytest.raises(ValueError, match="packed"):
        gallery.unpack(gallery.pack([1], [np.zeros(128, np.float32)])[:-1])
    with pytest.raises(ValueError, match="packed"):
        gallery.unpack(b"x" * 519)
    with pytest.raises(ValueError, match="key"):
        gallery.pack([1, 2], [np.zeros(128, np.float32)])
