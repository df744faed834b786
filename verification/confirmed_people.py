"""The mean of the people served here, learned from those whom an officer has confirmed.

Read-only, and only for a machine that may open the schema `biometrics`: a face worker's.
"""

import numpy as np

from verification import enrolled
from verification.enums import CheckState
from verification.faces.normalise import FEWEST_PEOPLE, Centres, Vector, start_centres
from verification.models import FaceTemplate


def centres_for(area_code: str, *, recogniser: str, length: int) -> Centres:
    """Means to calibrate with: own people where an officer has confirmed at least FEWEST_PEOPLE of them.

    Below that the published start of the shipped network. A network of the operator has no start:
    it is seen from zero, which makes its distances those of plain cosines. For operators, from the
    command line on a face worker's machine.
    """
    own, start = _confirmed(area_code, recogniser), start_centres()
    is_shipped = recogniser == start.recogniser
    if len(own) < FEWEST_PEOPLE:
        return start if is_shipped else Centres("zero", recogniser, np.zeros(length), np.zeros(length), people=0)
    mean = np.asarray(np.mean(list(own.values()), axis=0))
    return Centres(f"own-{len(own)}", recogniser, start.general if is_shipped else mean, mean, people=len(own))


def _confirmed(area_code: str, recogniser: str) -> dict[int, Vector]:
    """One embedding per person whom an officer confirmed, of this network; the newest counts."""
    templates = FaceTemplate.objects.living().filter(
        face_check__state=CheckState.CONFIRMED, engine_version=recogniser, person__isnull=False
    )
    if area_code:
        templates = templates.filter(face_check__application__village__code__startswith=area_code)
    return {
        template.person_id: enrolled.opened(template).astype(np.float64)
        for template in templates.order_by("pk")
        if template.person_id is not None
    }
