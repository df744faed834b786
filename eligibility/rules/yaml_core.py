"""The YAML that people may write: plain values as YAML 1.2 reads them, and nothing that unfolds into more.

YAML 1.1, which the library follows, has surprises: `01300` is 704, `1_3:00` is 780, `no` is false, a date
is no text. Here a plain value is a whole number, true or false, nothing, or text as it stands.
Anchors are refused, as a short text of them unfolds into an endless one; so are tags.
"""

import re
from typing import TYPE_CHECKING

import yaml

from eligibility.rules.reading import DocumentError, Place, Problem, _

if TYPE_CHECKING:
    from yaml import SafeLoader as Base
else:  # libyaml is ten times faster; where a wheel comes without it, the same in Python
    Base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# It composes by recursion in C: a text of brackets alone would end the process.
DEEPEST = 200
PLAIN = {  # what a plain value means when all of it looks like this, and what it can begin with
    "null": (r"~|null|Null|NULL|", ["", *"~nN"]),
    "bool": (r"true|True|TRUE|false|False|FALSE", [*"tTfF"]),
    "int": (r"[-+]?(?:0|[1-9][0-9]{0,99})", [*"-+0123456789"]),  # a longer one is no number of anything
}


class Loader(Base):
    """Without what YAML 1.1 takes for times, fractions, octal numbers and the like."""


class SharingLoader(Loader):
    """Also reads `<<: *name`, for files of the repository in which families share facts."""


Loader.yaml_implicit_resolvers = {}
for kind, (pattern, beginnings) in PLAIN.items():
    Loader.add_implicit_resolver(f"tag:yaml.org,2002:{kind}", re.compile(rf"(?:{pattern})\Z"), beginnings)
SharingLoader.add_implicit_resolver("tag:yaml.org,2002:merge", re.compile(r"<<\Z"), ["<"])


def refuse_unwelcome(text: str, *, may_share: bool) -> None:
    """Raises DocumentError with the place; looks at one event after the other, at no depth of its own."""
    if found := yaml.reader.Reader.NON_PRINTABLE.search(text):
        before = text[: found.start()].split("\n")
        _refuse(_("A character that cannot be seen stands here. Delete it."), Place(len(before), len(before[-1]) + 1))
    depth, open_anchors = 0, list[str | None]()
    for event in yaml.parse(text, Loader):
        mark = event.start_mark
        assert mark is not None  # noqa: S101 - every event of a text has one
        place = Place(mark.line + 1, mark.column + 1)
        if isinstance(event, yaml.NodeEvent):
            _refuse_signs(event, place, may_share=may_share)
        if isinstance(event, yaml.AliasEvent) and event.anchor in open_anchors:
            _refuse(_("“%(name)s” would hold itself."), place, name=event.anchor)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            open_anchors.append(event.anchor)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
            open_anchors.pop()
        if depth > DEEPEST:
            _refuse(_("More than %(most)d levels stand within each other here."), place, most=DEEPEST)


def _refuse_signs(event: yaml.NodeEvent, place: Place, *, may_share: bool) -> None:
    sign = None
    if getattr(event, "tag", None) is not None:
        sign = "!"
    elif event.anchor is not None and not may_share:
        sign = "*" if isinstance(event, yaml.AliasEvent) else "&"
    if sign:
        message = _("What begins with “%(sign)s” cannot be used here. If it is text, put it in quotation marks.")
        _refuse(message, place, sign=sign)


def _refuse(message: str, place: Place, **params: object) -> None:
    raise DocumentError([Problem("", message, params, place=place)])
