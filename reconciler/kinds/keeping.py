"""How a cache keeps what a manifest asks for: by what tells it from everything else, never by what it holds.

A cache may lie where others read it, and travels with the caches of a CI. So it has digests, numbers and names; whoever
needs a content reads the manifest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from reconciler.model import JsonValue, Resource
from reconciler.model.quick import dataclass

DesiredT = TypeVar("DesiredT")
LiveT = TypeVar("LiveT")
Expected = str
"""A digest of what a live object shows that is exactly as its manifest asks; empty: only a comparison can tell."""


@dataclass(frozen=True, slots=True)
class Keeping(Generic[DesiredT]):
    """Both ways between the desired side of a kind and the facts that are kept of it."""

    facts: Callable[[Resource[DesiredT]], Sequence[JsonValue]]
    """Digests, numbers and names besides `Kind.digest`, as JSON has them."""
    recalled: Callable[[str, Sequence[JsonValue], Callable[[], DesiredT]], DesiredT]
    """The desired side of `Kind.digest` and the facts; what they do not say comes from the last argument, which reads
    the manifest."""
