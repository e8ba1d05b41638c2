"""One language: its words, and what each finding code says in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from functools import cache
from importlib import resources
from typing import Any

import yaml

from reconciler.codes import Entry
from reconciler.model.quick import dataclass

LANGUAGES = ("en", "zh")
"""The languages there are, by their codes (ISO 639-1)."""


@dataclass(frozen=True, slots=True)
class Language:
    """The texts of one language. A text that is missing is shown in English."""

    code: str
    words: Mapping[str, str] = field(default_factory=dict)
    """Single words and headings, by their English form."""
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By finding code: `title`, `why` and `fix`."""

    def word(self, english: str) -> str:
        """Return a single word or a heading."""
        return self.words.get(english, english)

    def entry(self, entry: Entry) -> Entry:
        """Return a finding code's entry with its texts in this language."""
        said = self.codes.get(entry.code)
        return replace(entry, title=said["title"], why=said["why"], fix=said["fix"]) if said else entry


ENGLISH = Language("en")


@cache
def language(code: str) -> Language:
    """Return the language of a code.

    Raises:
        KeyError: there is no such language; `LANGUAGES` has all of them.
    """
    if code not in LANGUAGES:
        raise KeyError(code)
    if code == ENGLISH.code:
        return ENGLISH
    return Language(code, words=_read(code, "words"), codes=_read(code, "codes"))


def _read(code: str, name: str) -> Any:
    """Return one file of a language, as YAML has it; tests compare its keys with what the code says in English."""
    text = resources.files("reconciler").joinpath("languages", code, f"{name}.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)
