"""What a worker of the queue `sources` does with a question: put it, outside of any transaction, and record."""

from django.db import connection

from perlinsos.accounts.models import User
from verification import connectors, lines
from verification.enums import Source
from verification.models import SourceRequest
from verification.services import family_cards, sources


def ask_source(source_request_id: int, *, by: User) -> None:
    """Put one due question, and wake the next to the same source. Nothing when too many are open there."""
    source = SourceRequest.objects.filter(pk=source_request_id).values_list("source", flat=True).get()
    with lines.hold(source) as is_free:
        if not is_free or (claimed := sources.claim_request(source_request_id)) is None:
            return
        request = claimed.request
        _let_go_of_the_database()
        try:
            reply = connectors.ask(request.source, claimed.subjects, request_id=request.public_id)
        except connectors.SourceError as error:
            sources.record_failure(request, error=error.code, permanent=error.permanent, by=by)
        else:
            sources.record_reply(request, reply, by=by)
    sources.wake_next(source)


def fetch_family_card(application_id: int, *, by: User) -> None:
    """Ask for the card a person waits for at the form. Such questions have lines of their own."""
    with lines.hold(Source.DUKCAPIL, line="form") as is_free:
        if not is_free or (claimed := family_cards.claim_card(application_id)) is None:
            return
        _let_go_of_the_database()
        try:
            found = connectors.family_card(claimed.nik, request_id=claimed.request.public_id)
        except connectors.SourceError as error:
            family_cards.record_no_card(claimed.request, error=error.code, permanent=error.permanent, by=by)
            return
        family_cards.record_card(claimed.request, found, by=by)


def _let_go_of_the_database() -> None:
    """Back to the pool: whoever waits for a source needs no connection, and there are fewer of them than threads."""
    if not connection.in_atomic_block:
        connection.close()
