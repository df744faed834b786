"""Pictures a second in one process, beside the bare library on the same pictures in the same process."""

import io
import sys
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from bench import face_collection as collection
from bench.figures import Figure, seconds
from launcher import pictures

PORTRAITS = ("obama.jpg", "obama2.jpg", "biden.jpg")
PAGE_KIB = 4


def figures(*, small: bool, seed: int) -> list[Figure]:
    """Ours is the worker's whole look at a selfie: decode, find, judge, six looks. Theirs is load, find, one look."""
    chosen = _pictures(1 if small else 12)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        ours, theirs, rss = pool.submit(measure, chosen, 2 if small else 5).result()
    rates = [len(chosen) / taken for taken in ours]
    ratios = [bare / own for own, bare in zip(ours, theirs, strict=True)]
    note = f"{len(chosen)} pictures of up to 1280 pixels, one process"
    return [
        Figure("images_per_s", tuple(rates), "images/s", note),
        Figure("bare_images_per_s", tuple(len(chosen) / taken for taken in theirs), "images/s", "face_recognition"),
        Figure("ratio_to_bare", tuple(ratios), "", "each round beside the other"),
        Figure("rss_mb", (rss,), "MB", "a worker process after these pictures"),
    ]


def measure(paths: Sequence[Path], rounds: int) -> tuple[list[float], list[float], float]:
    """Seconds of each round of ours and of theirs, and our resident memory before theirs is loaded."""
    _ours(paths)
    rss = _resident_mb()
    bare = _theirs()
    bare(paths[:1])
    ours, theirs = [], []
    for _ in range(rounds):
        ours.append(seconds(lambda: _ours(paths)))
        theirs.append(seconds(lambda: bare(paths)))
    return ours, theirs, rss


def _ours(paths: Sequence[Path]) -> None:
    from verification.faces import quality
    from verification.faces.decode import decode
    from verification.faces.detect import find_in_selfie
    from verification.faces.embed import embed

    for path in paths:
        picture, faces = find_in_selfie(decode(path.read_bytes()))
        quality.judge(picture, faces)
        embed(picture, faces[0])


def _theirs() -> Callable[[Sequence[Path]], None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns about pkg_resources
        import face_recognition

    def look(paths: Sequence[Path]) -> None:
        for path in paths:
            pixels = face_recognition.load_image_file(io.BytesIO(path.read_bytes()))
            boxes = face_recognition.face_locations(pixels)
            face_recognition.face_encodings(pixels, boxes, model="small")

    return look


def _pictures(of_each: int) -> list[Path]:
    """Camera frames, prints and small pictures of the collection where there is one; portraits always."""
    portraits = [pictures.fetch() / name for name in PORTRAITS]
    root = collection.folder()
    if root is None:
        return portraits
    kinds = ("recapture/live/*.jpg", "recapture/print/*.jpg", "lfw/*/*_0001.jpg")
    return [*portraits, *(path for kind in kinds for path in sorted(root.glob(kind))[:of_each])]


def _resident_mb() -> float:
    if sys.platform == "linux":
        return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_KIB / 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
