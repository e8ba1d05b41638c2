"""Flow style and quotes as prettier writes them by default, so that a file has one style with either tool.

    {a: 1}    # why  ->  { a: 1 } # why        'text'  ->  "text"        "say "x""  ->  'say "x"'

A collection in flow style that does not fit into a line of 80 columns would be broken by prettier: it is written in
block style instead, which prettier leaves as it is.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

import yaml

from reconciler.model.expressions import expression

WIDTH = 80
_BEFORE_COMMENT = expression(r" {2,}(?=#)")


def in_our_style(text: str) -> str:
    """Return the text with spaces inside flow mappings, one space before comments, and quotes that need no escape."""
    pieces, at = [], 0
    for start, end, new in sorted({*_spaces(text), *_quotes(text), *_comments(text)}):
        pieces += [text[at:start], new]
        at = end
    return "".join([*pieces, text[at:]])


def too_wide(text: str) -> set[tuple[int, int]]:
    """Return line and column, from 0, of outermost flow collections that are too wide or go over several lines."""
    found, lines, depth = set(), text.splitlines(), 0
    begin: yaml.Mark | None = None
    for token in _tokens(text):
        if isinstance(token, yaml.FlowMappingStartToken | yaml.FlowSequenceStartToken):
            begin = token.start_mark if depth == 0 else begin
            depth += 1
        elif isinstance(token, yaml.FlowMappingEndToken | yaml.FlowSequenceEndToken):
            depth -= 1
            end = token.end_mark
            assert begin is not None  # nosec B101 # a collection ends after it begins
            is_wide = end.line > begin.line or _columns(lines[end.line][: end.column]) > WIDTH
            if depth == 0 and is_wide:
                found.add((begin.line, begin.column))
    return found


def _tokens(text: str) -> Iterator[yaml.Token]:
    return iter(yaml.scan(text, Loader=yaml.SafeLoader))


def _spaces(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield edits (start, end, new text) for one space inside each brace of a mapping that is not empty."""
    before: yaml.Token | None = None
    for token in _tokens(text):
        if isinstance(before, yaml.FlowMappingStartToken) and not isinstance(token, yaml.FlowMappingEndToken):
            yield from _one_space(text, before.end_mark.index)
        if isinstance(token, yaml.FlowMappingEndToken) and not isinstance(before, yaml.FlowMappingStartToken):
            at = token.start_mark.index
            if text[at - 1] not in " \n":
                yield at, at, " "
        before = token


def _one_space(text: str, at: int) -> Iterator[tuple[int, int, str]]:
    if text[at] not in " \n":
        yield at, at, " "


def _comments(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield edits for one space before a comment that stands after something."""
    for token in _tokens(text):
        at = token.end_mark.index
        found = _BEFORE_COMMENT.match(text, at)
        if found and text[at - 1 : at] not in ("", "\n"):
            yield at, found.end(), " "


def _quotes(text: str) -> Iterator[tuple[int, int, str]]:
    for token in _tokens(text):
        if isinstance(token, yaml.ScalarToken) and token.style in ("'", '"'):
            start, end = token.start_mark.index, token.end_mark.index
            new = _quoted(str(token.value), text[start + 1 : end - 1], token.style)
            if new != text[start:end]:
                yield start, end, new


def _quoted(value: str, inside: str, style: str) -> str:
    """Return the scalar in the quotes that need fewer escapes, double ones when it makes no difference."""
    same = f"{style}{inside}{style}"
    if "\n" in inside:
        plain = style == "'" and not set('"\\').intersection(inside)
        return '"' + inside.replace("''", "'") + '"' if plain else same
    if not value.isprintable():
        return same
    prefers_single = value.count('"') > value.count("'")
    if style == "'" and not prefers_single and "\\" not in value:
        return '"' + value.replace('"', '\\"') + '"'
    escapes = inside.replace('\\"', "")
    if style == '"' and prefers_single and "\\" not in escapes:
        return "'" + value.replace("'", "''") + "'"
    return same


def _columns(line: str) -> int:
    """Return how wide a line is on a screen: letters of East Asian scripts take two columns."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in line)
