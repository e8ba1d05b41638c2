"""One composed document for one target: references resolved, schema and rules checked, Resource made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from reconciler.codes import finding
from reconciler.kinds.base import Kind
from reconciler.manifests.abstract import is_abstract, of_a_live_object
from reconciler.manifests.allowed import NOTHING_ALLOWED, AllowedFields
from reconciler.manifests.composition import Composed, Composer, Variant, variants
from reconciler.manifests.environment import Environment
from reconciler.manifests.files import RawDocument
from reconciler.manifests.findings import is_below, schema_findings
from reconciler.manifests.positions import FilePositions
from reconciler.manifests.project import API_VERSION, KIND, TargetSpec, subject_of, unknown_version
from reconciler.manifests.references import Resolver, masked
from reconciler.model import Document, FieldPath, Finding, JsonObject, Resource, Severity
from reconciler.model.nearest import meant
from reconciler.model.paths import replaced
from reconciler.model.quick import dataclass

Kinds = Mapping[str, Kind[Any, Any]]

MISSING_FIELD = "DLC021"
COMPOSING = frozenset({"overrides", "base"})
"""Fields of a spec that may bring in something different for another target."""


@dataclass(frozen=True, slots=True)
class Examined:
    """The result for one document. Rules give opinions, which a project grades; faults of reading it cannot be
    graded."""

    faults: tuple[Finding, ...] = ()
    """Faults of form, references and schema."""
    opinions: tuple[Finding, ...] = ()
    """What the rules of its kind say, with the severities of the table of codes."""
    document: Document | None = None
    """Its kind and name are known; the rest is as the manifest says, right or wrong."""
    judged: Document | None = None
    """The document with `(sensitive)` in place of `${env.NAME}`, which is the one that rules may see."""
    said: frozenset[FieldPath] = frozenset()
    """The fields about which reading has reported something, so that rules add nothing."""
    kind: Kind[Any, Any] | None = None
    ready: Resource[Any] | None = None
    """What it describes, where neither reading nor a rule has an error."""
    is_abstract: bool = False
    """Whether it is there for others to build on, and describes nothing itself: no rule judges it."""
    suits_every_target: bool = False
    """Whether it certainly reads the same for every target: it has no reference, no base and no override."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Faults and opinions."""
        return (*self.faults, *self.opinions)

    @property
    def is_readable(self) -> bool:
        """Whether reading it found no error."""
        return self.document is not None and not _has_error(self.faults)

    @property
    def resource(self) -> Resource[Any] | None:
        """What it describes, whatever the rules say; None when it cannot be read."""
        if self.ready is not None or self.document is None or self.kind is None or not self.is_readable:
            return self.ready
        return self.kind.desired(self.document)


def examine(
    variant: Variant,
    composer: Composer,
    kinds: Kinds,
    targets: frozenset[str],
    environment: Environment,
    *,
    allowed: AllowedFields = NOTHING_ALLOWED,
) -> Examined:
    """Return the result for one described object and the composer's target; `targets` are all targets of the
    project."""
    raw = variant.raw
    if not raw.is_whole:
        return Examined(raw.findings)
    if stop := _envelope(raw, kinds):
        return Examined((*raw.findings, stop))
    if variant.findings:
        return Examined((*raw.findings, *variant.findings))
    composed = composer.compose(variant)
    if not isinstance(composed, Composed):
        return Examined((*raw.findings, *composed))
    kind = kinds[raw.data["kind"]]
    resolved = _resolved(composed, composer.resolver(variant, environment))
    findings = [*raw.findings, *_override_findings(variant, targets), *resolved.findings()]
    is_plain = not variant.spec.keys() & COMPOSING
    return _made(raw, kind, resolved, findings, is_plain=is_plain, allowed=allowed)


@dataclass(frozen=True, slots=True)
class _Resolved:
    """A composed document with its references resolved: as it is, as it may be judged, and as it was written."""

    composed: Composed
    resolver: Resolver
    data: JsonObject
    judged: JsonObject
    """With `(sensitive)` in place of `${env.NAME}`: no rule and no schema sees what the environment holds."""
    written: JsonObject
    """With `${env.NAME}` itself in its place."""

    @property
    def sensitive(self) -> frozenset[FieldPath]:
        """The paths of values from the environment."""
        return frozenset(self.resolver.sensitive)

    def findings(self) -> Iterator[Finding]:
        """What is wrong with the references. Whoever builds on an abstract document may have the rows of a matrix."""
        subject, is_free = subject_of(self.data), is_abstract(self.data)
        for flaw in self.resolver.flaws:
            if is_free and flaw.token.startswith("${matrix."):
                continue
            where = self.composed.positions.locate_text(flaw.path, flaw.token)
            yield finding(flaw.code, flaw.summary, subject=subject, where=where, path=flaw.path, hint=flaw.hint)


def _resolved(composed: Composed, resolver: Resolver) -> _Resolved:
    data: JsonObject = composed.data
    if any(part.raw.may_refer for part in composed.parts):
        data = resolver.resolve_at(data, composed.spots)
    if not resolver.sensitive:
        return _Resolved(composed, resolver, data, judged=data, written=data)
    hidden = {path: masked(text) for path, text in resolver.sensitive.items()}
    return _Resolved(
        composed, resolver, data, judged=replaced(data, hidden), written=replaced(data, resolver.sensitive)
    )


