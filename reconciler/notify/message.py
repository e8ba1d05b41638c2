"""A message before it is written for one receiver: a title and a few lines of pieces."""

from __future__ import annotations

from reconciler.model.quick import dataclass

_FULL_WIDTH = 0xFEE0
"""The letter of full width that looks the same as each letter of ASCII."""
_HARMLESS = {ord(letter): ord(letter) + _FULL_WIDTH for letter in "[]<>*`@~|"}
"""Letters with a meaning in the Markdown of a chat, and letters that look the same and have none.

No chat documents a way to escape them. An `@` before a name would call people.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A part of a line. `url` makes it a link; `strong` asks for bold letters, where the chat has them."""

    text: str
    url: str = ""
    strong: bool = False


Line = tuple[Piece, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is told. `facts` holds the same as data, for receivers that are programs."""

    title: str
    lines: tuple[Line, ...]
    facts: dict[str, object]


def harmless(text: str) -> str:
    """Return a text whose letters have no meaning in Markdown, and in which no address becomes a link."""
    return text.translate(_HARMLESS).replace("://", f"{chr(ord(':') + _FULL_WIDTH)}//")


def plain(line: Line) -> str:
    """Return a line without its links."""
    return "".join(piece.text for piece in line)
