"""How a manifest is put together before its references are resolved: rows of a matrix, a base, overrides.

    RawDocument --variants()--> Variant (one per row) --Composer, for one target--> Composed

Merging is RFC 7386 throughout. What a field is worth and where it was written stay together: `Composed.positions` knows
every document that took part.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Protocol

from reconciler.codes import finding
from reconciler.kinds.base import AnyKind
from reconciler.manifests.environment import Environment, UnknownEnvironment, misplaced
from reconciler.manifests.files import RawDocument
from reconciler.manifests.merge_patch import merge_patch
from reconciler.manifests.positions import FilePositions
from reconciler.manifests.project import TargetSpec, subject_of
from reconciler.manifests.references import Resolver, env_token, fill
from reconciler.manifests.spots import Spots, spots_of
from reconciler.model import FieldPath, Finding, JsonObject, JsonValue, ResourceId
from reconciler.model.nearest import meant
from reconciler.model.quick import dataclass

BASE: FieldPath = ("spec", "base")
MATRIX: FieldPath = ("spec", "matrix")
MAX_ROWS = 1000
"""The most rows of one matrix; each row makes a copy of the document."""

_OWN = frozenset({"base", "matrix", "overrides"})
"""Fields that say how a spec is put together; the result does not have them."""


@dataclass(frozen=True, slots=True, eq=False)
class Variant:
    """One object that a document describes: the document as it is, or with one row of its matrix filled in."""

    raw: RawDocument
    data: JsonValue
    row: int | None = None
    findings: tuple[Finding, ...] = ()
    """Why no object can be made of it."""
    spots: Spots | None = None
    """Where its references are; None: this is not known."""

    @property
    def file(self) -> str:
        """The name of its file."""
        return self.raw.at.file

    @property
    def subject(self) -> ResourceId | None:
        """Kind and name as they are written, where it has both; else None."""
        return subject_of(self.data) if isinstance(self.data, dict) else None

    def variant(self) -> Variant:
        """See `Described`."""
        return self

    @property
    def row_values(self) -> JsonObject:
        """The value of each `${matrix.NAME}`."""
        return {} if self.row is None else self.raw.data["spec"]["matrix"][self.row]

    @property
    def is_made(self) -> bool:
        """Whether text in one place also takes part in other objects."""
        return self.row is not None or self.has_base

    @property
    def has_base(self) -> bool:
        """Whether other documents are needed to put it together."""
        return "base" in self.spec

    @property
    def spec(self) -> JsonObject:
        """The spec as written, empty when it is not an object."""
        spec = self.data.get("spec") if isinstance(self.data, dict) else None
        return spec if isinstance(spec, dict) else {}


class Described(Protocol):
    """One object that a document describes, with what others that build on it have to know."""

    @property
    def file(self) -> str:
        """The name of its file."""
        ...

    @property
    def has_base(self) -> bool:
        """Whether other documents are needed to put it together."""
        ...

    @property
    def subject(self) -> ResourceId | None:
        """Kind and name, where it has both; the name may hold references."""
        ...

    def variant(self) -> Variant:
        """Return the whole variant."""
        ...


@dataclass(frozen=True, slots=True)
class Composed:
    """One object for one target, with its references still in it."""

    data: JsonObject
    positions: FilePositions
    parts: tuple[Variant, ...]
    """The outermost base first, the document itself last."""
    spots: Spots | None = None
    """Where the references are; None: this is not known."""


def variants(raw: RawDocument) -> tuple[Variant, ...]:
    """Return what a document describes; for a matrix that cannot be used, one variant that says why."""
    spec = raw.data.get("spec") if isinstance(raw.data, dict) else None
    if not isinstance(spec, dict) or "matrix" not in spec or not raw.is_whole:
        return (Variant(raw, raw.data, spots=_spots(raw.data, raw.spots)),)
    if problems := tuple(_matrix_problems(raw, spec["matrix"])):
        return (Variant(raw, raw.data, findings=problems),)
    rest = {**raw.data, "spec": {key: value for key, value in spec.items() if key != "matrix"}}
    filled = (fill(rest, row) for row in spec["matrix"])
    return tuple(Variant(raw, data, index, spots=_spots(data, spots_of(data))) for index, data in enumerate(filled))


def _spots(data: JsonValue, spots: Spots | None) -> Spots | None:
    """Return the spots of one object. With a base or overrides it is another one for each target, and nothing is
    known."""
    spec = data.get("spec") if isinstance(data, dict) else None
    return None if isinstance(spec, dict) and spec.keys() & _OWN else spots


def _matrix_problems(raw: RawDocument, matrix: JsonValue) -> Iterator[Finding]:
    if not isinstance(matrix, list):
        yield _problem(raw, "DLC022", "matrix must be a list of rows, each an object", MATRIX)
    elif not matrix:
        yield _problem(raw, "DLC045", "the matrix has no row, so the document describes nothing", MATRIX)
    elif len(matrix) > MAX_ROWS:
        yield _problem(raw, "DLC025", f"the matrix has {len(matrix):,} rows; at most {MAX_ROWS:,} are allowed", MATRIX)
    else:
        for index, row in enumerate(matrix):
            if not isinstance(row, dict):
                yield _problem(raw, "DLC022", f"row {index + 1} of the matrix must be an object", (*MATRIX, index))


def _problem(raw: RawDocument, code: str, summary: str, path: FieldPath, hint: str = "") -> Finding:
    where = FilePositions(raw).locate(path)
    return finding(code, summary, subject=subject_of(raw.data), where=where, path=path, hint=hint)


class Composer:
    """Puts the documents of a project together for one target."""

    def __init__(self, described: Sequence[Described], target: TargetSpec, kinds: Mapping[str, AnyKind]) -> None:
        self.target = target
        self._kinds = kinds
        self._described = described
        self._index: dict[tuple[str, str], Described] = {}
        self._known: dict[str, JsonValue] = {}
        self._guesses: dict[tuple[str, str], str] = {}

    def resolver(self, variant: Variant, environment: Environment) -> Resolver:
        """Return what resolves the references of a variant for the target. What it finds out about the target's values
        the next one knows."""
        target, kind = self.target, self._kinds[variant.raw.data["kind"]]
        return Resolver(
            target.target.name, target.values, environment, variant.row_values, kind.plain, known=self._known
        )

    def compose(self, variant: Variant) -> Composed | tuple[Finding, ...]:
        """Return the object for the target, or why it cannot be put together.

        A base that has a problem of its own reports it itself; then there is nothing to add.
        """
        target = self.target.target.name
        if variant.spots is not None:  # it stands by itself, and is the same for every target
            return Composed(variant.data, FilePositions(variant.raw, target, variant.row), (variant,), variant.spots)
        chain, problems = self._chain(variant)
        if chain is None:
            return problems
        spec: JsonValue = None
        places: tuple[FilePositions, ...] = ()
        kept_back = self._kept_back(variant)
        for part in chain:
            own = part.data.get("spec")
            if part.row is None and variant.row is not None:
                own = fill(own, variant.row_values)  # a base speaks of the rows of what is built on it
            spec = _merged(_handed_on(spec, kept_back), own, target, is_root=part is chain[0])
            places = (*places, FilePositions(part.raw, target, part.row))
        data = variant.data if spec is None else {**variant.data, "spec": spec}
        positions = replace(places[-1], bases=places[:-1]) if places[1:] else places[0]
        return Composed(data, positions, tuple(chain), variant.spots)

    def _kept_back(self, variant: Variant) -> frozenset[str]:
        """Return the fields of a spec about one live object, which a base does not pass on."""
        kind = self._kinds.get(str(variant.data.get("kind")))
        return frozenset(str(path[-1]) for path in kind.of_one_object if path[0] == "spec") if kind else frozenset()

    def _chain(self, variant: Variant) -> tuple[list[Variant] | None, tuple[Finding, ...]]:
        """Return the document and its bases, outermost first."""
        chain = [variant]
        while chain[-1].has_base:
            part = chain[-1]
            name = part.spec["base"]
            is_own = part is variant
            if not isinstance(name, str):
                problem = _problem(part.raw, "DLC022", "base must be the name of another manifest", BASE)
                return None, (problem,) if is_own else ()
            if (token := env_token(name)) and (refusal := misplaced(token, BASE)):
                return None, (_problem(part.raw, refusal.code, refusal.summary, BASE),) if is_own else ()
            base = self._named(str(part.data.get("kind")), self._plain(name))
            if base is None:
                return None, (self._unknown(part, self._plain(name)),) if is_own else ()
            if base in chain:
                return None, tuple(self._circle([*chain[chain.index(base) :], base], variant))
            if base.findings or not base.raw.is_whole:
                return None, ()
            chain.append(base)
        return chain[::-1], ()

    def bases(self, variant: Variant) -> tuple[tuple[str, str, str], ...]:
        """Return what the document builds on, the direct base first: kind and name of each, and its file."""
        chain = (self._chain(variant)[0] or [])[::-1]
        return tuple(
            (str(part.data.get("kind")), self._plain(part.spec["base"]), base.file) for part, base in pairwise(chain)
        )

    def file_of(self, kind: str, name: str) -> str:
        """Return the file of the object that a base of this name means; empty when there is none."""
        found = self._indexed(kind, name)
        return found.file if found is not None else ""

    def _named(self, kind: str, name: str) -> Variant | None:
        found = self._indexed(kind, name)
        return found.variant() if found is not None else None

    def _indexed(self, kind: str, name: str) -> Described | None:
        if not self._index:
            for each in self._described:
                subject = each.subject
                if subject is not None:
                    self._index.setdefault((subject.kind, self._plain(subject.name)), each)
        return self._index.get((kind, name))

    def _plain(self, name: str) -> str:
        """Return a name with the target's values in it."""
        if "${" not in name:
            return name
        return str(Resolver(self.target.target.name, self.target.values, UnknownEnvironment()).resolve(name))

    def _unknown(self, part: Variant, name: str) -> Finding:
        kind = str(part.data.get("kind"))
        if (kind, name) not in self._guesses:  # thousands may build on one base whose name changed
            self._guesses[kind, name] = meant(name, [other for of, other in self._index if of == kind])
        summary = f'there is no {kind} "{name}" to build on{self._guesses[kind, name]}'
        return _problem(part.raw, "DLC043", summary, BASE)

    def _circle(self, circle: Sequence[Variant], variant: Variant) -> Iterator[Finding]:
        """Yield one finding for a circle, at the member that stands first; the others have nothing to add."""
        members = sorted({id(each): each for each in circle}.values(), key=lambda each: (each.raw.at, each.row or 0))
        if variant is not members[0]:
            return
        start = next(index for index, each in enumerate(circle) if each is variant)
        around = [*circle[start:-1], *circle[:start], variant]
        names = " -> ".join(self._plain(str(each.data["metadata"]["name"])) for each in around)
        also = tuple(FilePositions(each.raw).locate(BASE) for each in around[1:-1])
        problem = _problem(variant.raw, "DLC044", f"the base leads back to the manifest itself: {names}", BASE)
        yield finding(
            problem.code,
            problem.summary,
            subject=problem.subject,
            where=problem.where,
            path=BASE,
            also=also,
        )


def _handed_on(spec: JsonValue, kept_back: frozenset[str]) -> JsonObject:
    """Return what a base passes on of its spec."""
    return {key: value for key, value in spec.items() if key not in kept_back} if isinstance(spec, dict) else {}


def _merged(inherited: JsonObject, spec: JsonValue, target: str, *, is_root: bool) -> JsonValue:
    """Return a spec on top of what it inherits, with the target's override on top of both."""
    if not isinstance(spec, dict) or (is_root and not spec.keys() & _OWN):
        return spec
    own = {key: value for key, value in spec.items() if key not in _OWN}
    if not is_root:
        own = merge_patch(inherited, own)
    overrides = spec.get("overrides")
    patch = overrides.get(target) if isinstance(overrides, dict) else None
    return merge_patch(own, patch) if isinstance(patch, dict) else own
