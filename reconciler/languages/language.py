"""One language: its words, its sentences, and what each finding code says in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from functools import cache
from typing import TYPE_CHECKING

from reconciler.model.quick import dataclass

if TYPE_CHECKING:
    from reconciler.codes import Entry

    from .catalogue import Catalogue

LANGUAGES = ("en", "zh")
"""The languages there are, by their codes (ISO 639-1)."""


@dataclass(frozen=True, slots=True)
class Language:
    """The texts of one language. A text that is missing is shown in English."""

    code: str
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By finding code: `title`, `why` and `fix`."""
    counts: Mapping[str, str] = field(default_factory=dict)
    """What stands behind a number, by the English noun: "job"."""
    catalogue: Catalogue | None = None
    """All sentences; None: they are said as the code has them."""

    def say(self, text: str) -> str:
        """Return a sentence or a phrase; data in it stays as it is."""
        return text if self.catalogue is None else self.catalogue.say(text)

    def each(self, text: str) -> str:
        """Return a list of phrases, each of them looked up."""
        return text if self.catalogue is None else self.catalogue.each(text)

    def template(self, english: str) -> str:
        """Return the translation of a template as it stands in the files, for a script that fills it in itself."""
        return english if self.catalogue is None else self.catalogue.templates.get(english, english)

    def entry(self, entry: Entry) -> Entry:
        """Return a finding code's entry with its texts in this language."""
        said = self.codes.get(entry.code)
        return replace(entry, title=said["title"], why=said["why"], fix=said["fix"]) if said else entry

    def text_of(self, code: str, name: str, english: str) -> str:
        """Return a text of a finding code (`title`, `why` or `fix`); a code of the project keeps its own words."""
        return self.codes[code][name] if code in self.codes else english


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
    from .reading import read  # noqa: PLC0415 - a run in English reads no files

    return read(code)
