"""What the manifests of a project ask of one target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import field, replace
from functools import cached_property
from typing import Any

from reconciler.codes.grading import Waived
from reconciler.kinds.keeping import Expected
from reconciler.manifests.broken import BrokenManifest
from reconciler.model import Document, Finding, Resource, ResourceId, Severity, SourceRef
from reconciler.model.on_demand import OnDemand
from reconciler.model.quick import dataclass

Asked = Mapping[ResourceId, tuple[str, str]]
"""The digest of what is asked of each resource (`Kind.digest`), and the name of its manifest."""


@dataclass(frozen=True, kw_only=True)
class Desired:
    """What the manifests ask of one target. With errors among the findings it is not complete."""

    resources: Mapping[ResourceId, Resource[Any]] = field(default_factory=dict)
    """In order. Those that earlier runs found are made when they are asked for: whoever needs names, digests or files
    of all of them asks `asked`."""
    asked: Asked = field(default_factory=dict)
    """What tells each of the resources from what it was asked at another time."""
    expected: Mapping[ResourceId, Expected] = field(default_factory=dict)
    """What the live object of each resource shows if it is exactly as asked (`Kind.expected`)."""
    proving: frozenset[ResourceId] = frozenset()
    """Those of the resources that ask for a proof (`Kind.proves`)."""
    let_go: frozenset[ResourceId] = frozenset()
    """What else manifests describe, of which only the names are still known (see `only`)."""
    renamed: Mapping[ResourceId, tuple[str, ...]] = field(default_factory=dict)
    """The former names of those resources whose manifests have any."""
    documents: Mapping[ResourceId, Document] = field(default_factory=dict)
    """The documents from which the resources were made, where they were asked for."""
    findings: tuple[Finding, ...] = ()
    """With the project's grades; waived ones and those of rules that are off are left out."""
    abstract: Mapping[ResourceId, SourceRef] = field(default_factory=dict)
    """Manifests that are there for others to build on, and where they stand: none of them is an object."""
    against_rules: Mapping[ResourceId, Resource[Any]] = field(default_factory=dict)
    """Resources whose manifests only break rules: they are compared, but never written."""
    broken: tuple[BrokenManifest, ...] = ()
    """Manifests with errors, sorted by their places. Nothing that they may describe is among the resources."""
    waived: tuple[Waived, ...] = ()
    off: tuple[Finding, ...] = ()
    """What rules that are switched off would report."""
    files: frozenset[str] = frozenset()
    """Names of the files that were read as manifests."""
    links: frozenset[str] = frozenset()
    """Those of them that are links."""
    pointers: frozenset[str] = frozenset()
    """Those of them that Git LFS has not fetched, so that nobody knows what they describe."""
    vacant: tuple[int, ...] = ()
    """Which patterns of `spec.manifests` match no manifest file, by their number from 0."""
    secrets: frozenset[str] = field(default=frozenset(), repr=False)
    """The values that were taken from the environment: no text may show them, wherever they come back."""

    @property
    def general(self) -> tuple[Finding, ...]:
        """The errors that belong to no single manifest: of the project, its patterns and its policies."""
        told = {item for each in self.broken for item in each.shown.findings}
        return tuple(item for item in self.findings if item.severity is Severity.ERROR and item not in told)

    @cached_property
    def described(self) -> frozenset[ResourceId]:
        """Everything that manifests describe, including those with errors as far as they can be read."""
        broken = (each.shown.id for each in self.broken if each.shown.id is not None)
        return frozenset((*self.resources, *self.let_go, *broken))

    def of_kind(self, kind: str) -> Mapping[ResourceId, Resource[Any]]:
        """Return the resources of a kind, in order."""
        return OnDemand(self._by_kind.get(kind, ()), self.resources.__getitem__)

    @cached_property
    def _by_kind(self) -> Mapping[str, Sequence[ResourceId]]:
        found: dict[str, list[ResourceId]] = {}
        for id in self.resources:
            found.setdefault(id.kind, []).append(id)
        return found

    def only(self, ids: AbstractSet[ResourceId]) -> Desired:
        """Return the same with the contents of these resources alone, for whoever writes them: it holds no manifest any
        more, and cannot be compared with what is live."""
        resources = {id: self.resources[id] for id in self.resources if id in ids}
        let_go = frozenset(id for id in self.resources if id not in ids)
        bare = replace(self, asked={}, expected={}, documents={}, against_rules={})
        return replace(bare, resources=resources, proving=self.proving & ids, let_go=let_go)

    @property
    def has_errors(self) -> bool:
        """Whether anything must be corrected before the resources may be used."""
        return any(item.severity is Severity.ERROR for item in self.findings)
