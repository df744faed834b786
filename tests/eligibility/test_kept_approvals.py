"""The database keeps what an approval rests on: texts that were proposed, what they were tried on, what was enacted."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, connection, models, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from eligibility.enums import DraftState
from eligibility.models import DraftReplay, GoldenFamily, Programme, RuleDraft, RuleDraftEdition, RuleSet
from eligibility.services import drafts
from perlinsos.accounts.models import User
from perlinsos.core.models import AuditEvent
from perlinsos.decrees.models import Decree
from tests import factories
from tests.eligibility.proposals import code_of, enact, propose, text, written
from tests.factories.base import SINCE

pytestmark = pytest.mark.django_db
REFUSED = "is never changed|is followed by the next one, never changed"
OTHER_VALUES = {
    "timestamp with time zone": "now() + interval '1 day'",
    "uuid": "gen_random_uuid()",
    "character varying": "'other'",
    "text": "'other'",
    "jsonb": """'[{"other": 1}]'""",
    "boolean": "true",
    "daterange": "daterange('2020-01-01', null)",
}


def columns(model: type[models.Model], *free: str) -> list[str]:
    return [field.column for field in model._meta.concrete_fields if field.name not in ("id", *free)]


def ensure_kept(model: type[models.Model], *free: str) -> None:
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute("SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s", [table])
        kinds = dict(cursor.fetchall())
        for column in columns(model, *free):
            other = OTHER_VALUES.get(kinds[column], f"coalesce({column}, 0) + 1")
            with pytest.raises(ProgrammingError, match=REFUSED), transaction.atomic():
                cursor.execute(f"UPDATE {table} SET {column} = {other}")


# --- drafts ---------------------------------------------------------------------------------------
def test_nothing_of_a_proposal_changes_but_its_state(proposed: Callable[..., RuleDraft]) -> None:
    proposed()
    ensure_kept(RuleDraft, "updated_at", "state")
    ensure_kept(RuleDraftEdition)
    ensure_kept(DraftReplay)


@pytest.mark.parametrize("end", [drafts.reject_draft, drafts.give_up_draft])
def test_nothing_changes_once_it_has_ended(proposed: Callable[..., RuleDraft], tara: User, end: Any) -> None:
    end(proposed(), reason="Tidak jadi", by=tara)
    ensure_kept(RuleDraft)


def test_what_was_enacted_stays(proposed: Callable[..., RuleDraft], tara: User, decree: Decree) -> None:
    enact(proposed(), decree, tara)
    ensure_kept(RuleDraft)
    ensure_kept(RuleSet, "updated_at", "begun_at", "withdrawn_at", "withdrawn_under")


def test_a_text_is_saved_as_another_edition_with_its_digest(programme: Programme, nusa: User) -> None:
    draft = drafts.start_draft(programme, title="Batas daya", base=None, by=nusa)
    rows = RuleDraft.objects.filter(pk=draft.pk)
    with pytest.raises(IntegrityError, match="sha256 is not that of the text"), transaction.atomic():
        rows.update(text="lain", edition=2)
    with pytest.raises(ProgrammingError, match=REFUSED), transaction.atomic():
        rows.update(text="lain", sha256=factories.RuleDraftFactory.build(text="lain").sha256)
    saved = drafts.save_text(draft, text="lain", edition=1, by=nusa)
    with pytest.raises(ProgrammingError, match=REFUSED), transaction.atomic():
        rows.update(state=DraftState.WITHDRAWN, text="", edition=saved.edition + 1)
    with pytest.raises(ProgrammingError, match=REFUSED), transaction.atomic():
        rows.update(title="Judul lain")


def test_the_database_knows_who_wrote(programme: Programme, nusa: User, tara: User, decree: Decree) -> None:
    draft = propose(written(programme, nusa), tara)
    version = factories.RuleSetFactory(programme=factories.ProgrammeFactory(code="lain"))
    with pytest.raises(IntegrityError, match="who wrote at a text does not enact it"), transaction.atomic():
        RuleDraft.objects.filter(pk=draft.pk).update(
            state=DraftState.ENACTED, enacted_by=nusa, enacted_at=timezone.now(), decree=decree, rule_set=version
        )


def test_a_text_changed_past_the_database_is_not_enacted(
    proposed: Callable[..., RuleDraft], tara: User, decree: Decree
) -> None:
    draft = proposed()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE eligibility_ruledraft DISABLE TRIGGER USER")
        cursor.execute("UPDATE eligibility_ruledraft SET text = replace(text, '1300', '1301')")
        cursor.execute("ALTER TABLE eligibility_ruledraft ENABLE TRIGGER USER")
    assert code_of(lambda: enact(draft, decree, tara)) == "text_changed"


# --- versions and families ------------------------------------------------------------------------
def test_a_version_ends_and_begins_and_that_is_all(programme: Programme, decree: Decree) -> None:
    rows = RuleSet.objects.filter(programme=programme)
    assert rows.update(valid_during=DateRange(SINCE, timezone.localdate()), begun_at=timezone.now()) == 1
    with pytest.raises(ProgrammingError, match=REFUSED), transaction.atomic():
        rows.update(document={})
    with pytest.raises(IntegrityError, match="as two officers agreed"), transaction.atomic():
        rows.update(valid_during=DateRange(empty=True), withdrawn_at=timezone.now(), withdrawn_under=decree)


def test_nothing_of_it_is_removed(proposed: Callable[..., RuleDraft]) -> None:
    proposed()
    GoldenFamily.objects.create(code="uji", name="Rekaan", story="Daya 900.", expected={"uji": {"outcome": "eligible"}})
    for model in (RuleDraft, RuleDraftEdition, DraftReplay, RuleSet, GoldenFamily):
        with pytest.raises(ProgrammingError, match="is never changed"), transaction.atomic():
            connection.cursor().execute(f"DELETE FROM {model._meta.db_table}")
    with pytest.raises(ProgrammingError, match="a golden family keeps its code"), transaction.atomic():
        GoldenFamily.objects.update(code="lain")


# --- the audit chain ------------------------------------------------------------------------------
def test_the_audit_chain_names_what_was_proposed_and_enacted(
    proposed: Callable[..., RuleDraft], nusa: User, tara: User, decree: Decree
) -> None:
    first = proposed()
    back = drafts.return_draft(first, reason="x", by=tara)
    assert (back.golden_reason, back.tried, back.simulation_summary) == ("", None, [])
    saved = drafts.save_text(back, text=text(until="2031-01-01"), edition=2, by=nusa)
    drafts.replay_draft(saved, by=nusa)
    draft = enact(propose(saved, nusa), decree, tara)
    told = [event.data for event in AuditEvent.objects.filter(action="eligibility.ruledraft.proposed").order_by("pk")]
    assert [(one["edition"], one["sha256"]) for one in told] == [(2, first.sha256), (3, draft.sha256)]
    assert told[0]["golden_reason"] == "Disepakati rapat"
    assert len(told[0]["replay"]) == 64
    enacted = AuditEvent.objects.get(action="eligibility.ruledraft.enacted").data
    assert (enacted["decree"], enacted["rule_set"]) == (decree.pk, draft.rule_set_id)
    assert {name: enacted[name] for name in ("edition", "sha256", "replay")} == {
        name: told[1][name] for name in ("edition", "sha256", "replay")
    }
