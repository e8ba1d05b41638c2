"""A message before it is put into the words of one receiver: a title and a few lines of pieces."""

from __future__ import annotations

from dataclasses import dataclass

_FULL_WIDTH = 0xFEE0
"""From a letter of ASCII to the one of full width that looks the same."""
_HARMLESS = {ord(letter): ord(letter) + _FULL_WIDTH for letter in "[]<>*`@~|"}
"""Letters that mean something in the Markdown of a chat, and what looks the same and means nothing.

No chat documents a way to escape them. An `@` in front of a name would call people.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A part of a line. `url` makes it a link; `strong` asks for bold letters, where there are any."""

    text: str
    url: str = ""
    strong: bool = False


Line = tuple[Piece, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is told. `facts` is the same as data, for receivers that are programs."""

    title: str
    lines: tuple[Line, ...]
    facts: dict[str, object]


def harmless(text: str) -> str:
    """Return a text whose letters mean nothing in Markdown, and in which no address is made a link."""
    return text.translate(_HARMLESS).replace("://", f"{chr(ord(':') + _FULL_WIDTH)}//")


def plain(line: Line) -> str:
    """Return a line without its links."""
    return "".join(piece.text for piece in line)
