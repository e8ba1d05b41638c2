"""Where these commands work: one workspace behind the service, the time, and how patient to be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from reconciler.kinds.base import Patience
from reconciler.live.port import Service


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One workspace of the service."""

    service: Service
    workspace_id: str
    region: str
    patience: Patience
    now: Callable[[], datetime]
    """With a time zone."""
