"""Who compares: this worker, an operator's network, or Dukcapil. None of them refuses, and silence is pending."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from tests.support import faces as photographs
from tests.support import moving
from tests.support.sandbox_process import Sandbox
from tests.verification.rogue import Rogue
from tests.verification.test_face_checks import applicant, compared
from verification import enrolled, tasks
from verification.enums import CheckState
from verification.faces import engine, pipeline, recogniser, recording, vectors
from verification.faces.codes import Break, Move, Outcome, Reason
from verification.faces.thresholds import STRICT, FaceThresholds
from verification.models import DuplicateCandidate, FaceCheck


@pytest.fixture
def dukcapil(settings: Any) -> None:
    settings.FACE_PROVIDER = "dukcapil"


@pytest.mark.django_db
@pytest.mark.usefixtures("dukcapil")
def test_dukcapil_says_yes_or_leaves_it_to_an_officer(ministries: Sandbox) -> None:
    yes = compared(applicant(ministries), photographs.photograph(photographs.OBAMA))
    assert (yes.state, yes.engine_version, yes.raw_distance) == (CheckState.ACCEPTED, "dukcapil-1", None)
    no = compared(yes.application, photographs.portrait(photographs.BIDEN))
    assert (no.state, no.threshold_version) == (CheckState.REVIEW, "dukcapil-1")
    assert no.reference is not None
    assert (yes.similarity, yes.population_distance, yes.mean_version) == (pytest.approx(1, abs=0.3), None, "")
    assert no.similarity is not None
    assert no.similarity < yes.similarity
    for check in (yes, no):
        assert check.face_template.engine_version == STRICT.recogniser
    mine = vectors.from_bytes(pipeline.describe(photographs.photograph(photographs.OBAMA))[0] or b"")
    assert np.linalg.norm(enrolled.opened(yes.face_template) - mine) < 0.1
    assert np.linalg.norm(enrolled.opened(no.face_template) - mine) > 0.6


@pytest.mark.django_db
@pytest.mark.usefixtures("dukcapil")
def test_who_was_compared_by_dukcapil_is_found_when_registering_twice(ministries: Sandbox) -> None:
    for key in ("eligible", "refused_face"):
        check = compared(applicant(ministries, key, state="submitted"), photographs.photograph(photographs.OBAMA))
        FaceCheck.objects.filter(pk=check.pk).update(state=CheckState.ACCEPTED)
        tasks.search_duplicates(face_check_id=check.pk)
    tasks.search_widely()
    found = DuplicateCandidate.objects.get()
    assert (found.engine_version, found.raw_distance) == (STRICT.recogniser, pytest.approx(0, abs=0.01))


@pytest.mark.django_db
@pytest.mark.usefixtures("dukcapil")
@pytest.mark.parametrize(
    ("answer", "state", "reason"),
    [
        ({"face": True, "face_similarity": 0.75}, CheckState.ACCEPTED, ""),
        ({"face": True, "face_similarity": 0.74}, CheckState.REVIEW, "uncertain"),
        ({"face": False, "face_similarity": 0.99}, CheckState.REVIEW, "mismatch"),
        ({"face": True}, CheckState.QUEUED, ""),
        ({"face": True, "face_similarity": 75}, CheckState.QUEUED, ""),
        ({"face": "yes", "face_similarity": 0.9}, CheckState.QUEUED, ""),
        (b"<html>sedang dalam pemeliharaan</html>", CheckState.QUEUED, ""),
        ({"status": "not_found"}, CheckState.REVIEW, "no_reference"),
    ],
)
def test_only_a_clear_yes_is_a_yes(
    ministries: Sandbox, rogue: Rogue, answer: Any, state: CheckState, reason: str
) -> None:
    photograph = {"image_base64": "AAAA", "content_type": "image/jpeg"}
    rogue.says({**photograph, **answer} if isinstance(answer, dict) else answer)
    check = compared(applicant(ministries), photographs.portrait(photographs.OBAMA))
    assert (check.state, check.reason) == (state, reason)


@pytest.mark.django_db
@pytest.mark.usefixtures("dukcapil")
def test_a_provider_that_times_out_leaves_the_check_pending(ministries: Sandbox, rogue: Rogue, settings: Any) -> None:
    settings.SOURCES_TIMEOUT_S = {"default": 0.1}
    rogue.says({"face": True, "face_similarity": 1.0}, wait_s=0.5)
    check = compared(applicant(ministries), photographs.portrait(photographs.OBAMA))
    assert (check.state, check.reason) == (CheckState.QUEUED, "")
    assert check.due_at > check.created_at


def tiny(folder: Path, *, side: int = 32, channels: int = 3, length: int = 16) -> Path:
    """A network that averages the picture in blocks and mixes how they differ: small, deterministic, no use."""
    block = side // 16
    pooled = channels * 16 * 16
    mix = np.random.default_rng(3).normal(size=(pooled, length)).astype(np.float32)
    mix -= mix.mean(axis=0)
    nodes = [
        helper.make_node("AveragePool", ["face"], ["pooled"], kernel_shape=[block] * 2, strides=[block] * 2),
        helper.make_node("Flatten", ["pooled"], ["flat"]),
        helper.make_node("MatMul", ["flat", "mix"], ["embedding"]),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("face", TensorProto.FLOAT, ["n", channels, side, side])],
        [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["n", length])],
        [numpy_helper.from_array(mix, "mix")],
    )
    path = folder / f"tiny-{channels}.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    return path


@pytest.fixture
def own_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[engine.Engine]:
    monkeypatch.setenv("FACE_MODEL_PATH", str(tiny(tmp_path)))
    engine.load.cache_clear()
    yield engine.load()
    engine.load.cache_clear()


def test_a_network_of_the_operator_compares_and_accepts_nobody_before_it_is_calibrated(
    own_network: engine.Engine,
) -> None:
    assert (own_network.recogniser.side, own_network.recogniser.length) == (32, 16)
    assert "tiny-3.onnx" in own_network.version
    picture = photographs.portrait(photographs.OBAMA)
    found = pipeline.compare(picture, picture, STRICT)
    assert (found.outcome, found.reason, found.raw) == (Outcome.REVIEW, Reason.NOT_CALIBRATED, 0.0)
    assert len(found.selfie_embedding or b"") == 16 * 4
    calibrated = FaceThresholds("tiny-1", recogniser=own_network.recogniser.version)
    assert pipeline.compare(picture, picture, calibrated).outcome is Outcome.ACCEPT


def test_whether_a_recording_shows_one_person_is_not_asked_of_an_unmeasured_network(
    own_network: engine.Engine,
) -> None:
    """The tiny network puts every frame somewhere else; the edges were measured with the shipped one."""
    asked = (Move.LEFT, Move.RIGHT, Move.STRAIGHT, Move.LEFT)
    film = moving.film(photographs.BIDEN, asked)
    found = recording.evaluate(film, asked)
    assert found.why is None
    assert found.embedding is not None
    assert found.embedding.shape == (own_network.recogniser.length,)
    other = moving.film(photographs.OBAMA_AGAIN, asked)
    swapped = recording.evaluate((*film[:8], other[8], *film[9:]), asked)
    assert swapped.why is Break.OTHER_PERSON


def test_a_file_that_is_no_such_network_is_refused(tmp_path: Path) -> None:
    (tmp_path / "note.onnx").write_bytes(b"not a network")
    for path in (tmp_path / "note.onnx", tmp_path / "absent.onnx", tiny(tmp_path, channels=1)):
        with pytest.raises(recogniser.UnusableModel):
            recogniser.from_file(path)
