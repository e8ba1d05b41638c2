"""Looking up what a sentence is in another language: by templates, so that data inside a sentence stays as it is.

A template is an English sentence with `{}` for each piece of data, as the f-string that makes the sentence has it, and
`{n}` for a number. Its translation says with `{0}`, `{1}` where the pieces go. `{0:say}` marks a piece that is a phrase
of its own and is translated too; `{0:each}` marks a list of such phrases. All other pieces are data and are never
looked up.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from string import Formatter

from reconciler.model.expressions import expression
from reconciler.model.quick import dataclass

_EDGES = expression(r"\A([ \n]*(?:[;,] +)?)(.*?)([ \n]*)\Z", re.DOTALL)
_BETWEEN = expression(r'"[^"]*"|`[^`]*`|<code>[^<]*</code>|(?P<sentence>(?<=[.?!]) (?=\S))|(?P<clause>; )')
"""Where one sentence or clause ends and the next begins; never inside of what is quoted."""
_IN_A_LIST = expression(r"(; |, and |, )")
_NO_DATA = expression(r"(?:an?|its?|no|nothing|somebody|that|the|this|what) ", re.IGNORECASE)
"""What begins like this is a sentence that is not known, and no piece of data: nothing of it is translated."""
_QUOTES = ('"', "'", "`")
_NUMBER = expression(r"[0-9][0-9,.]*")
_NEAR = 3
"""So many letters of the beginning, or else of the end, tell which templates may fit a sentence."""


@dataclass(frozen=True, slots=True)
class Template:
    """The literal text before, between and behind the pieces of data, and the translation."""

    literals: tuple[str, ...]
    numbers: frozenset[int]
    """Which pieces are numbers."""
    said: str

    @property
    def weight(self) -> tuple[bool, int]:
        """Of several templates that fit, one that knows how the sentence begins counts, then the one with less data."""
        return bool(self.literals[0]), sum(map(len, self.literals))

    def pieces(self, text: str) -> list[str] | None:
        """Return the data of a sentence of this form; None when it has another form. Takes linear time."""
        first, *middle, last = self.literals
        at, end = len(first), len(text) - len(last)
        if at > end or not text.startswith(first) or not text.endswith(last):
            return None
        found = []
        for literal in middle:
            begin = _end_of_piece(text, literal, at, end)
            if begin < 0:
                return None
            found.append(text[at:begin])
            at = begin + len(literal)
        found.append(text[at:end])
        if first or _NO_DATA.match(text) is None or "{0:" in self.said:
            return found if all(_NUMBER.fullmatch(found[place]) for place in self.numbers) else None
        return None


def _end_of_piece(text: str, literal: str, at: int, end: int) -> int:
    """Return where a piece ends that begins at `at`: before the literal text behind it, but not inside of its quotes.

    Of two pieces with nothing between them the second one is a clause, such as "; did you mean ...".
    """
    quoted = text.find(text[at], at + 1, end) if text[at : at + 1] in _QUOTES else -1
    found = text.find(literal or "; ", max(at, quoted), end)
    return end if found < 0 and not literal else found


def template_of(english: str, said: str = "") -> Template:
    """Return the template that a key of the files means."""
    literals, numbers = [""], set()
    for literal, name, _, _ in Formatter().parse(english):
        literals[-1] += literal
        if name is not None:
            numbers |= {len(literals) - 1} if name == "n" else set()
            literals.append("")
    return Template(tuple(literals), frozenset(numbers), said)


def core_of(text: str) -> tuple[str, str, str]:
    """Return the blanks and the comma or semicolon that lead in, what is said, and the blanks behind it."""
    found = _EDGES.match(text)
    return (found[1], found[2], found[3]) if found else ("", text, "")


class Catalogue:
    """All sentences of one language, by their English templates."""

    def __init__(self, messages: Mapping[str, str], punctuation: Mapping[str, str]) -> None:
        self.templates = messages
        self._punctuation = punctuation
        self._whole: dict[str, str] = {}
        self._by_beginning: dict[str, list[Template]] = {}
        self._by_end: dict[str, list[Template]] = {}
        for english, said in messages.items():
            template = template_of(english, said)
            first, *others = template.literals
            if not others:
                self._whole[first] = said.format()
            elif len(first) >= _NEAR:
                self._by_beginning.setdefault(first[:_NEAR], []).append(template)
            else:
                self._by_end.setdefault(others[-1][-_NEAR:], []).append(template)
        self.say: Callable[[str], str] = lru_cache(maxsize=4_096)(self._say)

    def each(self, text: str) -> str:
        """Return a list like "2 to create, 1 promotion" with every part of it looked up."""
        parts = _IN_A_LIST.split(text)
        return "".join(self._punctuation[part] if at % 2 else self.say(part) for at, part in enumerate(parts))

    def _say(self, text: str) -> str:
        """Return the sentence, phrase or row of sentences in this language; what is not known stays in English."""
        lead, core, trail = core_of(text)
        if lead.strip() and (whole := self._known(f"{lead}{core}")) is not None:
            return f"{whole}{trail}"  # it is data that begins like a clause
        said = self._looked_up(core)
        return text if said is None else f"{self._punctuation.get(lead, lead)}{said}{trail}"

    def _looked_up(self, core: str) -> str | None:
        """Return a text as a whole, by its sentences where all of them are known, else by what is known of it."""
        if not core or core in self._whole:
            return self._whole.get(core, core)
        parts, between = _clauses(core)
        said = [self._known(part) for part in parts] if len(parts) > 1 else []
        if said and None not in said:
            return self._joined(said, between)
        if (whole := self._known(core)) is not None:
            return whole
        if all(each is None for each in said):
            return None
        return self._joined([new or old for old, new in zip(parts, said, strict=True)], between)

    def _known(self, core: str) -> str | None:
        if core in self._whole:
            return self._whole[core]
        template, pieces = max(self._fitting(core), key=lambda fit: fit[0].weight, default=(None, []))
        return None if template is None else template.said.format(*(Piece(each, self) for each in pieces))

    def _joined(self, parts: Sequence[str | None], between: Sequence[str]) -> str:
        """Return sentences or clauses as a row; behind one that stayed in English there is a blank as ever."""
        row = ""
        for part, mark in zip(parts, (*between, ""), strict=True):
            row += f"{part}{mark if (part or '').isascii() else self._punctuation.get(mark, mark)}"
        return row

    def _fitting(self, core: str) -> Iterator[tuple[Template, list[str]]]:
        """Yield each template that fits, with the data."""
        candidates = list(self._by_beginning.get(core[:_NEAR], ()))
        for length in range(min(_NEAR, len(core)) + 1):
            candidates += self._by_end.get(core[len(core) - length :], ())
        for template in candidates:
            pieces = template.pieces(core)
            if pieces is not None:
                yield template, pieces


def _clauses(core: str) -> tuple[list[str], list[str]]:
    """Return the sentences or clauses of a text, and what stands between them."""
    ends = [found for found in _BETWEEN.finditer(core) if found.lastgroup]
    starts = [0, *(found.end() for found in ends)]
    stops = [*(found.start() for found in ends), len(core)]
    return [core[a:b] for a, b in zip(starts, stops, strict=True)], [found.group() for found in ends]


class Piece(str):
    """A piece of a sentence inside its translation, which tells by its format whether it is data or a phrase."""

    __slots__ = ("_catalogue",)
    _catalogue: Catalogue

    def __new__(cls, text: str, catalogue: Catalogue) -> Piece:
        """Return the text as it stands in the sentence."""
        piece = super().__new__(cls, text)
        piece._catalogue = catalogue
        return piece

    def __format__(self, form: str) -> str:
        """Return data as it is, a phrase (`say`) and a list of phrases (`each`) translated."""
        match form:
            case "say":
                return self._catalogue.say(str(self))
            case "each":
                return self._catalogue.each(str(self))
            case _:
                return super().__format__(form)
