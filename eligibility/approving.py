"""What must be so before rules are proposed or enacted; each refuses with a DomainError that says what is missing."""

import hashlib
from datetime import datetime

from django.utils.translation import gettext as _

from eligibility import draft_simulations, drafting
from eligibility.drafting import Checked
from eligibility.models import Programme, RuleDraft
from eligibility.rules.document import RuleDocument
from perlinsos.accounts.models import User
from perlinsos.core.errors import DomainError
from perlinsos.decrees.models import Decree


def sha256_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def ensure_as_read(draft: RuleDraft, edition: int, proposed_at: datetime | None) -> None:
    """The same text proposed again, with other reasons and numbers, is another proposal."""
    if draft.edition != edition or draft.proposed_at is None or draft.proposed_at != proposed_at:
        message = _("This is no longer the proposal you read. Read it again before you enact it.")
        raise DomainError(message, code="edited_meanwhile")


def ensure_untouched(draft: RuleDraft) -> None:
    """The database refuses other texts under this digest; whoever can switch that off is noticed here."""
    if sha256_of(draft.text) != draft.sha256:
        raise DomainError(_("The text is not the one that was proposed. Return it and look why."), code="text_changed")


def ensure_other_hands(draft: RuleDraft, by: User) -> None:
    if draft.proposed_by_id == by.pk:
        raise DomainError(_("You proposed this. Another officer must enact it."), code="same_officer")
    if draft.has_text_of(by):
        raise DomainError(_("You wrote at this text. Another officer must enact it."), code="own_text")


def ensure_ready(checked: Checked) -> RuleDocument:
    """The rules of a text in which nothing is wrong."""
    if not checked.is_ready or checked.document is None:
        first = checked.problems[0]
        message = _("This cannot go on yet: %(problem)s")
        raise DomainError(message % {"problem": _(first.message) % first.params}, code="not_ready")
    return checked.document


def ensure_decree_holds(decree: Decree, document: RuleDocument, programme: Programme) -> None:
    if not drafting.decrees_for(programme, on=document.valid_from).filter(pk=decree.pk).exists():
        message = _("This decree does not hold here on the first day of the rules. Choose another one.")
        raise DomainError(message, code="decree_not_valid")


def ensure_golden_as_proposed(draft: RuleDraft, document: RuleDocument) -> None:
    """Reasons were given for the golden families as they were then."""
    if drafting.is_golden_otherwise(draft, document):
        message = _("Golden families were changed since this was proposed. Return it to be proposed again.")
        raise DomainError(message, code="golden_changed")


def ensure_tried(draft: RuleDraft, document: RuleDocument) -> None:
    """Golden families and simulation of exactly this text, or a reason."""
    replay = draft.replay
    if replay is None or not drafting.answers_alike(replay, document):
        message = _("First try exactly this text on the golden families.")
        raise DomainError(message, code="not_replayed")
    if not replay.families and not draft.golden_reason:
        message = _("No golden family expects anything of these rules. Enter one, or say why not.")
        raise DomainError(message, code="golden_none")
    if replay.differing and not draft.golden_reason:
        message = _("Some golden families come out otherwise than agreed. Say why that is right.")
        raise DomainError(message, code="golden_differs")
    if not draft.unsimulated_reason and not draft_simulations.simulations_for(draft, document):
        message = _(
            "Nobody has simulated exactly this text beside the rules of its first day. Do it first, or say why not."
        )
        raise DomainError(message, code="not_simulated")
