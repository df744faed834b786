"""Rules on their way: written, tried, proposed by one officer and enacted by another under a decree."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from eligibility import approving, draft_simulations, drafting, permissions
from eligibility.approving import sha256_of
from eligibility.documents import fingerprint
from eligibility.enums import DraftState
from eligibility.models import DraftReplay, Programme, RuleDraft, RuleDraftEdition, RuleSet
from eligibility.rules.reading import DocumentError
from eligibility.rules.spelling import as_text
from eligibility.services.rulesets import follow
from perlinsos.accounts.models import User
from perlinsos.core import access, audit, workflow
from perlinsos.core.errors import DomainError
from perlinsos.decrees.models import Decree


@transaction.atomic
def start_draft(programme: Programme, *, title: str, base: RuleSet | None, by: User) -> RuleDraft:
    """Begin to write the next version, from a version's text or from nothing.

    For policy staff of every area the programme runs in, as every service here.
    """
    access.ensure(permissions.can_write_rules(by, programme))
    return _begin(programme, title, drafting.text_of(base) if base else "", base, by=by)


@transaction.atomic
def start_revert(base: RuleSet, *, version: str, first_day: date, title: str, by: User) -> RuleDraft:
    """Begin to bring an earlier version's rules back from a day on, as a new version; history stays."""
    access.ensure(permissions.can_write_rules(by, base.programme))
    period = {"from": first_day.isoformat(), "until": None}
    text = as_text({**base.document, "version": version, "valid": period})
    return _begin(base.programme, title, text, base, is_revert=True, by=by)


@transaction.atomic
def save_text(draft: RuleDraft, *, text: str, edition: int, by: User) -> RuleDraft:
    """Keep what somebody typed, right or wrong, on top of the edition they saw.

    Refused with `edited_meanwhile` when somebody else saved first (both texts then stay in hand),
    and `not_a_draft` once it is proposed.
    """
    access.ensure(permissions.can_write_rules(by, draft.programme))
    held = _held(draft, DraftState.DRAFT)
    if held.edition != edition:
        raise DomainError(_("Somebody else saved this draft while you were writing."), code="edited_meanwhile")
    if held.text == text:
        return held
    held.text, held.sha256, held.edition = text, sha256_of(text), edition + 1
    held.save(update_fields=["text", "sha256", "edition", "updated_at"])
    _keep_edition(held, by=by)
    return held


@transaction.atomic
def replay_draft(draft: RuleDraft, *, by: User) -> DraftReplay:
    """Try the text on every golden family and keep what came out. Refused with `not_ready` while it is no rules.

    And with `golden_unreadable` when a family no longer fits the catalogue of facts.
    """
    access.ensure(permissions.can_write_rules(by, draft.programme))
    held = _held(draft, DraftState.DRAFT, DraftState.PROPOSED)
    document = drafting.check(held.text, held.programme).document
    if document is None:
        raise DomainError(_("These are no complete rules yet. First mend what is named."), code="not_ready")
    try:
        families, differing = drafting.try_golden_families(document, held.programme)
    except DocumentError as error:
        message = _("A golden family cannot be read. Mend it in the administration first.")
        raise DomainError(message, code="golden_unreadable") from error
    replay = DraftReplay.objects.create(
        draft=held, sha256=held.sha256, families=families, differing=differing, ran_by=by
    )
    audit.record("eligibility.ruledraft.replayed", subject=held, by=by, families=families, differing=len(differing))
    return replay


@transaction.atomic
def propose_draft(
    draft: RuleDraft, *, edition: int, golden_reason: str = "", unsimulated_reason: str = "", by: User
) -> RuleDraft:
    """Hand the text to a second officer, with what simulations said of it.

    Refused with `edited_meanwhile`, `not_ready` while something is wrong in the text, `not_replayed`,
    `golden_differs` or `golden_none` without a reason for it, and `not_simulated` with neither a simulation of this
    text nor a reason.
    """
    access.ensure(permissions.can_write_rules(by, draft.programme))
    held = _held(draft, DraftState.DRAFT)
    if held.edition != edition:
        raise DomainError(_("Somebody else saved this draft while you were writing."), code="edited_meanwhile")
    document = approving.ensure_ready(drafting.check(held.text, held.programme))
    held.golden_reason, held.unsimulated_reason = golden_reason.strip(), unsimulated_reason.strip()
    approving.ensure_tried(held, document)
    held.tried, held.simulation_summary = held.replay, draft_simulations.summary(held, document)
    held.golden_changes = drafting.golden_changes(document, held.programme)
    return workflow.move(
        held,
        DraftState.PROPOSED,
        by=by,
        proposed_by=by,
        proposed_at=timezone.now(),
        noted=_evidence(held),
        **{name: getattr(held, name) for name in UNPROPOSED},
    )


