"""When an answer about a face settles it, and when a second officer must look. Arithmetic of voices, no rows.

Whoever answers does not know the other answers. What the machine thinks counts as a voice against an
answer, never as one for it: people settle, the machine only asks for a second pair of eyes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from verification.enums import REASONS, FaceReason, Judgement
from verification.faces.codes import Reason

# Which way the machine leans, by the reason of its check; what is not here leans no way.
LEANS = {
    Reason.MISMATCH: False,
    Reason.UNCERTAIN: True,
    Reason.NOT_LIVE: True,
    "rejected_before": True,
    "sample": True,
}

BESIDE_PICTURES = {
    **REASONS,
    Judgement.UNSURE: (FaceReason.UNCLEAR, FaceReason.RELATIVE),
}
WITHOUT_PICTURE = {
    Judgement.MET_IN_PERSON: REASONS[Judgement.MET_IN_PERSON],
    Judgement.DIFFERENT_PERSON: (FaceReason.OTHER_CARD,),
    Judgement.UNSURE: (FaceReason.NOT_MET, FaceReason.NO_PAPERS),
}
AT_VISIT = (FaceReason.CARD_FITS, FaceReason.VOUCHED, FaceReason.OTHER_CARD, FaceReason.RELATIVE, FaceReason.NO_PAPERS)


def at_desk(has_picture: bool) -> dict[Judgement, tuple[FaceReason, ...]]:
    """What an officer may answer: by the pictures where there are some, and always by meeting the person."""
    return BESIDE_PICTURES if has_picture else WITHOUT_PICTURE


class Weight(Enum):
    """What an answer does: it settles, or another person is needed."""

    SETTLES = "settles"
    NEEDS_OFFICER = "needs_officer"
    NEEDS_SECOND_OFFICER = "needs_second_officer"


@dataclass(frozen=True, slots=True)
class Voice:
    """A definite answer of one person. `settles_ties` is for officers at the desk."""

    confirms: bool
    settles_ties: bool


def weigh(
    answer: Voice, earlier: Sequence[Voice], *, machine_leans: bool | None, needs_officer: bool = False
) -> Weight:
    """What `answer` does after the `earlier` voices of other people on the same check.

    A yes of an agent settles when nobody and nothing contradicts it and no officer is needed anyway
    (`needs_officer`: the agent enrolled the family, or an earlier picture was turned down); a no never
    does. An officer's answer settles unless it is contradicted; a contradicted one settles when
    somebody else said the same, or when another officer has looked already.
    """
    against = [voice for voice in earlier if voice.confirms != answer.confirms]
    contradicted = bool(against) or machine_leans is not None and machine_leans != answer.confirms
    if not answer.settles_ties:
        return Weight.SETTLES if answer.confirms and not contradicted and not needs_officer else Weight.NEEDS_OFFICER
    seconded = len(against) < len(earlier) or any(voice.settles_ties for voice in against)
    return Weight.SETTLES if seconded or not contradicted else Weight.NEEDS_SECOND_OFFICER
