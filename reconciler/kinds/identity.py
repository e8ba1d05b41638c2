"""Which live object is meant: names are not unique on the service, and its name filters are fuzzy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from reconciler.codes import finding
from reconciler.kinds import texts
from reconciler.kinds.lookalikes import alike, by_skeleton, spelled
from reconciler.model import Finding, JsonObject, Resource, ResourceId, Severity, Share, SourceRef


class NamesOneObject(Protocol):
    """A desired body that may pick its live object by id."""

    @property
    def remote_id(self) -> str:
        """The id the manifest picks; empty to go by name."""
        ...


BodyT = TypeVar("BodyT", bound=NamesOneObject)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known about a live object's name besides the name itself."""

    names: frozenset[str] = frozenset()
    """`texts.short` of the names under which it was sent."""
    ours: bool = False
    """It carries this project's mark."""
    just_made: bool = False
    """Our run that made it was killed before it could record how the service shows the name."""


def _nothing(row: JsonObject) -> Known:
    del row
    return Known()


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Live rows sorted out against the desired resources of one kind."""

    chosen: Mapping[ResourceId, JsonObject] = field(default_factory=dict)
    """The live row of each desired resource that has one."""
    others: tuple[tuple[ResourceId, JsonObject], ...] = ()
    """Rows whose name is in no manifest."""
    findings: tuple[Finding, ...] = ()
    refused: frozenset[ResourceId] = frozenset()

    def of_share(self, share: Share) -> Match:
        """The part of it that is about the resources of one share."""
        if share.is_whole:
            return self
        return Match(
            chosen={id: row for id, row in self.chosen.items() if share.covers(id)},
            others=tuple((id, row) for id, row in self.others if share.covers(id)),
            findings=tuple(each for each in self.findings if each.subject is None or share.covers(each.subject)),
            refused=frozenset(filter(share.covers, self.refused)),
        )


def match(
    kind: str,
    rows: Iterable[JsonObject],
    desired: Mapping[ResourceId, Resource[BodyT]],
    *,
    name_field: str,
    id_field: str,
    known: Callable[[JsonObject], Known] = _nothing,
) -> Match:
    """Find the live row of every desired resource: by the id its manifest picks, else by its name.

    The name counts without blanks at its end and in any Unicode form, and as our own marks say that it was sent.
    Two live objects of one name are a finding that lists their ids; nothing is planned for that name.
    """
    rows = list(rows)
    names = _names(rows, desired, name_field, known)
    by_name: dict[str, list[JsonObject]] = {}
    for row, name in zip(rows, names, strict=True):
        by_name.setdefault(name, []).append(row)
    chosen: dict[ResourceId, JsonObject] = {}
    findings: list[Finding] = []
    for id, resource in desired.items():
        candidates = by_name.get(id.name, [])
        picked, problem = _pick(resource, candidates, id_field)
        if problem is not None:
            findings.append(problem)
        elif picked is not None:
            chosen[id] = picked
    refused = frozenset(problem.subject for problem in findings if problem.subject is not None)
    findings += (_namesakes(id, row, by_name[id.name], id_field) for id, row in chosen.items() if by_name[id.name][1:])
    alikes = list(_lookalikes(desired, chosen, by_name, id_field, known))
    refused |= {each.subject for each, _ in alikes if each.subject and each.severity is Severity.ERROR}
    refused |= {ResourceId(kind, name) for each, name in alikes if each.severity is Severity.ERROR}
    findings += (each for each, _ in alikes)
    others = tuple(
        (ResourceId(kind, name), row)
        for name, group in sorted(by_name.items())
        for row in group
        if ResourceId(kind, name) not in desired
    )
    return Match(chosen=chosen, others=others, findings=tuple(findings), refused=refused)


def _names(
    rows: Sequence[JsonObject],
    desired: Mapping[ResourceId, Resource[BodyT]],
    name_field: str,
    known: Callable[[JsonObject], Known],
) -> list[str]:
    """The name of each row: the one that a manifest gives it, where that is the same but for the service's habits."""
    shown = [str(row.get(name_field) or "") for row in rows]
    there = set(shown)
    wanted = [id.name for id in desired if id.name not in there]
    asked = {id.name for id in desired}
    by_form = {texts.settled(name): name for name in wanted}
    by_digest = {texts.short(name): name for name in wanted}
    by_fold = {texts.folded(name): name for name in wanted}

    def named(row: JsonObject, name: str) -> str:
        if name in asked or not wanted:
            return name
        if (found := by_form.get(texts.settled(name))) is not None:
            return found
        about = known(row)
        for digest in sorted(about.names):
            if digest in by_digest:
                return by_digest[digest]
        return by_fold.get(texts.folded(name), name) if about.just_made else name

    return [named(row, name) for row, name in zip(rows, shown, strict=True)]


def _lookalikes(
    desired: Mapping[ResourceId, Resource[BodyT]],
    chosen: Mapping[ResourceId, JsonObject],
    by_name: Mapping[str, list[JsonObject]],
    id_field: str,
    known: Callable[[JsonObject], Known],
) -> Iterator[tuple[Finding, str]]:
    """Live objects that a manifest without one probably means, each with its name: case or form alone differ."""
    seen = by_skeleton(by_name)
    described = {id.name for id in desired}
    for id, resource in desired.items():
        for name in alike(id.name, seen) if id not in chosen else ():
            ids = ", ".join(sorted(row[id_field] for row in by_name[name]))
            ours = name not in described and any(known(row).ours for row in by_name[name])
            summary = f'{ids} is called "{spelled(name)}", this one "{spelled(id.name)}"'
            where = resource.origin if isinstance(resource.origin, SourceRef) else None
            yield finding("DLC218" if ours else "DLC216", summary, subject=id, where=where), name


def _namesakes(id: ResourceId, picked: JsonObject, group: list[JsonObject], id_field: str) -> Finding:
    """Objects that share the name of one that a manifest picks by id: whose they are, nobody can tell."""
    ids = ", ".join(sorted(row[id_field] for row in group if row is not picked))
    return finding("DLC215", f"left alone, of the same name as {picked[id_field]}: {ids}", subject=id)


def _pick(
    resource: Resource[BodyT], candidates: list[JsonObject], id_field: str
) -> tuple[JsonObject | None, Finding | None]:
    ids = ", ".join(sorted(row[id_field] for row in candidates))
    wanted = resource.body.remote_id
    where = resource.origin if isinstance(resource.origin, SourceRef) else None
    if wanted:
        for row in candidates:
            if row[id_field] == wanted:
                return row, None
        there = f"; of this name there is {ids}" if ids else ""
        return None, finding("DLC204", f"no live object {wanted} of this name{there}", subject=resource.id, where=where)
    if len(candidates) > 1:
        return None, finding("DLC203", f"several live objects have this name: {ids}", subject=resource.id, where=where)
    return (candidates[0] if candidates else None), None
