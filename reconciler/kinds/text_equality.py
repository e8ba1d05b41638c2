"""How names, labels and descriptions are compared: the service may store them slightly differently from what was sent.

    same      equal for every purpose: blanks and line ends at the end, and the Unicode form, do not count
    may_be    what the service may have made of a text that was sent: cut at both ends, in another form or case

`may_be` is believed only right after our own write, and what was seen then is kept as a pair of short digests, so that
a later change of case by a person is still seen as one. Strings of a content go through neither: a path is a path.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Iterator

SHORT = 16
"""Letters of a short digest."""


def settled(text: str) -> str:
    """Return the form in which a text is compared: without white space at its end, in NFC."""
    return (text if text.isascii() else unicodedata.normalize("NFC", text)).rstrip()


def same(one: str, other: str) -> bool:
    """Return whether two texts count as equal."""
    return one == other or settled(one) == settled(other)


def folded(text: str) -> str:
    """Return a text without everything that does not count right after our own write: its form, its case, blanks at
    its ends."""
    if text.isascii():
        return text.strip().lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).strip().casefold())


def may_be(sent: str, shown: str) -> bool:
    """Return whether `shown` can be what the service made of `sent`."""
    return same(sent, shown) or folded(sent) == folded(shown)


def pair(sent: str, shown: str) -> str:
    """Return the text that records how the service shows a text that was sent. It is in lower case, so that the
    service's habits cannot change it."""
    return f"{short(sent)}:{short(shown)}"


def pair_of(sent: str, shown: str) -> str:
    """`pair` of two texts of which only the SHA-256 in the form in which they are compared is known (hexadecimal)."""
    return f"{sent[:SHORT]}:{shown[:SHORT]}"


def sent_as(pairs: Iterable[str], shown: str) -> Iterator[str]:
    """Yield the short digests of the texts that the service shows as `shown`, as far as the pairs know them."""
    ending = f":{short(shown)}"
    return (each.removesuffix(ending) for each in pairs if each.endswith(ending))


def digest(text: str) -> str:
    """Return the SHA-256 of a text in the form in which it is compared, in hexadecimal."""
    return hashlib.sha256(settled(text).encode("utf-8", "surrogatepass")).hexdigest()


def short(text: str) -> str:
    """Return the short form of `digest`."""
    return digest(text)[:SHORT]
