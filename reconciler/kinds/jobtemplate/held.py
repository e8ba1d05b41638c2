"""A version that is known to hold what a manifest asks for, without its content."""

from __future__ import annotations

from reconciler.model.quick import dataclass


@dataclass(frozen=True, slots=True)
class Held:
    """What has to be known of such a version: its content is the manifest's, so nobody reads either of them."""

    number: int
    ignored: tuple[str, ...] = ()
    """The console's keys that it has besides."""
