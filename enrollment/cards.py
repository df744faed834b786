"""The family card (Kartu Keluarga) as data: read from what Dukcapil answers or what a family types.

Real cards are untidy: two heads, a head who died, a member without a NIK, a KK number `0`. None of
that may stop a family. `parse` keeps the card usable and notes every oddity as a warning code that
an officer sees. Only an answer that is no family card at all is refused.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any

from enrollment import kk, nik
from enrollment.enums import Relation, Sex

# What may be noted about a family; confirming it again replaces these and leaves other warnings alone.
WARNINGS = frozenset(
    {
        "applicant_not_listed",
        "deceased_head",
        "deceased_member",
        "duplicate_nik",
        "kk_area_renumbered",
        "kk_date_impossible",
        "kk_number_unknown",
        "member_without_nik",
        "nik_area_renumbered",
        "nik_birth_date_differs",
        "nik_held_by_other",
        "nik_malformed",
        "nik_sex_differs",
        "no_head",
        "two_heads",
        "village_differs",
    }
)

_VILLAGE_CODE = re.compile(r"\d{2}\.\d{2}\.\d{2}\.\d{4}")


@dataclass(frozen=True, slots=True)
class CardMember:
    """One line of the card. `nik` is None when the register has none that can be one."""

    nik: str | None
    name: str
    sex: str
    birth_date: date
    relation: str
    birth_place: str = ""
    marital_status: str = ""
    is_alive: bool = True
    deceased_on: date | None = None

    @property
    def relation_label(self) -> str:
        return str(Relation(self.relation).label)


@dataclass(frozen=True, slots=True)
class CardData:
    """A family card with exactly one head. `warnings` are codes such as `two_heads`."""

    members: tuple[CardMember, ...]
    kk_number: str | None = None
    address: str = ""
    rt: str = ""
    rw: str = ""
    village_code: str | None = None
    warnings: tuple[str, ...] = field(default=())

    @property
    def head(self) -> CardMember:
        return next(member for member in self.members if member.relation == Relation.HEAD)


def parse(answer: dict[str, Any]) -> CardData:
    """The `family_card` object of Dukcapil's answer. Raises ValueError when it is none.

    With two heads the one named by `head_nik` stays head, the other becomes `lainnya`.
    """
    try:
        members = [_member(line) for line in answer["members"]]
        head_nik = answer.get("head_nik")
        village_code = str(answer.get("village_code") or "")
        card = CardData(
            members=tuple(members),
            kk_number=kk.or_none(str(answer.get("kk_number") or "")),
            address=str(answer.get("address") or ""),
            rt=str(answer.get("rt") or "")[:3],
            rw=str(answer.get("rw") or "")[:3],
            village_code=village_code if _VILLAGE_CODE.fullmatch(village_code) else None,
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("not a family card") from error
    if not members:
        raise ValueError("a family card without members")
    return tidy(card, head_nik=str(head_nik) if head_nik else None)


def tidy(card: CardData, *, head_nik: str | None = None) -> CardData:
    """The card with one head and each NIK once, and the warnings for what had to be mended."""
    members, twice = _without_repeats(card.members)
    heads = [member for member in members if member.relation == Relation.HEAD]
    head = next((member for member in heads if member.nik and member.nik == head_nik), None)
    head = head or next(iter(heads), members[0])
    members = tuple(_with_one_head(members, head))
    found = {
        "duplicate_nik": twice,
        "two_heads": len(heads) > 1,
        "no_head": not heads,
        "deceased_head": not head.is_alive,
        "deceased_member": any(not member.is_alive for member in members),
        "member_without_nik": any(member.nik is None for member in members),
        "kk_number_unknown": card.kk_number is None,
    }
    noted = [code for code, holds in found.items() if holds]
    if card.kk_number:
        noted += kk.warnings(card.kk_number)
    for member in members:
        if member.nik:
            noted += nik.warnings(member.nik, birth_date=member.birth_date, sex=member.sex)
    return replace(card, members=members, warnings=tuple(sorted(set(noted))))


def dump(card: CardData) -> str:
    """JSON that `load` reads back; what is stored, sealed, with an application."""
    return json.dumps(asdict(card), default=date.isoformat, ensure_ascii=False)


def load(text: str) -> CardData:
    """The card `dump` wrote."""
    stored = json.loads(text)
    members = tuple(
        CardMember(
            **{
                **line,
                "birth_date": date.fromisoformat(line["birth_date"]),
                "deceased_on": date.fromisoformat(line["deceased_on"]) if line["deceased_on"] else None,
            }
        )
        for line in stored.pop("members")
    )
    return CardData(**{**stored, "members": members, "warnings": tuple(stored["warnings"])})


def _member(line: dict[str, Any]) -> CardMember:
    name, sex = " ".join(str(line["name"]).split()), str(line["sex"])
    if not name or sex not in Sex.values:
        raise ValueError("a family card line without name or sex")
    relation = str(line.get("relation") or "")
    return CardMember(
        nik=_nik_or_none(line.get("nik")),
        name=name,
        sex=sex,
        birth_date=date.fromisoformat(str(line["birth_date"])),
        relation=relation if relation in Relation.values else Relation.OTHER.value,
        birth_place=str(line.get("birth_place") or ""),
        marital_status=str(line.get("marital_status") or ""),
        is_alive=line.get("alive", True) is not False,
        deceased_on=date.fromisoformat(str(line["deceased_on"])) if line.get("deceased_on") else None,
    )


def _nik_or_none(text: Any) -> str | None:
    try:
        return nik.parse(str(text or "").strip()).number
    except nik.NikError:
        return None


def _without_repeats(members: Iterable[CardMember]) -> tuple[tuple[CardMember, ...], bool]:
    kept: dict[Any, CardMember] = {}
    count = 0
    for count, member in enumerate(members, start=1):
        kept.setdefault(member.nik or count, member)
    return tuple(kept.values()), len(kept) < count


def _with_one_head(members: Iterable[CardMember], head: CardMember) -> Iterable[CardMember]:
    for member in members:
        if member is head:
            yield replace(member, relation=Relation.HEAD.value)
        elif member.relation == Relation.HEAD:
            yield replace(member, relation=Relation.OTHER.value)
        else:
            yield member
