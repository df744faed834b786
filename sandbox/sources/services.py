from uuid import UUID

from sandbox.sources.models import Correction
from sandbox.sources.questions import CorrectionRequest


def receive_correction(request_id: UUID, asked: CorrectionRequest) -> None:
    """Keep a correction request; the same request id again changes nothing."""
    Correction.objects.get_or_create(
        request_id=request_id,
        defaults={
            "source": asked.source,
            "fact": asked.fact,
            "subject": asked.subject,
            "old": asked.old,
            "new": asked.new,
            "evidence_reference": asked.evidence_reference,
        },
    )
