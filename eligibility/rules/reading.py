"""Reading untrusted structures step by step, so that every refusal names the place and the reason.

Nothing stops at the first problem: what is missing is a node that refuses when it is read, and
`gather` and `each` read on after a refusal and report everything together.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, NoReturn, TypeVar

S = TypeVar("S")
T = TypeVar("T")
LARGEST = 10**15  # rupiah; far above any budget, far below 64 bits
IDENTIFIER = re.compile(r"[a-z0-9][a-z0-9_-]*")
DIGITS = re.compile(r"\d[\d_.,:]*")  # written as people write numbers, but no whole number of a document
DAY = re.compile(r"\d{4}-\d\d-\d\d")


def _(message: str) -> str:
    """Mark a message for the catalogues; it is translated by whoever shows it."""
    return message


@dataclass(frozen=True)
class Place:
    """Where a value stands in a text; both count from 1. `is_inline`: an offset into it can be added."""

    line: int
    column: int
    is_inline: bool = False


@dataclass(frozen=True)
class Problem:
    """What is wrong with a document and where: `criteria[2].test.fact`. `message` is an English msgid.

    `offset` counts characters into a text value, such as an expression. `place` is known when the
    document was read from a file.
    """

    path: str
    message: str
    params: dict[str, Any] = field(default_factory=dict)
    offset: int = 0
    place: Place | None = None

    def __str__(self) -> str:
        return f"{self.path or '.'}: {self.message % self.params}"

    def located(self, places: Mapping[str, Place]) -> "Problem":
        """The same with its place: that of the value, or of the nearest value around it."""
        path = self.path
        while path not in places and path:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        place = places.get(path)
        if place is not None and place.is_inline and path == self.path:
            place = replace(place, column=place.column + self.offset)
        return replace(self, place=place)


class DocumentError(ValueError):
    """A document that cannot become rules; `problems` lists all that was found, in reading order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))

    def located(self, places: Mapping[str, Place]) -> "DocumentError":
        """The same in the order of the text."""
        found = [problem.located(places) for problem in self.problems]
        beginning = Place(1, 1)
        return DocumentError(
            sorted(found, key=lambda one: ((one.place or beginning).line, (one.place or beginning).column))
        )


@dataclass(frozen=True)
class Missing:
    """In the place of a value that is not there; reading it as anything is refused."""

    name: str


class Entries(dict[str, "Node"]):
    """Named entries; `problems` are those that have no business there."""

    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Node:
    """A value of the document with the path that leads to it."""

    value: Any
    path: str = ""

    def refuse(self, message: str, *, offset: int = 0, **params: Any) -> NoReturn:
        if isinstance(self.value, Missing):
            raise DocumentError([Problem(self.path, _("“%(name)s” is missing."), {"name": self.value.name})])
        # What was read from an expression knows where it stands in the text.
        raise DocumentError([Problem(self.path, message, params, offset or getattr(self.value, "offset", 0))])

    def mapping(self, required: Iterable[str], optional: Iterable[str] = ()) -> Entries:
        """The entries by name. What is missing is refused when it is read, what is unknown by `gather`."""
        given = self.named()
        known = {*required, *optional}
        entries = Entries({name: given.get(name, Node(Missing(name), self.path)) for name in required})
        entries.update({name: node for name, node in given.items() if name in known})
        entries.problems = tuple(
            Problem(node.path, _("“%(name)s” has no meaning here."), {"name": name})
            for name, node in given.items()
            if name not in known
        )
        return entries

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
        if isinstance(self.value, int):
            self.refuse(_("Here must be text: put it in quotation marks."))
        if not isinstance(self.value, str) or not self.value.strip():
            self.refuse(_("Here must be text."))
        if len(self.value) > most:
            self.refuse(_("The text is longer than %(most)d characters."), most=most)
        return self.value.strip()

    def citation(self) -> str:
        """The law a rule rests on: whoever is refused must be able to look it up."""
        is_given = isinstance(self.value, str) and self.value.strip()
        if not is_given:
            raise DocumentError([Problem(self.path, _("The law this rule rests on must be named."))])
        return self.text()

    def identifier(self, *, most: int = 40) -> str:
        if not IDENTIFIER.fullmatch(name := self.text(most=most)):
            self.refuse(_("“%(name)s” must be lower-case letters, digits and dashes."), name=name)
        return name

    def integer(self, low: int = 0, high: int = LARGEST) -> int:
        if isinstance(self.value, str) and DIGITS.fullmatch(self.value.strip()):
            self.refuse(_("Write a whole number in digits only, such as 1300: no dots, quotation marks or 0 in front."))
        if not isinstance(self.value, int) or isinstance(self.value, bool):
            self.refuse(_("Here must be a whole number."))
        if not low <= self.value <= high:
            self.refuse(_("The number must be from %(low)d to %(high)d."), low=low, high=high)
        return int(self.value)

    def flag(self) -> bool:
        if not isinstance(self.value, bool):
            self.refuse(_("Here must be true or false."))
        return self.value

    def choice(self, options: Iterable[str]) -> str:
        if self.value not in (allowed := tuple(options)):
            self.refuse(_("Here must be one of: %(allowed)s."), allowed=", ".join(allowed))
        return str(self.value)

    def day(self) -> date:
        written = self.text(most=10)
        try:
            return date.fromisoformat(written)
        except ValueError:
            if DAY.fullmatch(written):
                self.refuse(_("There is no day %(day)s."), day=written)
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


def gather(entries: Entries, **readers: Callable[[], Any]) -> dict[str, Any]:
    """What each reader finds, by name; all their problems, and those of `entries`, are reported together."""
    found: dict[str, Any] = {}
    problems = list(entries.problems)
    for name, read in readers.items():
        try:
            found[name] = read()
        except DocumentError as error:
            # One sentence may stand for two results: its problem is told once.
            problems.extend(problem for problem in error.problems if problem not in problems)
    if problems:
        raise DocumentError(problems)
    return found
