"""Every text of the source that is written for people, as the template by which languages look it up."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import yaml

from reconciler.languages.catalogue import core_of

ROOT = Path(__file__).parent.parent.parent
SOURCE = ROOT / "reconciler"
NOT_FOR_PEOPLE = frozenset({"emulator", "codes", "languages", "policies", "starters"})
"""The service's own words in its emulator; the others have texts of their own kind, with tests of their own."""
HELP = frozenset({"help", "short_help", "metavar", "epilog"})
"""What `--help` says stays English, as in kubectl and git."""
_TEMPLATE = re.compile(r"say\((?P<quote>[\"'])(?P<text>.*?)(?P=quote)[,)]")


@cache
def templates() -> dict[str, str]:
    """Return the texts, each with a file in which it stands."""
    found: dict[str, str] = {}
    for file in sorted(SOURCE.rglob("*.py")):
        name = file.relative_to(SOURCE).as_posix()
        if name.split("/")[0] not in NOT_FOR_PEOPLE:
            found |= {text: name for text in _texts(ast.parse(file.read_text(encoding="utf-8"))) if text not in found}
    for file in sorted([*SOURCE.rglob("*.j2"), *SOURCE.rglob("*.js")]):
        said = (each["text"] for each in _TEMPLATE.finditer(file.read_text(encoding="utf-8")))
        found |= {core_of(text)[1]: file.relative_to(SOURCE).as_posix() for text in said}
    return found


def _texts(tree: ast.AST) -> Iterator[str]:
    """Yield what looks like words of ours: at least two of them, or one beside a piece of data."""
    apart = set(_not_told(tree))
    for node in ast.walk(tree):
        if node not in apart and (text := _template(node)) is not None and _is_prose(text):
            yield core_of(text)[1]


def _not_told(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield docstrings, what `--help` says, and the pieces of f-strings, which are looked at as a whole."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value
        elif isinstance(node, ast.keyword) and node.arg in HELP:
            yield from ast.walk(node.value)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Listed":
            yield from ast.walk(node)
        elif isinstance(node, ast.JoinedStr):
            for part in node.values:
                yield part
                if isinstance(part, ast.FormattedValue) and part.format_spec is not None:
                    yield from ast.walk(part.format_spec)


def _template(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant):
        return _escaped(node.value) if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        return "".join(_escaped(str(each.value)) if isinstance(each, ast.Constant) else "{}" for each in node.values)
    return None


def _escaped(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _is_prose(text: str) -> bool:
    words = re.findall(r"[A-Za-z]{2,}", text.replace("{}", " "))
    if " " not in text.strip() or not words:
        return False
    return len(words) > 1 or ("{}" in text and re.search(r"(?:^|[ (])[a-z]{3,}", text) is not None)


@cache
def not_told() -> dict[str, tuple[str, ...]]:
    """Return what looks like words and is none, by file: the beginnings of the texts; "" is all of the file."""
    listed = yaml.safe_load((Path(__file__).parent / "not_told.yaml").read_text(encoding="utf-8"))
    return {file: tuple(texts) for file, texts in listed.items()}


def is_told(text: str, file: str) -> bool:
    """Whether a text is for people."""
    return not text.startswith(not_told().get(file, ("\0",)))
