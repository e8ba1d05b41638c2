"""Makes text of the service fit for one line of a message: bounded, and with control characters made visible."""

from __future__ import annotations

LONGEST = 200


def one_line(text: object, longest: int = LONGEST) -> str:
    """Return the first visible characters of `text`; line ends and control characters are shown as escapes."""
    source = str(text)
    if len(source) <= longest and source.isprintable():  # nearly always: no letter has to be examined
        return source.strip()
    shown = "".join(_visible(letter) for letter in source[: longest + 1].strip())
    return shown if len(shown) <= longest and len(source) <= longest + 1 else shown[:longest] + "…"


def _visible(letter: str) -> str:
    if letter in "\r\n\t":
        return " "
    return letter if letter.isprintable() else letter.encode("unicode_escape", "backslashreplace").decode("ascii")
