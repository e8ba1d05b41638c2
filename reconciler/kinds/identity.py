"""Which live object is meant: names are not unique on the service, and its name filters are fuzzy."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from functools import cache, partial
from typing import Protocol, TypeVar

from reconciler.codes import finding
from reconciler.kinds import text_equality
from reconciler.kinds.former import FIELD, both_live, nothing_to_rename, under_former_names
from reconciler.kinds.lookalikes import alike, by_skeleton, spelled
from reconciler.model import Finding, JsonObject, Resource, ResourceId, Severity, Share, SourceRef
from reconciler.model.quick import dataclass


class NamesOneObject(Protocol):
    """A desired body that may pick its live object by id."""

    @property
    def remote_id(self) -> str:
        """The id that the manifest picks; empty when the name decides."""
        ...


BodyT = TypeVar("BodyT", bound=NamesOneObject)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known about a live object's name besides the name itself."""

    names: frozenset[str] = frozenset()
    """The `text_equality.short` forms of the names under which it was sent."""
    ours: bool = False
    """Whether it carries this project's mark."""
    just_made: bool = False
    """Whether our run that made it was killed before it could record how the service shows the name."""


def _nothing(row: JsonObject) -> Known:
    del row
    return Known()


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Live rows, sorted by the desired resources of one kind that they belong to."""

    chosen: Mapping[ResourceId, JsonObject] = field(default_factory=dict)
    """The live row of each desired resource that has one."""
    others: tuple[tuple[ResourceId, JsonObject], ...] = ()
    """The rows whose names are in no manifest."""
    findings: tuple[Finding, ...] = ()
    refused: frozenset[ResourceId] = frozenset()

    def of_share(self, share: Share) -> Match:
        """Return the part of the match that is about the resources of one share."""
        if share.is_whole:
            return self
        return Match(
            chosen={id: row for id, row in self.chosen.items() if share.covers(id)},
            others=tuple((id, row) for id, row in self.others if share.covers(id)),
            findings=tuple(each for each in self.findings if each.subject is None or share.covers(each.subject)),
            refused=frozenset(filter(share.covers, self.refused)),
        )


def _never_renamed(resource: Resource[BodyT]) -> tuple[str, ...]:
    del resource
    return ()


def match(
    kind: str,
    rows: Iterable[JsonObject],
    desired: Mapping[ResourceId, Resource[BodyT]],
    *,
    name_field: str,
    id_field: str,
    known: Callable[[JsonObject], Known] = _nothing,
    former: Callable[[Resource[BodyT]], tuple[str, ...]] = _never_renamed,
    unchanged: Collection[ResourceId] = (),
) -> Match:
    """Find the live row of every desired resource: by the id that its manifest picks, by its name, else by a former
    name. For those that are `unchanged` none is sought: their rows are known, and have their names and nobody else's.

    Names are compared without blanks at their ends and in any Unicode form, and also as our own marks say that they
    were sent. Two live objects of one name are a finding that lists their ids; nothing is planned for that name.
    """
    rows = list(rows)
    described = frozenset(id.name for id in desired)
    desired = {id: desired[id] for id in desired if id not in unchanged} if unchanged else desired
    asked = described.union(*(former(resource) for resource in desired.values()))
    by_name: dict[str, list[JsonObject]] = {}
    for row, name in zip(rows, _names(rows, asked, name_field, known), strict=True):
        by_name.setdefault(name, []).append(row)
    live = _Live(kind, by_name, cache(partial(by_skeleton, by_name)), id_field, known, described)
    chosen: dict[ResourceId, JsonObject] = {}
    findings: list[Finding] = []
    refused: set[ResourceId] = set()
    for id, resource in desired.items():
        picked, problems, unclear = live.pick(resource, former(resource))
        findings += problems
        refused |= unclear
        if picked is not None:
            chosen[id] = picked
    alikes = list(_lookalikes(desired, chosen, live))
    refused |= {each.subject for each, _ in alikes if each.subject and each.severity is Severity.ERROR}
    refused |= {ResourceId(kind, name) for each, name in alikes if each.severity is Severity.ERROR}
    findings += (each for each, _ in alikes)
    meant = live.described | live.names_of(chosen.values())
    others = tuple(
        (ResourceId(kind, name), row) for name, group in sorted(by_name.items()) for row in group if name not in meant
    )
    return Match(chosen=chosen, others=others, findings=tuple(findings), refused=frozenset(refused))


@dataclass(frozen=True, slots=True)
class _Live:
    """The live rows of one kind by their names, and what is known about them."""

    kind: str
    by_name: Mapping[str, list[JsonObject]]
    by_skeleton: Callable[[], Mapping[str, Iterable[str]]]
    """Returns the names by what they look like; it is worked out once, when it is first needed."""
    id_field: str
    known: Callable[[JsonObject], Known]
    described: frozenset[str]
    """The names that manifests describe."""

    def pick(
        self, resource: Resource[BodyT], names: tuple[str, ...]
    ) -> tuple[JsonObject | None, list[Finding], set[ResourceId]]:
        """Return the row that a manifest means, the findings about it, and the resources for which nothing may be
        planned.

        `names` are those that its object had before.
        """
        candidates, called = self.by_name.get(resource.id.name, []), "this name"
        if names:
            before = self._under(resource.id, names)
            if not candidates:
                candidates, called = before, "a former name of it"
            elif ours := [row for row in before if self._is_ours(row)]:
                return None, [self._both(resource, candidates, ours, names)], self._of(resource, names)
        picked, problem = _pick(resource, candidates, self.id_field, called)
        if problem is not None:
            return None, [problem], self._of(resource, names)
        if picked is None:
            return None, [nothing_to_rename(resource, names)] if names else [], set()
        shared = [_namesakes(resource.id, picked, candidates, self.id_field)] if candidates[1:] else []
        return picked, shared, set()

    def names_of(self, rows: Iterable[JsonObject]) -> frozenset[str]:
        """Return the names under which the rows are live."""
        ids = {row[self.id_field] for row in rows}
        if not ids:
            return frozenset()
        return frozenset(name for name, group in self.by_name.items() for row in group if row[self.id_field] in ids)

    def _under(self, id: ResourceId, names: tuple[str, ...]) -> list[JsonObject]:
        return under_former_names(
            id, names, self.by_name, self.by_skeleton, is_ours=self._is_ours, described=self.described.__contains__
        )

    def _is_ours(self, row: JsonObject) -> bool:
        return self.known(row).ours

    def _both(
        self, resource: Resource[BodyT], new: list[JsonObject], old: list[JsonObject], names: tuple[str, ...]
    ) -> Finding:
        is_taken = not any(map(self._is_ours, new))
        return both_live(resource, new, old, self.id_field, is_taken=is_taken, names=names)

    def _of(self, resource: Resource[BodyT], names: tuple[str, ...]) -> set[ResourceId]:
        """Return the resource under its name and under its former names. While one of them is unclear, none is
        deleted."""
        return {resource.id, *(ResourceId(self.kind, name) for name in names if name not in self.described)}


def _names(
    rows: Sequence[JsonObject], asked: Collection[str], name_field: str, known: Callable[[JsonObject], Known]
) -> list[str]:
    """Return the name of each row: the one in a manifest, where the service's habits are the only difference, else
    its own."""
    shown = [str(row.get(name_field) or "") for row in rows]
    there = set(shown)
    wanted = sorted(name for name in asked if name not in there)
    if not wanted:
        return shown
    by_form = {text_equality.settled(name): name for name in wanted}
    by_digest = {text_equality.short(name): name for name in wanted}
    by_fold = {text_equality.folded(name): name for name in wanted}

    def named(row: JsonObject, name: str) -> str:
        if name in asked:
            return name
        if (found := by_form.get(text_equality.settled(name))) is not None:
            return found
        about = known(row)
        for digest in sorted(about.names):
            if digest in by_digest:
                return by_digest[digest]
        return by_fold.get(text_equality.folded(name), name) if about.just_made else name

    return [named(row, name) for row, name in zip(rows, shown, strict=True)]


def _lookalikes(
    desired: Mapping[ResourceId, Resource[BodyT]], chosen: Mapping[ResourceId, JsonObject], live: _Live
) -> Iterator[tuple[Finding, str]]:
    """Yield live objects that a manifest without a row probably means, each with its name: only case or form
    differs."""
    missing = {id: resource for id, resource in desired.items() if id not in chosen}
    seen = live.by_skeleton() if missing else {}
    for id, resource in missing.items():
        for name in alike(id.name, seen):
            rows = live.by_name[name]
            ids = ", ".join(sorted(row[live.id_field] for row in rows))
            ours = name not in live.described and any(live.known(row).ours for row in rows)
            summary = f'{ids} is called "{spelled(name)}", this one "{spelled(id.name)}"'
            where = resource.origin if isinstance(resource.origin, SourceRef) else None
            hint = f"Write the name as it is live, or rename what is live by `metadata.{FIELD}: {spelled(name)}`."
            code, hint = ("DLC218", hint) if ours else ("DLC216", "")
            yield finding(code, summary, subject=id, where=where, hint=hint), name


def _namesakes(id: ResourceId, picked: JsonObject, group: list[JsonObject], id_field: str) -> Finding:
    """Yield objects that share the name of one that a manifest picks by id. Nobody can tell whose they are."""
    ids = ", ".join(sorted(row[id_field] for row in group if row is not picked))
    return finding("DLC215", f"left alone, of the same name as {picked[id_field]}: {ids}", subject=id)


def _pick(
    resource: Resource[BodyT], candidates: list[JsonObject], id_field: str, called: str
) -> tuple[JsonObject | None, Finding | None]:
    ids = ", ".join(sorted(row[id_field] for row in candidates))
    wanted = resource.body.remote_id
    where = resource.origin if isinstance(resource.origin, SourceRef) else None
    if wanted:
        for row in candidates:
            if row[id_field] == wanted:
                return row, None
        there = f"; of {called} there is {ids}" if ids else ""
        return None, finding("DLC204", f"no live object {wanted} of {called}{there}", subject=resource.id, where=where)
    if len(candidates) > 1:
        return None, finding("DLC203", f"several live objects have {called}: {ids}", subject=resource.id, where=where)
    return (candidates[0] if candidates else None), None
