"""The modules of the program as syntax trees, for tests that look for words which only one place may use."""

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
