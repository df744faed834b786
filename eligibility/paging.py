"""Keyset pages: the last page of a nation costs what the first one costs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet

RowT = TypeVar("RowT")
ModelT = TypeVar("ModelT", bound=Model)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
AFTER, BEFORE = "sesudah", "sebelum"


@dataclass(frozen=True)
class Page(Generic[RowT]):
    """`previous` and `next` are cursors for the addresses of the pages beside this one, or empty."""

    rows: list[RowT]
    previous: str
    next: str


def page(
    rows: QuerySet[ModelT], query: Mapping[str, str], *, by: tuple[str, ...] = ("pk",), size: int = 50
) -> Page[ModelT]:
    """The page that `query` (`sesudah` or `sebelum` a cursor) asks for; an unreadable cursor is the first page.

    `by` orders the rows and ends with a unique column; a leading `-` on all of them turns it round.
    """
    after, before = _read(query.get(AFTER, ""), by), _read(query.get(BEFORE, ""), by)
    backwards = before is not None and after is None
    order = [_turned(name) for name in by] if backwards else list(by)
    place = before if backwards else after
    chosen = rows.order_by(*order)
    if place is not None:
        chosen = chosen.filter(_beyond(order, place))
    found = list(chosen[: size + 1])
    has_more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    if not found:
        return Page([], "", "")
    has_previous = has_more if backwards else place is not None
    has_next = True if backwards else has_more
    return Page(found, _write(found[0], by) if has_previous else "", _write(found[-1], by) if has_next else "")


def _turned(name: str) -> str:
    return name.removeprefix("-") if name.startswith("-") else f"-{name}"


def _beyond(order: list[str], place: list[Any]) -> Q:
    """Rows that come after `place` in `order`: first column further, or equal and the second further …"""
    beyond, equal = Q(), Q()
    for name, value in zip(order, place, strict=True):
        column, step = name.removeprefix("-"), "lt" if name.startswith("-") else "gt"
        beyond |= equal & Q(**{f"{column}__{step}": value})
        equal &= Q(**{column: value})
    return beyond


def _write(row: Model, by: tuple[str, ...]) -> str:
    return "_".join(str(_number(getattr(row, name.removeprefix("-")))) for name in by)


def _number(value: Any) -> int:
    return (value - EPOCH) // timedelta(microseconds=1) if isinstance(value, datetime) else int(value)


def _read(cursor: str, by: tuple[str, ...]) -> list[Any] | None:
    parts = cursor.split("_")
    if len(parts) != len(by) or not all(part.isascii() and part.isdigit() and len(part) <= 18 for part in parts):
        return None
    return [
        EPOCH + timedelta(microseconds=int(part)) if name.endswith("_at") else int(part)
        for name, part in zip(by, parts, strict=True)
    ]