@transaction.atomic
def enact_draft(draft: RuleDraft, *, edition: int, proposed_at: datetime | None, decree: Decree, by: User) -> RuleDraft:
    """Make a proposed text the next version, from its first day on; the version before it ends the day before.

    For somebody else than who proposed it or wrote at it. `edition` and `proposed_at` are of the proposal
    they read. Refused with `edited_meanwhile` when it is not that one any more, `same_officer`, `own_text`,
    `decree_not_valid`, `already_enacted`, `golden_changed` when golden families were touched since, what
    `propose_draft` refuses and has become true since, and `overlap` when another version was enacted for
    the same time meanwhile.
    """
    access.ensure(permissions.can_write_rules(by, draft.programme))
    programme = Programme.objects.hold(draft.programme_id)
    held = _held(draft)
    if held.state == DraftState.ENACTED:
        message = _("%(officer)s enacted this before you. Nothing was done twice.")
        raise DomainError(message % {"officer": held.enacted_by}, code="already_enacted")
    approving.ensure_as_read(held, edition, proposed_at)
    approving.ensure_other_hands(held, by)
    approving.ensure_untouched(held)
    checked = drafting.check(held.text, programme)
    document = approving.ensure_ready(checked)
    approving.ensure_decree_holds(decree, document, programme)
    approving.ensure_golden_as_proposed(held, document)
    approving.ensure_tried(held, document)
    rule_set = follow(programme, document, checked.data, by=by)
    return workflow.move(
        held,
        DraftState.ENACTED,
        by=by,
        noted={**_evidence(held), "decree": decree.pk, "rule_set": rule_set.pk},
        decree=decree,
        enacted_by=by,
        enacted_at=rule_set.enacted_at,
        rule_set=rule_set,
    )


@transaction.atomic
def return_draft(draft: RuleDraft, *, reason: str, by: User) -> RuleDraft:
    """Give a proposal back to be written further; its reasons and numbers stay in the audit trail."""
    access.ensure(permissions.can_write_rules(by, draft.programme))
    return workflow.move(
        draft, DraftState.DRAFT, by=by, reason=reason, proposed_by=None, proposed_at=None, **UNPROPOSED
    )


@transaction.atomic
def reject_draft(draft: RuleDraft, *, reason: str, by: User) -> RuleDraft:
    """Turn a proposal down for good; its text stays readable."""
    access.ensure(permissions.can_write_rules(by, draft.programme))
    return workflow.move(draft, DraftState.REJECTED, by=by, reason=reason)


@transaction.atomic
def give_up_draft(draft: RuleDraft, *, reason: str, by: User) -> RuleDraft:
    """End a draft or proposal that nobody wants any more; its text stays readable."""
    access.ensure(permissions.can_write_rules(by, draft.programme))
    return workflow.move(draft, DraftState.WITHDRAWN, by=by, reason=reason)


# What is kept with a proposal, as it is before there is one.
UNPROPOSED: dict[str, Any] = {
    "golden_reason": "",
    "unsimulated_reason": "",
    "simulation_summary": [],
    "golden_changes": [],
    "tried": None,
}


# --- how ------------------------------------------------------------------------------------------
def _begin(
    programme: Programme, title: str, text: str, base: RuleSet | None, *, is_revert: bool = False, by: User
) -> RuleDraft:
    draft = RuleDraft.objects.create(
        programme=programme,
        title=title,
        base=base,
        is_revert=is_revert,
        text=text,
        sha256=sha256_of(text),
        written_by=by,
    )
    _keep_edition(draft, by=by)
    audit.record("eligibility.ruledraft.started", subject=draft, by=by, base=base and base.pk, is_revert=is_revert)
    return draft


def _evidence(draft: RuleDraft) -> dict[str, Any]:
    """What a proposal rests on, for the audit trail."""
    tried = draft.tried
    return {
        "edition": draft.edition,
        "sha256": draft.sha256,
        "replay": tried and fingerprint({"families": tried.families, "differing": tried.differing}),
        "golden_changes": [one["event"] for one in draft.golden_changes],
        "simulations": [one["sha256"] for one in draft.simulation_summary],
        "golden_reason": draft.golden_reason,
        "unsimulated_reason": draft.unsimulated_reason,
    }


def _held(draft: RuleDraft, *states: DraftState) -> RuleDraft:
    """The row as it is now, kept from others until this transaction ends."""
    held = RuleDraft.objects.select_for_update(of=("self",)).select_related("programme").get(pk=draft.pk)
    if states and held.state not in states:
        raise DomainError(_("This draft can no longer be changed. Reload the page."), code="not_a_draft")
    return held


def _keep_edition(draft: RuleDraft, *, by: User) -> None:
    RuleDraftEdition.objects.create(draft=draft, number=draft.edition, text=draft.text, saved_by=by)
    audit.record("eligibility.ruledraft.saved", subject=draft, by=by, edition=draft.edition, sha256=draft.sha256)
