"""The modules of the program as syntax trees, for tests about what they import and about words with one place."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "reconciler"


def modules_with(*words: str) -> Iterator[tuple[str, ast.Module]]:
    """Yield the modules whose text has one of the words, by their names below `reconciler/`.

    Making trees of all modules takes a second of processor time, and what is in the tree is in the text.
    """
    for file in sorted(SOURCE.rglob("*.py")):
        text = file.read_text(encoding="utf-8")
        if any(word in text for word in words):
            yield file.relative_to(SOURCE).as_posix(), ast.parse(text)


def statements(tree: ast.AST) -> Iterator[ast.stmt]:
    """Yield all statements below a node, wherever they stand; `ast.walk` looks at every expression too, which takes
    five times as long."""
    for field in ("body", "orelse", "handlers", "finalbody", "cases"):
        for each in getattr(tree, field, ()):
            if isinstance(each, ast.stmt):
                yield each
            yield from statements(each)
