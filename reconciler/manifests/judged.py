"""What is known about one object of a project for one target, before the project grades it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from types import MappingProxyType
from typing import Any

from reconciler.kinds.lookalikes import skeleton
from reconciler.manifests.composition import Variant
from reconciler.manifests.examine import Examined
from reconciler.manifests.kept import Kept
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


@dataclass(frozen=True, slots=True, kw_only=True)
class AllJudged:
    """All objects of a project for one target."""

    judged: Sequence[Judged]
    """Those of which something may have to be told, in order."""
    quiet: Mapping[ResourceId, Kept]
    """All others: earlier runs found nothing to tell of them, and their names concern nobody else."""
    resource: Callable[[Kept], Resource[Any]]
    """Returns what one of the others describes."""
    document: Callable[[Kept], Document]
    """Returns the document of one of the others, from its file."""

    @property
    def are_none(self) -> bool:
        """Whether there is no object at all."""
        return not self.judged and not self.quiet

    def documents(self, ids: AbstractSet[ResourceId]) -> Mapping[ResourceId, Document]:
        """Return the documents of these objects, in order."""
        found = {each.id: each.document() for each in self.judged if each.id is not None and each.id in ids}
        found |= {id: self.document(each) for id, each in self.quiet.items() if id in ids}
        return MappingProxyType(dict(sorted(found.items())))

    @property
    def bases_of_quiet(self) -> Iterable[frozenset[ResourceId]]:
        """What the others build on; many of them build on the same."""
        return {each.bases: each.base_ids for each in self.quiet.values()}.values()


def alone(quiet: Iterable[Kept], told: Iterable[Judged]) -> frozenset[Kept]:
    """Return those of the quiet objects whose names are not even similar to any other name, former names included.

    Names that are the same have the same skeleton, so whatever is said of two objects with one name, of names that
    look alike and of former names is said of others.
    """
    named = [(each.subject.kind, skeleton(each.subject.name), each) for each in quiet]
    count = Counter((kind, name) for kind, name, _ in named)
    for each in told:
        names = (each.id.name, *each.former) if each.id is not None else ()
        count.update((each.id.kind, skeleton(name)) for name in names if each.id is not None)
    return frozenset(each for kind, name, each in named if count[kind, name] == 1)
