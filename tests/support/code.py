"""The repository seen as data, for the tests that keep its rules."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Lowest first: an app may know those before it, never those after it.
LAYERS = (
    "perlinsos/core",
    "perlinsos/accounts",
    "perlinsos/regions",
    "perlinsos/decrees",
    "perlinsos/messages",
    "enrollment",
    "verification",
    "eligibility",
    "appeals",
    "agents",
    "perlinsos/demo",
)
PACKAGES = tuple(dict.fromkeys(layer.partition("/")[0] for layer in LAYERS))


@cache
def tracked() -> tuple[Path, ...]:
    """Files that are or will be in the repository: tracked, or new and not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return tuple(ROOT / name for name in sorted(set(listed.splitlines())) if (ROOT / name).is_file())


def name_of(file: Path) -> str:
    return str(file.relative_to(ROOT))


def product() -> Iterator[Path]:
    """Python of the product itself: its apps and settings, no tests, sandbox or launcher."""
    for file in python_files():
        if file.relative_to(ROOT).parts[0] in PACKAGES:
            yield file


def python_files() -> Iterator[Path]:
    for file in tracked():
        if file.suffix == ".py" and "migrations" not in file.parts:
            yield file


def modules(*stems: str) -> Iterator[Path]:
    """Files of the product named `<stem>.py` or inside a package `<stem>/`."""
    for file in product():
        if file.stem in stems or any(part in stems for part in file.relative_to(ROOT).parts[:-1]):
            yield file


@cache
def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"), filename=name_of(file))


@dataclass(frozen=True)
class Function:
    file: Path
    node: ast.FunctionDef

    def __str__(self) -> str:
        return f"{name_of(self.file)}:{self.node.lineno} {self.node.name}"

    @property
    def lines(self) -> int:
        """Lines of the body without the docstring."""
        end = self.node.end_lineno or self.node.lineno
        length = end - self.node.lineno + 1
        if ast.get_docstring(self.node):
            said = self.node.body[0]
            length -= (said.end_lineno or said.lineno) - said.lineno + 1
        return length

    @property
    def decorators(self) -> set[str]:
        return {ast.unparse(decorator).partition("(")[0] for decorator in self.node.decorator_list}

    @property
    def calls(self) -> set[str]:
        return {ast.unparse(node.func) for node in ast.walk(self.node) if isinstance(node, ast.Call)}

    @property
    def is_public(self) -> bool:
        return not self.node.name.startswith("_")

    @property
    def named_only(self) -> set[str]:
        return {argument.arg for argument in self.node.args.kwonlyargs}

    @property
    def positional(self) -> set[str]:
        return {argument.arg for argument in self.node.args.args}


def functions(file: Path) -> Iterator[Function]:
    """Every function and method of a file."""
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.FunctionDef):
            yield Function(file, node)


def verbs(*stems: str) -> Iterator[Function]:
    """The public module-level functions of `modules(*stems)`."""
    for file in modules(*stems):
        for node in tree(file).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                yield Function(file, node)


def calls(file: Path, *names: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in names:
            yield node


def imported(node: ast.AST) -> set[str]:
    """Modules an import statement names: `a.b.c` counts as `a`, `a.b` and `a.b.c`."""
    names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
    names += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
    parts = [name.split(".") for name in names]
    return {".".join(part[:length]) for part in parts for length in range(1, len(part) + 1)}


def at(file: Path, node: ast.AST) -> str:
    return f"{name_of(file)}:{getattr(node, 'lineno', 0)}"


def templates() -> Iterator[Path]:
    for file in tracked():
        if file.suffix == ".html" and name_of(file).startswith("templates/"):
            yield file
