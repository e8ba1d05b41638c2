"""Regular expressions that are compiled when they are first used.

The modules that a small command loads name about a hundred expressions, and such a command uses ten of them. Compiling
all of them took a fifth of its time.

    _DIGITS = expression("[0-9]+")
    _DIGITS.fullmatch(text)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any


class Expression:
    """What stands for `re.compile(text, flags)`: it has every attribute of the compiled pattern, and may be used by
    several threads."""

    def __init__(self, text: str, flags: int) -> None:
        self._text, self._flags = text, flags

    def __getattr__(self, name: str) -> Any:
        """Return an attribute of the compiled pattern, and keep it, so that later uses cost nothing more."""
        if name.startswith("__"):
            raise AttributeError(name)  # nobody copies or pickles an expression
        found = getattr(re.compile(self._text, self._flags), name)  # `re` keeps what it compiled
        setattr(self, name, found)
        return found


if TYPE_CHECKING:
    expression = re.compile
else:

    def expression(text: str, flags: int = 0) -> Expression:
        """Return an expression that is compiled when it is first used; a wrong one raises `re.error` only then."""
        return Expression(text, flags)
