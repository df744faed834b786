"""The wordings people agree to. A published wording never changes: people agreed to exactly that."""

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from enrollment.models import ConsentText
from perlinsos.core.errors import DomainError


@dataclass(frozen=True, slots=True)
class Wording:
    """One line of the consent page: whom we ask (`source` is a code of verification.enums.Source) and why.

    `topic` is the heading it stands under.
    """

    topic: str
    source: str
    version: int
    source_name: str
    purpose: str


@transaction.atomic
def publish_consent_texts(wordings: list[Wording]) -> int:
    """Add the wordings that are new; returns how many. From the command line only.

    Where a line stands on the page, and under which heading, is no part of what people agreed to:
    that follows the list, for old wordings too. Refuses `consent_text_changed` when a published
    version says something else.
    """
    added = 0
    for position, wording in enumerate(wordings, start=1):
        text, created = ConsentText.objects.get_or_create(
            source=wording.source,
            version=wording.version,
            defaults={"source_name": wording.source_name, "purpose": wording.purpose},
        )
        if (text.source_name, text.purpose) != (wording.source_name, wording.purpose):
            raise DomainError(
                _("A published consent text cannot change. Give the new wording a new version."),
                code="consent_text_changed",
            )
        ConsentText.objects.filter(pk=text.pk).update(topic=wording.topic, position=position)
        added += created
    return added
