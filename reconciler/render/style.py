"""Colour as a value: a palette is passed in, so that the same text is made with and without it."""

from __future__ import annotations

from dataclasses import dataclass

RESET = "\x1b[0m"


@dataclass(frozen=True, slots=True)
class Palette:
    """ANSI sequences by meaning; empty strings where there is no colour."""

    good: str = ""
    change: str = ""
    bad: str = ""
    dim: str = ""
    bold: str = ""

    def paint(self, colour: str, text: str) -> str:
        """The text in a colour of this palette, or as it is when the palette is plain."""
        return f"{colour}{text}{RESET}" if colour else text


PLAIN = Palette()
COLOUR = Palette(good="\x1b[32m", change="\x1b[33m", bad="\x1b[31m", dim="\x1b[2m", bold="\x1b[1m")


def visible(text: str, *, keep: str = "") -> str:
    """The text with every control and direction-changing character written out, except those in `keep`.

    What comes from manifests and from the service is data: it must not move the cursor or reorder a line.
    """
    return "".join(
        character if character in keep or _harmless(character) else _escaped(character) for character in text
    )


def _harmless(character: str) -> bool:
    code = ord(character)
    if code < 0x20 or 0x7F <= code < 0xA0:
        return False
    return not (
        0x200B <= code <= 0x200F
        or 0x2028 <= code <= 0x202E
        or 0x2060 <= code <= 0x206F
        or 0xD800 <= code <= 0xDFFF
        or code == 0xFEFF
    )


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