def _made(
    raw: RawDocument,
    kind: Kind[Any, Any],
    resolved: _Resolved,
    findings: list[Finding],
    *,
    is_plain: bool,
    allowed: AllowedFields,
) -> Examined:
    """Return the result for a resolved document, with what was found about it so far; `findings` grows."""
    data, sensitive = resolved.data, resolved.sensitive
    subject, positions = subject_of(data), resolved.composed.positions
    unresolved = frozenset(resolved.resolver.unresolved) - sensitive
    of_schema = schema_findings(
        kind.schema, resolved.judged, positions, subject=subject, unresolved=unresolved, sensitive=sensitive
    )
    if kind.is_open:
        of_schema = allowed.judged(of_schema)
    findings += of_schema
    if subject is None or not isinstance(data.get("spec"), dict):
        return Examined(tuple(findings))
    document = Document(
        kind=subject.kind,
        name=subject.name,
        metadata=data["metadata"],
        spec=data["spec"],
        where=raw.at,
        source=positions,
        sensitive=sensitive,
        written=resolved.written["spec"],
    )
    suits_every_target = is_plain and data is resolved.composed.data and not resolved.resolver.flaws
    if is_abstract(data):
        findings += of_a_live_object(data, positions, kind.of_one_object)
        return Examined(tuple(findings), document=document, is_abstract=True, suits_every_target=suits_every_target)
    judged = document if resolved.judged is data else replace(document, spec=resolved.judged["spec"])
    said = unresolved | _places(of_schema)
    opinions = [item for item in _rule_findings(kind, judged) if not is_below(item.path, said)]
    if not of_schema:
        wrong = {item.path for item in opinions if item.severity is Severity.ERROR}
        opinions += [item for item in _laid_findings(kind, resolved, allowed) if item.path not in wrong]
    return Examined(
        faults=tuple(findings),
        opinions=tuple(opinions),
        document=document,
        judged=judged,
        said=said,
        kind=kind,
        ready=None if _has_error((*findings, *opinions)) else kind.desired(document),
        suits_every_target=suits_every_target,
    )


def _has_error(findings: Sequence[Finding]) -> bool:
    return any(item.severity is Severity.ERROR for item in findings)


def _laid_findings(kind: Kind[Any, Any], resolved: _Resolved, allowed: AllowedFields) -> Iterator[Finding]:
    """Yield what the schema says about a spec that runs besides the manifest's own, at the places from which it
    comes."""
    data, positions = resolved.judged, resolved.composed.positions
    laid = kind.laid(data["spec"])
    if laid is None:
        return
    found = schema_findings(kind.schema, {**data, "spec": laid.spec}, positions, subject=subject_of(data))
    for item in allowed.judged(found):
        path = ("spec", *laid.place(next(_said_of(item))[1:]))
        if item.severity is Severity.ERROR and not is_below(path, resolved.sensitive):
            summary = f"with `set` laid over the content: {item.summary} ({item.code})"
            where = positions.locate(path)
            yield finding(laid.code, summary, subject=item.subject, where=where, path=path, hint=item.hint)


def examine_all(
    documents: Sequence[RawDocument],
    kinds: Kinds,
    target: TargetSpec,
    targets: frozenset[str],
    environment: Environment,
    *,
    allowed: AllowedFields = NOTHING_ALLOWED,
) -> list[Examined]:
    """Return the results for documents that need no others, in their order."""
    described = [variant for raw in documents for variant in variants(raw)]
    composer = Composer(described, target, kinds)
    return [examine(each, composer, kinds, targets, environment, allowed=allowed) for each in described]


def _envelope(raw: RawDocument, kinds: Kinds) -> Finding | None:
    """Return the findings that make it useless to examine the rest of the document."""
    if not isinstance(raw.data, dict):
        return finding("DLC013", "the document is not an object", where=raw.at)
    if raw.data.get("apiVersion") != API_VERSION:
        return unknown_version(raw)
    kind = raw.data.get("kind")
    if isinstance(kind, str) and kind in kinds:
        return None
    known = [*kinds, KIND]
    summary = 'missing field "kind"'
    if kind is not None:
        summary = f'unknown kind "{kind}"{meant(str(kind), known)}'
    where = FilePositions(raw).locate(("kind",))
    return finding("DLC015", summary, where=where, path=("kind",), hint=f"Known kinds: {', '.join(known)}.")


def _override_findings(variant: Variant, targets: frozenset[str]) -> list[Finding]:
    """Yield errors about overrides that are no objects, or for targets that the project does not have."""
    overrides = variant.spec.get("overrides", {})
    if overrides == {}:
        return []
    subject, positions = subject_of(variant.data), FilePositions(variant.raw)
    path: tuple[str, ...] = ("spec", "overrides")
    if not isinstance(overrides, dict):
        summary = "overrides must be an object: target names with their changes"
        return [finding("DLC022", summary, subject=subject, where=positions.locate(path), path=path)]
    findings = []
    for name, patch in overrides.items():
        if name not in targets:
            code, hint = "DLC040", f"Known targets: {', '.join(sorted(targets))}."
            summary = f'override for an unknown target "{name}"{meant(name, sorted(targets))}'
        elif not isinstance(patch, dict):
            code, hint, summary = "DLC022", "", f'the override for "{name}" must be an object'
        else:
            continue
        place = (*path, name)
        findings.append(finding(code, summary, subject=subject, where=positions.locate(place), path=place, hint=hint))
    return findings


def _places(of_schema: Sequence[Finding]) -> frozenset[FieldPath]:
    """Return the fields about which the schema reported something: a rule would say the same in other words."""
    return frozenset(path for item in of_schema for path in _said_of(item))


def _said_of(item: Finding) -> Iterator[FieldPath]:
    if item.code != MISSING_FIELD:
        yield item.path
    else:
        # The finding stands at the object that lacks the field; the rules still judge everything else in that object.
        yield (*item.path, item.summary.split('"')[1])


def _rule_findings(kind: Kind[Any, Any], document: Document) -> list[Finding]:
    return [
        replace(item, subject=item.subject or document.id, where=item.where or document.locate(item.path))
        for rule in kind.rules
        for item in rule(document)
    ]
