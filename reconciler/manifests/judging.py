"""Judges every object of a project for one target: examined now, or as an earlier run found it."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any

from reconciler.kinds.base import Kind
from reconciler.kinds.former import former_names
from reconciler.manifests.composition import Composer, Described, Variant
from reconciler.manifests.environment import Environment, Watched
from reconciler.manifests.examine import Examined, examine
from reconciler.manifests.files import changed
from reconciler.manifests.findings import is_below
from reconciler.manifests.judged import AllJudged, Judged, Whole, alone
from reconciler.manifests.kept import Base, Found, Kept, finding_of
from reconciler.manifests.policies import NOT_JUDGED, Policies
from reconciler.manifests.project import Project, TargetSpec
from reconciler.manifests.shelves import Keeper
from reconciler.manifests.sound import Sound
from reconciler.manifests.sources import Source, Sources
from reconciler.model import Finding, Resource, ResourceId, SourceRef

TOGETHER = 200
"""How many files are parsed before they are judged."""


class Judging:
    """The objects of one target. `shared` holds what is the same for every target."""

    def __init__(
        self,
        project: Project,
        target: TargetSpec,
        sources: Sources,
        policies: Policies,
        *,
        kinds: Mapping[str, Kind[Any, Any]],
        environ: Environment,
        shared: dict[Variant, Examined],
        keeper: Keeper | None = None,
        most_held: int | None = None,
    ) -> None:
        """`most_held` is how many files stay in memory once they are judged; None: all of them."""
        self._target = target
        self._sources = sources
        self._policies = policies
        self._kinds = kinds
        self._environ = environ
        self._shared = shared
        self._keeper = keeper
        self._lock = threading.RLock()
        self._loaded: dict[Variant, Examined] = {}
        self._targets = frozenset(project.targets)
        self._allowed = project.allowed
        self._composer = Composer((), target, self._kinds)
        self._anew: dict[Variant, tuple[Examined, Judged]] = {}
        self._most_held = most_held
        self._opened: dict[str, Sequence[Described]] = {}
        self._early: dict[Variant, Judged] = {}

    def judged(self) -> AllJudged:
        """Return every object. Those that build on others come last, so that the faults of a base are reported at the
        base first.

        What may be kept for later runs is kept at the end.
        """
        described = self._described()
        silent = [each for each in described if isinstance(each, Kept) and each.is_quiet]
        told = {each: self._told(each) for each in described if not (isinstance(each, Kept) and each.is_quiet)}
        quiet = alone(silent, told.values())
        judged = [told.get(each) or self._told(each) for each in described if each not in quiet]
        if self._keeper is not None and self._anew:
            for source in self._sources.made:
                self._keep(source, self._keeper)
        return AllJudged(
            judged=judged,
            quiet={each.subject: each for each in quiet},
            resource=self._remade,
            document=lambda kept: self._recalled(kept).document(),
        )

    def _told(self, each: Described) -> Judged:
        return self._recalled(each) if isinstance(each, Kept) else self._judged(each.variant())

    def _described(self) -> list[Described]:
        kept = self._keeper.recall(self._sources.unparsed(), self._variant) if self._keeper is not None else []
        described = self._in_order(kept)
        outdated = {bases for bases in {each.bases for each in kept} if not self._still_hold(bases)}
        if outdated:
            files = {each.file for each in kept if each.bases in outdated}
            described = self._in_order([each for each in kept if each.file not in files])
        return described

    def _in_order(self, kept: Sequence[Kept]) -> list[Described]:
        known = {each.file for each in kept}
        self._sources.let_go(known)
        sources = [self._sources[name] for name in self._sources.names if name not in known]
        self._read(sources)
        described: list[Described] = [*kept, *(each for source in sources for each in self._open(source))]
        described.sort(key=attrgetter("file"))
        described.sort(key=attrgetter("has_base"))
        self._composer = Composer(described, self._target, self._kinds)
        return described

    def _read(self, sources: Sequence[Source]) -> None:
        """Open files, some hundred at a time: first all of them are parsed, then all are judged. One after the other
        took a fifth longer, because the processor forgets the one work over the other. Of thousands of files, a second
        process parses them while this one judges."""
        with self._sources.reading([source.name for source in sources if source.is_to_be_read]) as coming:
            for start in range(0, len(sources), TOGETHER):
                batch = sources[start : start + TOGETHER]
                for source in batch:
                    self._parse(source, coming)
                for source in batch:
                    self._open(source)

    def _parse(self, source: Source, coming: Iterator[Sound | None]) -> None:
        """Read the documents of a file. `coming` is what a second process reads of it and of the next ones."""
        if source.is_to_be_read and (found := next(coming)) is not None:
            source.take(found)
        if self._most_held is not None and not source.is_parsed:
            _ = source.digest  # of a file that is parsed it is not known
        self._sources.variants(source)

    def _open(self, source: Source) -> Sequence[Described]:
        """Return what the documents of a file describe. Once many files are held, those that need no others are judged
        at once and let go: trees of thousands of contents would fill the memory, and hardly any is asked for again."""
        if source.name not in self._opened:
            self._opened[source.name] = self._judged_at_once(source) or self._sources.variants(source)
        return self._opened[source.name]

    def _judged_at_once(self, source: Source) -> Sequence[Described]:
        """Judge a file that needs no others, and return its objects where it was let go; nothing where it has to be
        held."""
        if self._most_held is None or not source.digest:
            return ()
        variants = self._sources.variants(source)
        if any(variant.has_base for variant in variants):
            return ()
        self._early.update((variant, self._judged(variant)) for variant in variants)
        objects = self._kept_of(source) if len(self._opened) >= self._most_held else ()
        if not objects:
            return ()
        if self._keeper is not None:
            self._keep(source, self._keeper)
        for variant in variants:
            del self._early[variant], self._anew[variant]
        source.release()
        return [Kept.of(each, number, self._variant) for number, each in enumerate(objects)]

    def _still_hold(self, bases: Sequence[Base]) -> bool:
        """Return whether the files that an object builds on are where they were, and unchanged."""
        return all(
            self._composer.file_of(base.kind, base.name) == base.file
            and self._sources[base.file].digest.hex() == base.digest
            for base in bases
        )

    def _variant(self, file: str, number: int) -> Variant:
        found = self._sources.variants(self._sources[file])
        if number >= len(found):
            raise changed(file)
        return found[number]

    def _recalled(self, kept: Kept) -> Judged:
        rest = kept.rest
        return Judged(
            is_made=rest.is_made,
            faults=tuple(map(finding_of, rest.faults)),
            opinions=tuple(map(finding_of, rest.opinions)),
            id=kept.subject,
            former=tuple(rest.former),
            bases=kept.base_ids,
            resource=self._remade(kept),
            whole=lambda: self._whole(kept),
        )

    def _remade(self, kept: Kept) -> Resource[Any]:
        """Return what an object describes that an earlier run found; its content is read when somebody asks for it."""
        id, rest = kept.subject, kept.rest
        keeping = self._kinds[id.kind].keeping
        assert keeping is not None  # nosec B101 # else it would not have been kept
        body = keeping.recalled(kept.digest, rest.facts, lambda: self._resource(kept).body)
        return Resource(id=id, body=body, origin=SourceRef(kept.file, rest.line, rest.column), labels=rest.labels)

    def _resource(self, kept: Kept) -> Resource[Any]:
        resource = self._whole(kept)[1].resource
        if resource is None:
            raise changed(kept.file)
        return resource

    def _whole(self, kept: Kept) -> Whole:
        with self._lock:
            variant = kept.variant()
            if variant not in self._loaded:
                self._loaded[variant] = self._examined(variant, self._environ)
            return variant, self._loaded[variant]

    def _judged(self, variant: Variant) -> Judged:
        if variant in self._early:
            return self._early[variant]
        watched = Watched(self._environ)
        examined = self._shared.get(variant) or self._examined(variant, watched)
        if examined.suits_every_target and self._most_held is None:
            self._shared[variant] = examined
        document = examined.document
        bases = self._composer.bases(variant) if variant.has_base else ()
        judged = Judged(
            is_made=variant.is_made,
            faults=examined.faults,
            opinions=(*examined.opinions, *self._policy_findings(examined)),
            id=document.id if document is not None else None,
            former=former_names(document.metadata) if document is not None else (),
            is_abstract=examined.is_abstract,
            bases=frozenset(ResourceId(kind, name) for kind, name, _ in bases),
            resource=examined.resource,
            whole=lambda: (variant, examined),
        )
        if judged.resource is not None and not watched.was_asked:
            self._anew[variant] = examined, judged
        return judged

    def _examined(self, variant: Variant, environ: Environment) -> Examined:
        return examine(variant, self._composer, self._kinds, self._targets, environ, allowed=self._allowed)

    def _policy_findings(self, examined: Examined) -> Iterator[Finding]:
        """Yield what the policies say about a document. Each document is judged by itself."""
        if examined.judged is None:
            return
        for item in self._policies.judge(examined.judged, self._target.target.name):
            # Its faults were reported: a policy that fails because of them, or judges a missing part, adds nothing.
            if not is_below(item.path, examined.said) and (examined.is_readable or item.code != NOT_JUDGED):
                yield item

    def _keep(self, source: Source, keeper: Keeper) -> None:
        """Keep the objects of a file, where all of them are sound and come from files alone."""
        if objects := self._kept_of(source):
            # Policies judge for one target.
            suit = not self._policies.rules and all(
                self._anew[variant][0].suits_every_target for variant in source.variants or ()
            )
            keeper.put(source.name, source.digest, objects, suit_every_target=suit)

    def _kept_of(self, source: Source) -> Sequence[Found]:
        """Return the objects of a file, where all of them are sound and come from files alone; else nothing."""
        variants = source.variants or ()
        if not variants or not all(variant in self._anew for variant in variants) or not self._sources.is_plain(source):
            return ()
        found = [self._kept(variant, *self._anew[variant]) for variant in variants]
        return [each for each in found if each is not None] if None not in found else ()

    def _kept(self, variant: Variant, examined: Examined, judged: Judged) -> Found | None:
        kind, resource = examined.kind, judged.resource
        bases = [self._base(*each) for each in self._composer.bases(variant)] if variant.has_base else []
        if kind is None or kind.keeping is None or resource is None:
            return None
        if not examined.is_readable or not all(base.digest for base in bases):
            return None
        return Found(
            subject=resource.id,
            where=resource.where,
            is_made=judged.is_made,
            faults=judged.faults,
            opinions=judged.opinions,
            labels=resource.labels,
            former=judged.former,
            digest=kind.digest(resource),
            expected=kind.expected(resource),
            proves=kind.proves(resource),
            facts=kind.keeping.facts(resource),
            bases=tuple(bases),
        )

    def _base(self, kind: str, name: str, file: str) -> Base:
        return Base(kind=kind, name=name, file=file, digest=self._sources[file].digest.hex())
