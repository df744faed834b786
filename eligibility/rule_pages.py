"""What the pages of rules show: versions in time, drafts, what changes, what holds a draft up."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from eligibility import draft_simulations, drafting, gaps, golden_history, golden_words, permissions
from eligibility.documents import document_of
from eligibility.enums import DraftState, SimulationState, WithdrawalState
from eligibility.models import Programme, RuleDraft, RuleSet, SimulatedDraft, Simulation, Withdrawal
from eligibility.rules import changes
from eligibility.rules.changes import Change, Part
from eligibility.rules.document import RuleDocument
from eligibility.rules.reading import Problem
from eligibility.rules.wording import LANGUAGES
from perlinsos.accounts.models import User

SHOWN_SIMULATIONS = 10

HEADINGS: dict[Part, Promise] = {
    Part.DATES: _("Version and dates"),
    Part.CRITERIA: _("Conditions"),
    Part.LIMITS: _("Limits"),
    Part.AMOUNT: _("Money"),
    Part.NEED: _("Order of need"),
    Part.OVERLAPS: _("Overlaps"),
    Part.COMMITMENTS: _("Duties and time limit"),
    Part.TEXTS: _("Sentences for families"),
    Part.LAW: _("Law and sources"),
    Part.PROGRAMME: _("Programme"),
}


@dataclass(frozen=True)
class Said:
    """One thing that is wrong, in words, with its place when it has one."""

    words: str
    line: int | None
    column: int | None


@dataclass(frozen=True)
class Line:
    number: int
    text: str
    is_wrong: bool


@dataclass(frozen=True)
class Version:
    """A rule set with its place in time: `kind` is that of its tag."""

    rule_set: RuleSet
    word: Promise
    kind: str


def programmes(user: User) -> list[dict[str, Any]]:
    """Every programme with the version in force, the scheduled ones and the open drafts the viewer may read."""
    drafts = RuleDraft.objects.visible_to(user).open()
    known: Iterable[Any] = Programme.objects.prefetch_related(
        Prefetch("rule_sets", queryset=RuleSet.objects.kept().defer("document").order_by("valid_during")),
        Prefetch("drafts", queryset=drafts.defer("text"), to_attr="open_drafts"),
    )
    today = timezone.localdate()
    return [
        {
            "programme": programme,
            "current": next((one for one in programme.rule_sets.all() if today in one.valid_during), None),
            "scheduled": [one for one in programme.rule_sets.all() if one.valid_during.lower > today],
            "drafts": programme.open_drafts,
        }
        for programme in known
    ]


def versions(programme: Programme) -> list[Version]:
    """Newest first; those taken back at the end."""
    rows = programme.rule_sets.defer("document").select_related("draft__decree", "withdrawn_under", "programme")
    return [placed(rule_set) for rule_set in rows.order_by("-valid_during", "-pk")]


def placed(rule_set: RuleSet) -> Version:
    today, period = timezone.localdate(), rule_set.valid_during
    if rule_set.withdrawn_at:
        return Version(rule_set, _("Taken back"), "danger")
    if period.lower > today:
        return Version(rule_set, _("Scheduled"), "info")
    if period.upper and period.upper <= today:
        return Version(rule_set, _("Past"), "neutral")
    return Version(rule_set, _("In force"), "success")


def drafts_of(programme: Programme, user: User) -> QuerySet[RuleDraft]:
    return (
        RuleDraft.objects.visible_to(user)
        .filter(programme=programme)
        .defer("text")
        .select_related("written_by")
        .order_by("-pk")[:50]
    )


def version_page(rule_set: RuleSet, user: User) -> dict[str, Any]:
    programme = rule_set.programme
    may_write = permissions.can_write_rules(user, programme)
    earlier = programme.rule_sets.kept().exclude(pk=rule_set.pk)
    if not rule_set.withdrawn_at:
        earlier = earlier.filter(valid_during__startswith__lt=rule_set.valid_during.lower)
    before = earlier.order_by("-valid_during").first()
    placement = placed(rule_set)
    is_scheduled = placement.kind == "info"
    withdrawal = _withdrawal(rule_set)
    return {
        **_approval(rule_set, user),
        "version": placement,
        "rule_set": rule_set,
        "programme": programme,
        "lines": numbered(drafting.text_of(rule_set), ()),
        "before": before,
        "changes": told(changes.between(document_of(before), document_of(rule_set))) if before else [],
        "may_revert": may_write and placement.kind == "neutral",
        "withdrawal": withdrawal,
        "gap_without": gaps.gap_without(rule_set) if is_scheduled and may_write else None,
        "may_withdraw": may_write and is_scheduled and withdrawal is None,
        "may_decide": may_write and is_scheduled and withdrawal is not None,
        "may_agree": withdrawal is not None and withdrawal.proposed_by_id != user.pk,
    }


def _approval(rule_set: RuleSet, user: User) -> dict[str, Any]:
    """Who made a version what it is, and on what; its draft opens to who may read drafts."""
    people = ("proposed_by", "enacted_by", "decree", "tried__ran_by")
    draft = RuleDraft.objects.filter(rule_set=rule_set).select_related(*people).first()
    if draft is None:
        return {"draft": None}
    return {
        "draft": draft,
        "tried": draft.tried or draft.replay,
        "summary": _summary(draft),
        "may_open_draft": RuleDraft.objects.visible_to(user).filter(pk=draft.pk).exists(),
    }


def _withdrawal(rule_set: RuleSet) -> Withdrawal | None:
    rows = rule_set.withdrawals.exclude(state=WithdrawalState.REFUSED)
    return rows.select_related("proposed_by", "decided_by", "decree").first()


def draft_page(draft: RuleDraft, user: User) -> dict[str, Any]:
    """Everything about one draft: what is wrong, what it changes, how it was tried, what may be done."""
    checked = drafting.check(draft.text, draft.programme)
    document = checked.document
    may_write = permissions.can_write_rules(user, draft.programme)
    is_open = draft.state in (DraftState.DRAFT, DraftState.PROPOSED)
    is_own = draft.proposed_by_id == user.pk or draft.has_text_of(user)
    context: dict[str, Any] = {
        "draft": draft,
        "programme": draft.programme,
        "problems": said(checked.problems) if is_open else [],
        "is_open": is_open,
        "replay": _replay(draft, document),
        **_golden(draft, document),
        "summary": _summary(draft) if draft.state != DraftState.DRAFT else [],
        "lines": numbered(draft.text, checked.problems if is_open else ()),
        "may_write": may_write and draft.state == DraftState.DRAFT,
        "may_edit_golden_families": permissions.can_open_golden_families(user),
        "may_replay": may_write and is_open and checked.document is not None,
        "may_simulate": is_open and checked.document is not None and permissions.can_start_simulations(user),
        "may_enact": may_write and draft.state == DraftState.PROPOSED and not is_own,
        "may_stop": may_write and is_open,
    }
    counted = draft_simulations.simulations_for(draft, checked.document) if is_open else []
    context |= {"simulations": _simulations(draft, user, counted), "is_simulated": bool(counted)}
    if checked.document is not None and is_open:
        before, found = drafting.differences_from_before(checked.document, draft.programme)
        context |= {
            "document": checked.document,
            "before": before,
            "changes": told(found),
            "gap": drafting.gap_after(checked.document, draft.programme),
            "missing": drafting.missing_values(checked.document, draft.programme),
            "not_simulated_in": draft_simulations.not_simulated_in(draft.programme, checked.document, counted),
        }
    return context


def said(problems: Iterable[Problem]) -> list[Said]:
    """In the reader's language, in the order of the text."""
    return [
        Said(
            gettext(problem.message) % problem.params,
            problem.place.line if problem.place else None,
            problem.place.column if problem.place else None,
        )
        for problem in problems
    ]


