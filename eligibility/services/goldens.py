"""Golden families are entered, changed and retired; nothing is deleted, every change is on record."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from eligibility import golden, permissions
from eligibility.models import GoldenFamily, Programme
from eligibility.rules.document import RuleDocument
from eligibility.rules.golden_reading import check_against, read_family
from eligibility.rules.reading import Node, each
from perlinsos.accounts.models import User
from perlinsos.core import access, audit
from perlinsos.core.errors import DomainError

EMPTY: dict[str, Any] = {"area_code": "", "parameters": {}, "rules_of": None}


@transaction.atomic
def add_golden_family(data: dict[str, Any], *, by: User) -> GoldenFamily:
    """Enter a family, in the shape of the files. For policy staff of every programme it is about.

    Refused: DocumentError for what the catalogue or the programme's rules do not know, DomainError
    `code_taken` when another family has the code.
    """
    return add_golden_families([data], by=by)[0]


@transaction.atomic
def add_golden_families(families: Iterable[dict[str, Any]], *, by: User) -> list[GoldenFamily]:
    """Enter many at once, all or none. For the command that loads shipped ones; refused as above."""
    access.ensure(permissions.can_open_golden_families(by))
    rules = golden.known_rules(by)
    new = [GoldenFamily(**_fields(data, rules)) for data in families]
    _hold_programmes({code for family in new for code in family.expected}, by=by)
    try:
        with transaction.atomic():
            GoldenFamily.objects.bulk_create(new)
    except IntegrityError as error:
        raise DomainError(_("Another golden family has this code."), code="code_taken") from error
    for family in new:
        audit.record("eligibility.golden_family.added", subject=family, by=by, code=family.code)
    return new


@transaction.atomic
def change_golden_family(
    family: GoldenFamily, data: dict[str, Any], *, by: User, seen: datetime | None = None
) -> GoldenFamily:
    """Change what is known or expected; before and after are kept in the audit trail (nobody real is in there).

    For policy staff of every programme it was and is about. `seen` is when the editor's copy was saved.
    Refused as above, and with `changed_meanwhile` when somebody else saved after that or changes right now
    which programmes it is about, `code_is_kept` for another code.
    """
    access.ensure(permissions.can_open_golden_families(by))
    fields = _fields(data, golden.known_rules(by))
    before = GoldenFamily.objects.values_list("expected", flat=True).get(pk=family.pk)
    # Programmes before the family, as everywhere here: of two editors none waits for what the other waits for.
    _hold_programmes({*before, *fields["expected"]}, by=by)
    family = GoldenFamily.objects.select_for_update(no_key=True).get(pk=family.pk)
    if set(family.expected) != set(before) or (seen is not None and family.updated_at != seen):
        raise DomainError(
            _("Somebody else changed this family meanwhile. Open it again and repeat your change."),
            code="changed_meanwhile",
        )
    if fields["code"] != family.code:
        raise DomainError(_("The code of a golden family stays as it is."), code="code_is_kept")
    changes = {name: [getattr(family, name), new] for name, new in fields.items() if getattr(family, name) != new}
    if changes:
        for name, (_old, new) in changes.items():
            setattr(family, name, new)
        family.save(update_fields=[*changes, "updated_at"])
        audit.record("eligibility.golden_family.changed", subject=family, by=by, changes=_plain(changes))
    return family


@transaction.atomic
def retire_golden_family(family: GoldenFamily, *, by: User) -> None:
    """Rules are no longer tried on it. For policy staff, as above; a second time changes nothing."""
    _hold_programmes(family.expected, by=by)
    if GoldenFamily.objects.in_use().filter(pk=family.pk).update(retired_at=timezone.now(), updated_at=timezone.now()):
        audit.record("eligibility.golden_family.retired", subject=family, by=by)


@transaction.atomic
def restore_golden_family(family: GoldenFamily, *, by: User) -> None:
    """Rules are tried on it again. For policy staff, as above; a second time changes nothing."""
    _hold_programmes(family.expected, by=by)
    retired = GoldenFamily.objects.filter(pk=family.pk, retired_at__isnull=False)
    if retired.update(retired_at=None, updated_at=timezone.now()):
        audit.record("eligibility.golden_family.restored", subject=family, by=by)


def _hold_programmes(codes: Iterable[str], *, by: User) -> None:
    """Nobody enacts rules of these programmes until the change is there for them to see."""
    access.ensure(permissions.can_edit_golden_family(by, codes))
    list(Programme.objects.filter(code__in=codes).order_by("pk").select_for_update(no_key=True))


def _fields(data: dict[str, Any], rules: dict[str, list[RuleDocument]]) -> dict[str, Any]:
    """The columns of what was entered. Raises DocumentError."""
    case = read_family(Node(data))
    each(
        Node(data["expected"], "expected").named().items(),
        lambda entry: check_against(rules.get(entry[0], []), entry[1]),
    )
    columns = {name: data[name] for name in ("code", "name", "story")}
    given = {field: data[name] for field, name in golden.OPTIONAL.items() if name in data}
    known = {name: fact for name, fact in data["facts"].items() if fact is not None}
    answers = {code: _in_order(answer) for code, answer in data["expected"].items()}
    return {**EMPTY, **columns, **given, "rules_of": case.rules_of, "facts": known, "expected": answers}


def _in_order(answer: dict[str, Any]) -> dict[str, Any]:
    """The same answer, so that what was entered in another order is no change."""
    return {**answer, "because": sorted(answer["because"])} if "because" in answer else answer


def _plain(changes: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """As JSON keeps it."""
    return {name: [str(one) if name == "rules_of" and one else one for one in pair] for name, pair in changes.items()}
