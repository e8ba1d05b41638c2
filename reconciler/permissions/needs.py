"""What a row of the table says of one command."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.live.port import Operation

Calls = tuple[Operation, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What one command calls: always, and additionally where versions prove themselves (`spec.verify`)."""

    calls: Calls = ()
    verifying: Calls = ()
