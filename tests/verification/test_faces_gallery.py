"""The search through many faces: the same answer as a plain loop over everybody, always."""

from collections.abc import Mapping, Sequence

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


def opener(people: Mapping[int, Embedding]) -> gallery.Opener:
    """Gives the true vectors that are asked for, and only those."""
    return lambda keys: {key: people[key] for key in keys}


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
    general, population = chance.normal(0, 0.08, (2, 128))
    if count and chance.random() < 0.3:  # as near to a mean as it gets: no direction from there
        others[0] = population.astype(np.float32)
    centres = Centres("test", "test", general, population, people=100) if with_means else None
    people = dict(zip(chance.permutation(10_000)[:count].tolist(), others, strict=True))
    edges = Edges(chance.uniform(0.05, 2.2), chance.uniform(0.2, 1.6)) if chance.random() < 0.7 else Edges()
    keys = list(people)
    cut = [keys[start::parts] for start in range(parts)]
    kept = [gallery.unpack(gallery.pack(part, [people[key] for key in part])) for part in cut]
    probes = [probe, *others[:2]]
    found = gallery.nearest_of_each(probes, kept, true=opener(people), edges=edges, centres=centres, limit=limit)
    assert found == [loop_over_everybody(each, people, edges, centres, limit) for each in probes]


def test_equal_faces_come_in_the_order_of_their_keys() -> None:
    face = faces(np.random.default_rng(1), 1)[0]
    members = gallery.unpack(gallery.pack([9, 4, 7], [face] * 3))
    true = opener(dict.fromkeys([9, 4, 7], face))
    assert [hit.key for hit in gallery.nearest(face, [members], true=true, edges=Edges(), limit=2)] == [4, 7]


def test_a_distance_that_is_the_edge_is_inside() -> None:
    one, two = faces(np.random.default_rng(2), 2)
    members = gallery.unpack(gallery.pack([1], [two]))
    edge = distances(one, two).raw
    true = opener({1: two})
    assert gallery.nearest(one, [members], true=true, edges=Edges(edge))
    assert not gallery.nearest(one, [members], true=true, edges=Edges(np.nextafter(edge, 0)))


def test_only_a_handful_of_true_vectors_is_opened() -> None:
    """Rounding must not make a search open everybody: that would be exact, and slow."""
    chance = np.random.default_rng(3)
    people = dict(enumerate(faces(chance, 3000)))
    opened: list[int] = []

    def true(keys: Sequence[int]) -> dict[int, Embedding]:
        opened.extend(keys)
        return {key: people[key] for key in keys}

    members = gallery.unpack(gallery.pack(list(people), list(people.values())))
    probe = people[7] + chance.normal(0, 0.02, 128).astype(np.float32)
    found = gallery.nearest(probe, [members], true=true, edges=Edges(), limit=5)
    assert found == loop_over_everybody(probe, people, Edges(), None, 5)
    assert len(opened) < 40


def test_the_packed_copy_is_a_quarter_of_the_faces() -> None:
    packed = gallery.pack(range(1000), faces(np.random.default_rng(4), 1000))
    assert len(packed) < 1000 * 128 * 4 / 3


def test_what_is_no_packed_set_is_refused() -> None:
    with pytest.raises(ValueError, match="packed"):
        gallery.unpack(gallery.pack([1, 2], [np.zeros(128, np.float32)] * 2)[:-1])
    with pytest.raises(ValueError, match="packed"):
        gallery.unpack(b"x" * 179)
    with pytest.raises(ValueError, match="key"):
        gallery.pack([1, 2], [np.zeros(128, np.float32)])
