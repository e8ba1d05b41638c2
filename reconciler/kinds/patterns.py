"""Regular expressions in linear time: neither the pattern of a rule nor the text that it examines is trusted.

Python's own engine tries alternatives one after the other, which takes twice as long with every letter for `^(a+)+$`.
The engine behind jsonschema-rs always runs in linear time. It supports no look-around and no backreferences, so they
are refused.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

MAX_BYTES = 1024 * 1024
"""The most bytes of a compiled pattern: `(a{1000}){1000}` would need more memory than there is."""


class PatternError(ValueError):
    """A text is no regular expression of the linear engine."""


@lru_cache(maxsize=1024)
def linear(pattern: str) -> Callable[[str], bool]:
    """Return a function that tells whether the pattern is found in a text.

    Raises:
        PatternError: it is no such pattern; the text says what may be wrong.
    """
    import jsonschema_rs  # noqa: PLC0415 - only projects with such rules pay for it

    options = jsonschema_rs.RegexOptions(size_limit=MAX_BYTES, dfa_size_limit=MAX_BYTES)
    try:
        return jsonschema_rs.Draft202012Validator({"pattern": pattern}, pattern_options=options).is_valid
    except ValueError as error:
        shown = pattern if len(pattern) <= 60 else f"{pattern[:57]}..."
        raise PatternError(
            f"pattern {shown!r} is not a regular expression that runs in linear time: "
            "no look-around, no backreference, and no repetition that grows too large"
        ) from error
