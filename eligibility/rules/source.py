"""Rule documents as people write them: YAML, with the line and column of every value kept."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import yaml

from eligibility.rules.definitions import RuleDocument
from eligibility.rules.document import parse
from eligibility.rules.reading import DocumentError, Place, Problem, _
from eligibility.rules.yaml_core import Loader, SharingLoader, refuse_unwelcome


class Source(NamedTuple):
    """The data of a text and the place of each value by its path (`criteria[2].test`)."""

    data: Any
    places: dict[str, Place]


def read_document(text: str) -> tuple[Any, RuleDocument]:
    """The data of a YAML text, and the rules it makes. Raises DocumentError with line and column."""
    source = read_source(text)
    try:
        return source.data, parse(source.data)
    except DocumentError as error:
        raise error.located(source.places) from error


def read_source(text: str, *, may_share: bool = False) -> Source:
    """Raises DocumentError for what is no YAML, or has a name twice where the second would replace the first.

    `may_share`: parts may be given a name and used again, in files that come with the portal.
    """
    try:
        refuse_unwelcome(text, may_share=may_share)
        loader = (SharingLoader if may_share else Loader)(text)
        root = loader.get_single_node()
        if root is None:
            return Source(None, {})
        places = dict(_places(root, ""))
        _refuse_twice(root, "")
        return Source(loader.construct_document(root), places)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(mark.line + 1, mark.column + 1) if mark else None
        message = _("This cannot be read. Check brackets, quotation marks and indentation.")
        raise DocumentError([Problem("", message, place=place)]) from error


def _places(node: yaml.Node, path: str) -> Iterator[tuple[str, Place]]:
    yield path, _place(node)
    for inner, below, _key in _inside(node, path):
        yield from _places(below, inner)


def _inside(node: yaml.Node, path: str) -> Iterator[tuple[str, yaml.Node, yaml.Node | None]]:
    """Path, value and key of what a node holds. An anchor's copy is placed where it is written."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield f"{path}.{key.value}".lstrip("."), value, key
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            yield f"{path}[{number}]", value, None


def _place(node: yaml.Node) -> Place:
    mark, end = node.start_mark, node.end_mark
    is_quoted = isinstance(node, yaml.ScalarNode) and node.style in ("'", '"')
    return Place(mark.line + 1, mark.column + 1 + is_quoted, is_inline=mark.line == end.line)


def _refuse_twice(node: yaml.Node, path: str) -> None:
    seen: set[str] = set()
    for inner, below, key in _inside(node, path):
        if key is not None:
            if inner in seen:
                raise DocumentError(
                    [Problem(inner, _("“%(name)s” is given twice."), {"name": key.value}, place=_place(key))]
                )
            seen.add(inner)
        _refuse_twice(below, inner)
