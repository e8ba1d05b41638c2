"""What is known about one object of a project for one target, before the project grades it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reconciler.manifests.composition import Variant
from reconciler.manifests.examine import Examined
from reconciler.model import Document, Finding, Resource, ResourceId
from reconciler.model.quick import dataclass

Whole = tuple[Variant, Examined]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What is known about one object, before it is graded."""

    is_made: bool
    """Whether text in one place also takes part in other objects."""
    faults: tuple[Finding, ...]
    """Faults of reading it."""
    opinions: tuple[Finding, ...]
    """What the rules of its kind and the policies report."""
    id: ResourceId | None
    """The identity; None when it is not known."""
    former: tuple[str, ...] = ()
    is_abstract: bool = False
    """Whether it is there for others to build on, and describes nothing itself."""
    bases: frozenset[ResourceId] = frozenset()
    """What it builds on, directly or not."""
    resource: Resource[Any] | None = None
    """What it describes, whatever the rules say; None when it cannot be read."""
    whole: Callable[[], Whole]
    """Returns all of it. For an object that an earlier run found, the file is read then."""

    def document(self) -> Document:
        """Return the document of an object whose id is known."""
        document = self.whole()[1].document
        if document is None:
            raise LookupError(self.id)
        return document
