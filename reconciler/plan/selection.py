"""Which of a target's resources a run plans: those with labels, of names, or changed since a commit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from reconciler.model import Resource, ResourceId
from reconciler.model.quick import dataclass
from reconciler.plan.named import Named

AnyResource = Resource[Any]


@dataclass(frozen=True, slots=True)
class Changed:
    """Which resources the manifests changed since a Git revision, including those that they do not describe any
    more."""

    revision: str
    ids: frozenset[ResourceId] | None = None
    """The resources; None when something changed that affects all of them."""
    because: str = ""
    """What else than single manifests changed, so that everything had to be read; empty: nothing."""

    def covers(self, id: ResourceId) -> bool:
        """Return whether this resource changed."""
        return self.ids is None or id in self.ids


@dataclass(frozen=True, slots=True)
class Selection:
    """`--select`, `--name` and `--changed-since`: what is planned must fit all of them. It never narrows what is
    described."""

    labels: tuple[tuple[str, str], ...] = ()
    changed: Changed | None = None
    named: Named | None = None

    def covers(self, resource: AnyResource) -> bool:
        """Return whether the resource changed, is named, and carries every selected label with the selected value."""
        return bool(self.among((resource.id,))) and self.fits(resource)

    def fits(self, resource: AnyResource) -> bool:
        """Return whether the resource carries every selected label with the selected value."""
        return all(resource.labels.get(key) == value for key, value in self.labels)

    def among(self, ids: Iterable[ResourceId]) -> set[ResourceId]:
        """Return those of the ids that changed and are named. Labels are not judged: they are part of a resource."""
        changed = self.changed.ids if self.changed is not None else None
        found = set(ids) if changed is None else set(changed.intersection(ids))
        if self.named is not None:
            found &= self.named.ids
        return found

    def covers_unread(self, id: ResourceId) -> bool:
        """Return whether it covers an object that could not be read, so that its labels and its changes are unknown."""
        return not self.labels and self.changed is None and (self.named is None or id in self.named.ids)

    @property
    def is_everything(self) -> bool:
        """Whether nothing is left out."""
        return not self.labels and self.changed is None and self.named is None

    @property
    def names(self) -> tuple[str, ...]:
        """The names as they were given."""
        return self.named.patterns if self.named is not None else ()

    @property
    def revision(self) -> str:
        """The commit since which something must have changed; empty for none."""
        return self.changed.revision if self.changed is not None else ""

    @property
    def as_text(self) -> tuple[str, ...]:
        """The labels as they were given: "team=vision"."""
        return tuple(f"{key}={value}" for key, value in self.labels)
