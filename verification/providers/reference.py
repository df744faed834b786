"""The register's photograph, asked for behind the breaker and only with consent."""

from verification import connectors
from verification.connectors import SourceRefused, SourceUnavailable
from verification.enums import Source
from verification.services import breaker
from verification.services.faces import ClaimedCheck


def reference_of(claimed: ClaimedCheck) -> tuple[bytes | None, str]:
    """The photograph, or None and why there is none that could be asked for again.

    Raises SourceUnavailable when it cannot be had now.
    """
    if not claimed.has_consent:
        return None, "no_consent"
    if breaker.claim_turn(Source.PHOTOGRAPH) is not None:
        raise SourceUnavailable("resting")
    try:
        photograph = connectors.reference_photograph(claimed.nik, request_id=claimed.check.public_id)
    except SourceUnavailable as error:
        breaker.record_failure(Source.PHOTOGRAPH, error=error.code)
        raise
    except SourceRefused as error:
        breaker.record_success(Source.PHOTOGRAPH, error=error.code)
        return None, "reference_refused"
    breaker.record_success(Source.PHOTOGRAPH)
    return photograph, "" if photograph else "no_reference"
