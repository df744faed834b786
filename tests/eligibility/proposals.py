"""A text of small rules, and what two policy officers do with it."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from eligibility.models import Programme, RuleDraft
from eligibility.rules.spelling import as_text
from eligibility.services import drafts
from perlinsos.accounts.models import User
from perlinsos.core.errors import DomainError
from perlinsos.decrees.models import Decree
from tests.eligibility.documents import small

TOMORROW = timezone.localdate() + timedelta(days=1)
WHY = {"golden_reason": "Disepakati rapat", "unsimulated_reason": "Hanya uji"}


def text(version: str = "2027-1", first_day: date = TOMORROW, until: str | None = None, **changes: Any) -> str:
    return as_text(small(version=version, valid={"from": first_day.isoformat(), "until": until}, **changes))


def written(programme: Programme, by: User, typed: str = "") -> RuleDraft:
    """A draft with a text that can be proposed, tried on the golden families."""
    draft = drafts.start_draft(programme, title="Batas daya", base=None, by=by)
    draft = drafts.save_text(draft, text=typed or text(), edition=1, by=by)
    drafts.replay_draft(draft, by=by)
    return draft


def propose(draft: RuleDraft, by: User, **reasons: str) -> RuleDraft:
    return drafts.propose_draft(draft, edition=draft.edition, **(reasons or WHY), by=by)


def enact(draft: RuleDraft, decree: Decree, by: User) -> RuleDraft:
    """As somebody does whose page shows the proposal that `draft` is."""
    return drafts.enact_draft(draft, edition=draft.edition, proposed_at=draft.proposed_at, decree=decree, by=by)


def code_of(call: Callable[[], Any]) -> str:
    with pytest.raises(DomainError) as caught:
        call()
    assert str(caught.value.message)
    return caught.value.code
