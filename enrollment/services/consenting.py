"""Consent: without it nothing is asked anywhere; with it the family card is fetched at once."""

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from enrollment.answers import Proxy
from enrollment.enums import ApplicationState, FamilyCardState, Step
from enrollment.models import Application, Consent, ConsentText
from enrollment.services.drafts import hold_draft, note_answer
from perlinsos.accounts.models import User
from perlinsos.core import audit, jobs, workflow
from perlinsos.core.errors import DomainError


@dataclass(frozen=True, slots=True)
class _Given:
    by: User
    proxy: Proxy | None


@transaction.atomic
def give_consent(application: Application, *, by: User, proxy: Proxy | None = None) -> Application:
    """Agree to every current line, in its current wording, and start fetching the family card.

    For the owner; an agent names a `proxy`. Agreeing twice records nothing twice. Refuses
    `no_consent_texts` when the ministry has published none: nobody can agree to nothing.
    """
    held = hold_draft(application, by=by)
    texts = list(ConsentText.objects.public())
    if not texts:
        raise DomainError(_("Registration is not open yet. Please come back later."), code="no_consent_texts")
    given = set(held.consents.filter(withdrawn_at=None).values_list("text_id", flat=True))
    missing = [text for text in texts if text.pk not in given]
    Consent.objects.bulk_create(_consent(held, text, _Given(by, proxy)) for text in missing)
    if missing:
        audit.record(
            "enrollment.consent.given", subject=held, by=by, texts=[text.pk for text in missing],
            proxy=proxy.reason if proxy else "",
        )  # fmt: skip
    if held.family_card_state == FamilyCardState.NOT_ASKED:
        held.family_card_state = FamilyCardState.ASKED
        jobs.enqueue("verification.fetch_family_card", application_id=held.pk)
    return note_answer(held, Step.CONSENT, by=by, family_card_state=held.family_card_state)


def _consent(application: Application, text: ConsentText, given: _Given) -> Consent:
    consent = Consent(application=application, text=text, given_by=given.by)
    if given.proxy is not None:
        consent.proxy_reason, consent.witness = given.proxy.reason, given.proxy.witness
    return consent


@transaction.atomic
def refuse_consent(application: Application, *, by: User) -> Application:
    """End a draft without consent. Nothing was asked; the family may begin again at any time."""
    held = hold_draft(application, by=by)
    return workflow.move(held, ApplicationState.WITHDRAWN, by=by, reason="consent_refused")
