"""Which run a snapshot belongs to. What it holds of objects is defined in `kinds.audited`."""

from __future__ import annotations

from reconciler.model import WHOLE, Share
from reconciler.model.quick import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Which run a snapshot belongs to: only the same run may continue it."""

    project: str
    sites: tuple[str, ...]
    shard: Share = WHOLE
    began: str = ""
    """When the run began (RFC 3339, UTC); ages are counted from it."""

    @property
    def day(self) -> str:
        """The day on which the run began (ISO)."""
        return self.began[:10]

    def is_same_run(self, other: Origin) -> bool:
        """Return whether it is the same audit, whenever it began."""
        return (self.project, self.sites, self.shard) == (other.project, other.sites, other.shard)
