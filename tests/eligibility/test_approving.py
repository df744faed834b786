"""Two officers: the second enacts what they read and did not write."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from eligibility.enums import DraftState
from eligibility.models import Programme, RuleDraft
from eligibility.services import drafts
from perlinsos.accounts.models import User
from perlinsos.decrees.models import Decree, DecreeKind
from tests import factories
from tests.conftest import SignIn
from tests.eligibility.proposals import TOMORROW, WHY, code_of, enact, propose, text, written

pytestmark = pytest.mark.django_db


def address(verb: str, draft: RuleDraft) -> str:
    return reverse(f"draft-{verb}", args=[draft.public_id])


# --- what was read --------------------------------------------------------------------------------
def test_only_the_proposal_that_was_read_is_enacted(
    proposed: Callable[..., RuleDraft], nusa: User, tara: User, decree: Decree
) -> None:
    read = proposed()
    drafts.return_draft(read, reason="Salah ketik", by=nusa)
    assert code_of(lambda: enact(read, decree, tara)) == "edited_meanwhile"
    again = drafts.save_text(read, text=text(until="2031-01-01"), edition=2, by=nusa)
    drafts.replay_draft(again, by=nusa)
    again = propose(again, nusa)
    assert code_of(lambda: enact(read, decree, tara)) == "edited_meanwhile"
    assert enact(again, decree, tara).state == DraftState.ENACTED


def test_the_same_text_with_other_reasons_is_another_proposal(
    proposed: Callable[..., RuleDraft], nusa: User, tara: User, decree: Decree
) -> None:
    read = proposed()
    again = propose(drafts.return_draft(read, reason="Alasan lain", by=nusa), nusa, **{**WHY, "golden_reason": "Lain"})
    assert again.edition == read.edition
    assert code_of(lambda: enact(read, decree, tara)) == "edited_meanwhile"
    assert enact(again, decree, tara).golden_reason == "Lain"


def test_a_page_of_an_earlier_proposal_leads_to_the_one_of_now(
    client: Client, sign_in: SignIn, proposed: Callable[..., RuleDraft], nusa: User, tara: User, decree: Decree
) -> None:
    draft = proposed()
    sign_in(client, tara)
    form = client.get(address("detail", draft)).context["enact_form"]
    sent = {name: form[name].value() for name in ("edition", "proposed_at")} | {
        "decree": decree.public_id,
        "is_sure": "on",
    }
    again = drafts.save_text(drafts.return_draft(draft, reason="x", by=nusa), text=text() + "#\n", edition=2, by=nusa)
    drafts.replay_draft(again, by=nusa)
    propose(again, nusa)
    page = client.post(address("enact", draft), sent, follow=True)
    assert "Ini bukan lagi usulan yang Anda baca." in page.content.decode()
    assert page.context["enact_form"]["edition"].value() == 3
    draft.refresh_from_db()
    assert draft.state == DraftState.PROPOSED
    assert client.post(address("enact", draft), {**sent, "edition": "", "proposed_at": ""}).status_code == 200
    form = client.get(address("detail", draft)).context["enact_form"]
    sent |= {name: form[name].value() for name in ("edition", "proposed_at")}
    assert client.post(address("enact", draft), sent).status_code == 302
    draft.refresh_from_db()
    assert draft.state == DraftState.ENACTED


# --- who wrote ------------------------------------------------------------------------------------
def test_who_wrote_at_the_text_does_not_enact_it_whoever_proposed(
    client: Client, sign_in: SignIn, programme: Programme, nusa: User, tara: User, decree: Decree
) -> None:
    by_tara = propose(written(programme, nusa), tara)
    assert code_of(lambda: enact(by_tara, decree, nusa)) == "own_text"
    assert code_of(lambda: enact(by_tara, decree, tara)) == "same_officer"
    sign_in(client, nusa)
    page = client.get(address("detail", by_tara))
    assert "enact_form" not in page.context
    assert "Anda ikut menulis teks ini." in page.content.decode()
    back = drafts.save_text(
        drafts.return_draft(by_tara, reason="x", by=nusa), text=by_tara.text + "#\n", edition=2, by=tara
    )
    drafts.replay_draft(back, by=tara)
    assert code_of(lambda: enact(propose(back, tara), decree, nusa)) == "own_text"  # a comment more is no new author


def test_to_open_the_text_of_a_version_is_not_writing_but_to_bring_it_back_is(
    programme: Programme, nusa: User, tara: User, decree: Decree
) -> None:
    base = programme.rule_sets.get()
    begun = drafts.start_draft(programme, title="Batas daya", base=base, by=tara)
    saved = drafts.save_text(begun, text=text(), edition=1, by=nusa)
    drafts.replay_draft(saved, by=nusa)
    assert enact(propose(saved, nusa), decree, tara).state == DraftState.ENACTED
    later = TOMORROW + timedelta(days=30)
    revert = drafts.start_revert(base, version="2027-2", first_day=later, title="Kembali", by=tara)
    drafts.replay_draft(revert, by=nusa)
    assert code_of(lambda: enact(propose(revert, nusa), decree, tara)) == "own_text"


# --- under which decree ---------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("begins", "ends", "signed", "is_valid"),
    [
        (1, None, -1, True),  # holds from the first day of the rules on
        (-30, 2, -1, True),
        (-30, 1, -1, False),  # has ended on the first day
        (2, None, -1, False),
        (1, None, 1, False),  # nobody has signed it yet
    ],
)
def test_the_decree_is_signed_and_holds_on_the_first_day_of_the_rules(
    client: Client,
    sign_in: SignIn,
    proposed: Callable[..., RuleDraft],
    tara: User,
    begins: int,
    ends: int | None,
    signed: int,
    is_valid: bool,
) -> None:
    today = timezone.localdate()
    period = (today + timedelta(days=begins), None if ends is None else today + timedelta(days=ends))
    decree = factories.DecreeFactory(
        kind=DecreeKind.RULES, area=None, valid_during=period, signed_on=today + timedelta(days=signed)
    )
    draft = proposed()
    sign_in(client, tara)
    shown = client.get(address("detail", draft)).context["enact_form"]["decree"].field.queryset
    assert (decree in shown) is is_valid
    if is_valid:
        assert enact(draft, decree, tara).decree == decree
    else:
        assert code_of(lambda: enact(draft, decree, tara)) == "decree_not_valid"
