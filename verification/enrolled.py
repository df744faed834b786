"""Reading the enrolled faces: blocks, opened templates, and the gallery a search passes through.

Only the queue `face` may: no other process can open the schema `biometrics`. Nothing opened is kept
in memory after the search: a hundred thousand are fetched and opened in a few hundredths of a second.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import psycopg
from django.db import connection
from django.db.models import Q

from perlinsos.core import crypto
from verification import operating
from verification.faces import gallery, vectors
from verification.faces.normalise import Centres
from verification.models import FaceSegment, FaceTemplate
from verification.operating import Operation

SEGMENTS_AT_ONCE = 16  # in memory at a time
GALLERY_LOCK = 7236100452

EVERYBODY = Q()


@dataclass(frozen=True, slots=True)
class Block:
    """Where a person is looked for first: regency, sex, year of birth."""

    region: str
    sex: str
    birth_year: int

    @property
    def place(self) -> str:
        """What the seal of a segment is bound to."""
        return f"biometrics.face_segment.{self.region}.{self.sex}.{self.birth_year}"

    def nearby(self, years: int) -> Q:
        """This block and those of `years` before and after: birth years are often estimates."""
        span = (self.birth_year - years, self.birth_year + years)
        return Q(region=self.region, sex=self.sex, birth_year__range=span)


def block_of(template: FaceTemplate) -> Block:
    assert template.birth_year is not None  # a constraint: what is enrolled has a block
    return Block(template.region, template.sex, template.birth_year)


def opened(template: FaceTemplate) -> vectors.Embedding:
    """The vector of a living template. Raises SealBroken when it was touched or moved."""
    assert template.sealed is not None  # a constraint: what is not erased is sealed
    data = crypto.unseal(bytes(template.sealed), place=template.place)
    return vectors.from_bytes(data, length=len(data) // 4)


def centres_of(operation: Operation) -> Centres | None:
    """The means an area compares under, as the comparison wants them; None before any were enacted."""
    means = operation.means
    if means is None:
        return None
    return Centres(
        version=means.version,
        recogniser=operation.thresholds.recogniser,
        general=np.array(means.general),
        population=np.array(means.population),
        people=means.people,
    )


def centres_for(area_code: str, *, engine_version: str) -> Centres | None:
    """The means of an area for faces of one network; None when there are none for its network.

    A parameter that cannot be meant is reported where faces are compared; here it means none.
    """
    try:
        centres = centres_of(operating.operation_for(area_code))
    except ValueError:
        return None
    return centres if centres is not None and engine_version == centres.recogniser else None


def members(where: Q, *, engine_version: str) -> Iterator[gallery.Members]:
    """Everybody enrolled in some blocks, a part at a time; hold the gallery still first.

    Embeddings of two networks are never compared: `engine_version` is that of the face looked for.
    """
    segments = FaceSegment.objects.of_blocks(where, engine_version=engine_version)
    keys = list(segments.values_list("pk", flat=True))
    for start in range(0, len(keys), SEGMENTS_AT_ONCE):
        yield from _opened_segments(keys[start : start + SEGMENTS_AT_ONCE])
    loose = list(FaceTemplate.objects.loose().filter(where, engine_version=engine_version).order_by("pk"))
    if loose:
        yield gallery.unpack(gallery.pack([row.pk for row in loose], [opened(row) for row in loose]))


def true_vectors(keys: Sequence[int]) -> dict[int, vectors.Embedding]:
    """The faces behind some keys of a search, as they were measured: segments hold them rounded."""
    return {row.pk: opened(row) for row in FaceTemplate.objects.living().filter(pk__in=keys)}


def _opened_segments(keys: list[int]) -> Iterator[gallery.Members]:
    # In binary: as text a segment is twice as long and has to be parsed.
    statement = "SELECT region, sex, birth_year, sealed FROM face_segment WHERE id = ANY(%s) ORDER BY id"
    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(statement, [keys], binary=True)
        for region, sex, birth_year, sealed in cursor:
            yield gallery.unpack(crypto.unseal(sealed, place=Block(region, sex, birth_year).place))


def hold_still() -> None:
    """Keep segments as they are until the caller's transaction ends; other searches may go on."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [GALLERY_LOCK])


def hold_alone() -> None:
    """Wait for searches to end and keep new ones out, to move templates between segments."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [GALLERY_LOCK])