def told(found: Iterable[Change]) -> list[tuple[Promise, list[str]]]:
    """Changes in words under the headings of their parts."""
    language = get_language() if get_language() in LANGUAGES else LANGUAGES[0]
    return [
        (HEADINGS[part], [gettext(change.message) % change.filled(str(language)) for change in group])
        for part, group in groupby(found, key=lambda change: change.part)
    ]


def numbered(text: str, problems: Iterable[Problem]) -> list[Line]:
    wrong = {problem.place.line for problem in problems if problem.place}
    return [Line(number, line, number in wrong) for number, line in enumerate(text.splitlines(), start=1)]


def line_by_line(theirs: str, yours: str) -> list[str]:
    """What differs between two texts, as lines that begin with - (theirs), + (yours) or a blank."""
    found = difflib.unified_diff(theirs.splitlines(), yours.splitlines(), lineterm="", n=2)
    return [line for line in found if not line.startswith(("---", "+++"))]


def _simulations(draft: RuleDraft, user: User, counted: Iterable[SimulatedDraft]) -> list[dict[str, Any]]:
    """The newest ones of this draft, what keeps them from speaking for it, and whether the reader may open them."""
    rows = draft.simulated.select_related("simulation__area", "simulation__snapshot").order_by("-simulation")
    rows = rows.defer("document", *(f"simulation__{field}" for field in ("given", "tally", "result")))
    newest = list(rows[:SHOWN_SIMULATIONS])
    known = Simulation.objects.visible_to(user).filter(pk__in=[row.simulation_id for row in newest])
    open_to_reader = set(known.values_list("pk", flat=True))
    return [
        {
            "simulation": row.simulation,
            "is_of_this_text": row.sha256 == draft.sha256,
            "is_beside": row.sha256 == draft.sha256
            and row.simulation.state == SimulationState.DONE
            and row not in counted,
            "is_old": row.simulation.snapshot is not None
            and draft_simulations.is_old(row.simulation.snapshot.taken_at),
            "may_open": row.simulation_id in open_to_reader,
        }
        for row in newest
    ]


def _summary(draft: RuleDraft) -> list[dict[str, Any]]:
    """As kept with the proposal, with days for their spelling. Older ones do not have all of it."""
    days = ("snapshot_on", "rules_on")
    return [
        {**one, **{name: date.fromisoformat(one[name]) if name in one else None for name in days}}
        for one in draft.simulation_summary
    ]


def _golden(draft: RuleDraft, document: RuleDocument | None) -> dict[str, Any]:
    """What was done to the golden families: until now while it is written, later as kept with the proposal."""
    kept = draft.golden_changes
    if draft.state == DraftState.DRAFT:
        kept = drafting.golden_changes(document, draft.programme) if document else []
    makers = {draft.proposed_by_id, *draft.editions.values_list("saved_by", flat=True)}
    changes = golden_history.in_words(kept, makers=makers)
    is_proposed = draft.state == DraftState.PROPOSED
    return {
        "golden_changes": [one for one in changes if not one["is_shipped"]],
        "golden_shipped": sum(one["is_shipped"] for one in changes),
        "is_golden_otherwise": is_proposed and document and drafting.is_golden_otherwise(draft, document),
    }


def _replay(draft: RuleDraft, document: RuleDocument | None) -> dict[str, Any] | None:
    replay = draft.replay
    if replay is None:
        return None
    rows = [
        {"name": one["name"], "story": one["story"], "lines": golden_words.lines(one, document)}
        for one in replay.differing
    ]
    return {"families": replay.families, "at": replay.created_at, "by": replay.ran_by, "rows": rows}
