"""Conditions as experts type them: `dtsen.decile <= decile_limit and not bkn.asn >= 1`.

A fact on the left, a number, a parameter or arithmetic of both on the right; `and`, `or`, `not`,
parentheses, `in (1, 2)`, `between 1 and 4`. A flag may stand alone. The result is the same data that
is otherwise written as a tree, so there is nothing an expression can say that a tree cannot. Nothing is ever executed.
"""

import re
from collections.abc import Callable
from typing import Any, NamedTuple, NoReturn, TypeVar

from eligibility.rules.reading import DocumentError, Node, Problem, _

T = TypeVar("T")

MOST = 1000  # characters
DEPTH = 30  # parentheses and signs within each other
TOKEN = re.compile(
    r"\s*(?:(?P<number>\d[\d_]*)|(?P<name>[A-Za-z][A-Za-z0-9_.\-]*[A-Za-z0-9_]|[A-Za-z])"
    r"|(?P<sign><=|>=|==|!=|//|[<>=+*(),-]))"
)
COMPARISONS = {"<=": "le", ">=": "ge", "<": "lt", ">": "gt", "==": "eq", "=": "eq", "!=": "ne"}
ARITHMETIC = {"+": "sum", "-": "difference", "*": "product", "//": "quotient"}
WORDS = {"true": True, "false": False}


class Token(NamedTuple):
    kind: str  # number, name, sign or end
    text: str
    at: int  # characters before it


def read_expression(node: Node) -> Any:
    """The tree, as data, that the text at `node` stands for. Raises DocumentError with the offset."""
    return _Reader(node).whole(_Reader.disjunction)


def read_arithmetic(node: Node) -> Any:
    """The operand, as data, that the text at `node` stands for."""
    return _Reader(node).whole(_Reader.sum)


def in_the_text(node: Node, read: Callable[[], T]) -> T:
    """Read the data that the text at `node` stands for; whatever is wrong with it is said where it stands."""
    try:
        return read()
    except DocumentError as error:
        raise DocumentError(_in_it(node, problem) for problem in error.problems) from error


def _in_it(node: Node, problem: Problem) -> Problem:
    return Problem(node.path, problem.message, problem.params, problem.offset)


class _Marked:
    """Data that knows how many characters of the text come before it."""

    offset = 0


class _Tree(dict[str, Any], _Marked):
    """A comparison at its fact, a reckoning at its sign."""


class _Sides(list[Any], _Marked):
    """The two sides of a reckoning, or a list of numbers."""


class _Number(int, _Marked):
    pass


class _Name(str, _Marked):
    pass


M = TypeVar("M", bound=_Marked)


def _marked(data: M, at: int) -> M:
    data.offset = at
    return data


class _Reader:
    """One method per level of precedence, loosest first; each returns data."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.tokens = self._tokens(node.text(most=MOST))
        self.position = 0
        self.depth = 0

    def whole(self, level: Any) -> Any:
        found = level(self)
        if self.next.kind != "end":
            self.refuse(_("“%(text)s” does not fit here."), text=self.next.text)
        return found

    # --- conditions ---
    def disjunction(self) -> Any:
        return self._joined("or", "any", self.conjunction)

    def conjunction(self) -> Any:
        return self._joined("and", "all", self.negation)

    def negation(self) -> Any:
        if self.takes("not"):
            return {"not": self._deeper(self.negation)}
        if self.takes("("):
            inner = self._deeper(self.disjunction)
            self.expect(")")
            return inner
        return self.comparison()

    def comparison(self) -> Any:
        fact = self.next
        if fact.kind != "name":
            self.refuse(_("Here must be the name of a fact, such as pln.power_va."))
        self.position += 1
        name = _marked(_Name(fact.text), fact.at)
        start = self.next.at
        if self.takes("in"):
            return _marked(_Tree({"fact": name, "in": self.listed()}), fact.at)
        if self.takes("between"):
            low = self.sum()
            self.expect("and")
            ends = _marked(_Sides([low, self.sum()]), start)
            return _marked(_Tree({"fact": name, "between": ends}), fact.at)
        if self.next.text in COMPARISONS:
            operator = COMPARISONS[self.take().text]
            return _marked(_Tree({"fact": name, operator: self.sum()}), fact.at)
        return _marked(_Tree({"fact": name, "eq": True}), fact.at)

    def listed(self) -> list[Any]:
        start = self.next.at
        self.expect("(")
        found = _marked(_Sides([self.sum()]), start)
        while self.takes(","):
            found.append(self.sum())
        self.expect(")")
        return found

    # --- numbers ---
    def sum(self) -> Any:
        return self._chained(("+", "-"), self.product)

    def product(self) -> Any:
        return self._chained(("*", "//"), self.number)

    def number(self) -> Any:
        start = self.next.at
        if self.takes("-"):
            return self._reckoned("difference", 0, self._deeper(self.number), start)
        if self.takes("("):
            inner = self._deeper(self.sum)
            self.expect(")")
            return inner
        token = self.take()
        if token.kind == "number":
            return _marked(_Number(token.text.replace("_", "").rstrip()), token.at)
        if token.kind != "name":
            self.position -= 1
            self.refuse(_("Here must be a number or the name of a parameter."))
        if token.text in WORDS:
            return WORDS[token.text]
        return _marked(_Tree({"parameter": _marked(_Name(token.text), token.at)}), token.at)

    # --- reading ---
    @property
    def next(self) -> Token:
        return self.tokens[self.position]

    def take(self) -> Token:
        token = self.next
        self.position += token.kind != "end"
        return token

    def takes(self, text: str) -> bool:
        is_there = self.next.kind != "end" and self.next.text == text
        self.position += is_there
        return is_there

    def expect(self, text: str) -> None:
        if not self.takes(text):
            self.refuse(_("Here must be “%(text)s”."), text=text)

    def refuse(self, message: str, **params: Any) -> NoReturn:
        self.node.refuse(message, offset=self.next.at, **params)

    def _joined(self, word: str, kind: str, level: Any) -> Any:
        parts = [level()]
        while self.takes(word):
            parts.append(level())
        return parts[0] if len(parts) == 1 else {kind: parts}

    def _chained(self, signs: tuple[str, ...], level: Any) -> Any:
        found = level()
        while self.next.text in signs:
            sign = self.take()
            found = self._reckoned(ARITHMETIC[sign.text], found, level(), sign.at)
        return found

    def _reckoned(self, operation: str, left: Any, right: Any, at: int) -> Any:
        return _marked(_Tree({operation: _marked(_Sides([left, right]), at)}), at)

    def _deeper(self, level: Any) -> Any:
        self.depth += 1
        if self.depth > DEPTH:
            self.refuse(_("Too many parentheses within each other."))
        found = level()
        self.depth -= 1
        return found

    def _tokens(self, text: str) -> list[Token]:
        found, at = [], 0
        end = len(text.rstrip())
        while at < end:
            match = TOKEN.match(text, at)
            if match is None:
                at += len(text[at:]) - len(text[at:].lstrip())
                self.node.refuse(_("“%(text)s” has no meaning in an expression."), offset=at, text=text[at])
            kind = str(match.lastgroup)
            found.append(Token(kind, match[kind], match.start(kind)))
            at = match.end()
        return [*found, Token("end", "", end)]
