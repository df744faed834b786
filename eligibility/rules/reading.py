"""Reading untrusted structures step by step, so that every refusal names the place and the reason."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NoReturn, TypeVar

S = TypeVar("S")
T = TypeVar("T")
LARGEST = 10**15  # rupiah; far above any budget, far below 64 bits
IDENTIFIER = re.compile(r"[a-z0-9][a-z0-9_-]*")


def _(message: str) -> str:
    """Mark a message for the catalogues; it is translated by whoever shows it."""
    return message


@dataclass(frozen=True)
class Problem:
    """What is wrong with a document and where: `criteria[2].test.fact`. `message` is an English msgid."""

    path: str
    message: str
    params: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.path or '.'}: {self.message % self.params}"


class DocumentError(ValueError):
    """A document that cannot become rules; `problems` lists all that was found, in reading order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(frozen=True)
class Node:
    """A value of the document with the path that leads to it."""

    value: Any
    path: str = ""

    def refuse(self, message: str, **params: Any) -> NoReturn:
        raise DocumentError([Problem(self.path, message, params)])

    def mapping(self, required: Iterable[str], optional: Iterable[str] = ()) -> dict[str, "Node"]:
        """The entries by name; a missing or an unknown name is refused."""
        if not isinstance(self.value, dict):
            self.refuse(_("Here must be a group of named entries."))
        for name in required:
            if name not in self.value:
                self.refuse(_("“%(name)s” is missing."), name=name)
        known = {*required, *optional}
        for name in self.value:
            if name not in known:
                self.refuse(_("“%(name)s” has no meaning here."), name=name)
        return self.named()

    def named(self) -> dict[str, "Node"]:
        """The entries by whatever text names them."""
        if not isinstance(self.value, dict):
            self.refuse(_("Here must be a group of named entries."))
        for name in self.value:
            if not isinstance(name, str):
                self.refuse(_("A name must be text, not “%(name)s”."), name=name)
        return {name: Node(value, f"{self.path}.{name}".lstrip(".")) for name, value in self.value.items()}

    def items(self, *, least: int = 0, most: int = 60) -> list["Node"]:
        if not isinstance(self.value, list):
            self.refuse(_("Here must be a list."))
        if not least <= len(self.value) <= most:
            self.refuse(_("The list must have %(least)d to %(most)d entries."), least=least, most=most)
        return [Node(value, f"{self.path}[{place}]") for place, value in enumerate(self.value)]

    def text(self, *, most: int = 400) -> str:
        if not isinstance(self.value, str) or not self.value.strip():
            self.refuse(_("Here must be text."))
        if len(self.value) > most:
            self.refuse(_("The text is longer than %(most)d characters."), most=most)
        return self.value.strip()

    def identifier(self) -> str:
        if not IDENTIFIER.fullmatch(name := self.text(most=40)):
            self.refuse(_("“%(name)s” must be lower-case letters, digits and dashes."), name=name)
        return name

    def integer(self, low: int = 0, high: int = LARGEST) -> int:
        if not isinstance(self.value, int) or isinstance(self.value, bool):
            self.refuse(_("Here must be a whole number."))
        if not low <= self.value <= high:
            self.refuse(_("The number must be from %(low)d to %(high)d."), low=low, high=high)
        return self.value

    def flag(self) -> bool:
        if not isinstance(self.value, bool):
            self.refuse(_("Here must be true or false."))
        return self.value

    def choice(self, options: Iterable[str]) -> str:
        if self.value not in (allowed := tuple(options)):
            self.refuse(_("Here must be one of: %(allowed)s."), allowed=", ".join(allowed))
        return str(self.value)

    def day(self) -> date:
        try:
            return date.fromisoformat(self.text(most=10))
        except ValueError as error:
            if isinstance(error, DocumentError):
                raise
            self.refuse(_("Here must be a date such as 2026-01-31."))


def each(nodes: Iterable[S], read: Callable[[S], T]) -> tuple[T, ...]:
    """`read` every entry; the problems of all of them are reported together."""
    found: list[T] = []
    problems: list[Problem] = []
    for node in nodes:
        try:
            found.append(read(node))
        except DocumentError as error:
            problems.extend(error.problems)
    if problems:
        raise DocumentError(problems)
    return tuple(found)
