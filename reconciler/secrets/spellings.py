"""The spellings of a known secret: as JSON, Python, a URL or base64 write it."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from urllib.parse import quote, quote_plus

from reconciler.model.expressions import expression

_ESCAPE = expression("%[0-9A-F]{2}")
_SHORTEST_CORE = 7
_FIRST_OF_ITS_OWN = (0, 2, 3)
"""The first base64 letter that depends on the value alone, by how many bytes stand before the value, modulo three."""


def spellings(value: str) -> set[str]:
    """Return the texts that reveal the value, itself included."""
    in_url = {quote(value), quote(value, safe=""), quote_plus(value)}
    return {
        value,
        json.dumps(value)[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
        repr(value)[1:-1],
        *in_url,
        *(_ESCAPE.sub(lambda found: found.group().lower(), text) for text in in_url),
        *_in_base64(value.encode("utf-8", "surrogatepass")),
    }


def _in_base64(value: bytes) -> Iterator[str]:
    """Yield the base64 letters that depend on the value alone, whatever stands before and after it in the encoded
    text."""
    for before, first in enumerate(_FIRST_OF_ITS_OWN):
        core = b64encode(bytes(before) + value).decode("ascii")[first : (before + len(value)) * 8 // 6]
        if len(core) >= _SHORTEST_CORE:
            yield from (core, core.translate({ord("+"): "-", ord("/"): "_"}))
