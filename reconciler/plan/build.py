"""Builds the Plan of one target from the desired and the live side of every kind. Values in, a value out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from typing import Any

from reconciler.kinds.base import Kind, Scope
from reconciler.kinds.order import ordered
from reconciler.kinds.results import Proposal, Reading
from reconciler.model import Awaited, Finding, Limits, Plan, Resource, ResourceId, Shard, Target, Waiting
from reconciler.model.quick import dataclass
from reconciler.plan.safety import limit_findings
from reconciler.plan.selection import Selection

AnyResource = Resource[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """Both sides of one kind, ready to be compared."""

    kind: Kind[Any, Any]
    scope: Scope
    desired: Mapping[ResourceId, AnyResource]
    digests: Mapping[ResourceId, str]
    """The digest of what is asked of each (`Kind.digest`)."""
    reading: Reading[Any, Any]
    doubt: Callable[[AnyResource], Finding | None]
    """Returns why the manifest of a live object that no manifest describes may still exist; None when it is
    certainly gone."""
    broken: frozenset[ResourceId] = frozenset()
    """What manifests with errors describe; nothing is planned for it."""


def build_plan(project: str, target: Target, limits: Limits, sides: Sequence[Sides], selection: Selection) -> Plan:
    """Compare the two sides of every kind. Refusals and broken limits are findings in the plan, never exceptions."""
    if selection.named is not None:
        selection = replace(selection, named=selection.named.among(_called(sides)))
    compared = [comparison for side in sides for comparison in _compared(side, selection)]
    kinds = [side.kind for side in sides]
    actions = ordered([action for each in compared if not each.awaits for action in each.actions], kinds)
    waiting = tuple(sorted((_waiting(each, target) for each in compared if each.awaits), key=lambda each: each.id))
    findings = [finding for side in sides for finding in side.reading.findings if _concerns(finding, side, selection)]
    findings += [finding for each in compared for finding in each.findings]
    shard = _shard(limits, sides)
    if shard is None:
        asked = [action for each in compared for action in each.actions]
        findings += limit_findings(asked, limits, _managed(sides))
    return Plan(
        project=project,
        target=target,
        actions=actions,
        retained=tuple(sorted((kept for each in compared for kept in each.retained), key=lambda kept: kept.id)),
        unchanged=sum(each.is_unchanged for each in compared) + sum(len(_passed_by(side, selection)) for side in sides),
        unmanaged=tuple(id for side in sides for id in side.reading.unmanaged),
        findings=tuple(sorted(findings, key=finding_order)),
        manifests={str(id): digest for side in sides for id, digest in side.digests.items()},
        selection=selection.as_text,
        changed_since=selection.revision,
        left_out=tuple(sorted(id for side in sides for id in _left_out(side, selection))),
        names=selection.names,
        unmatched=selection.named.unmatched if selection.named is not None else (),
        waiting=waiting,
        shard=shard,
    )


def _called(sides: Sequence[Sides]) -> Mapping[ResourceId, set[str]]:
    """Return the names of everything in this project: in its manifest and live, now and before, and its id."""
    found: dict[ResourceId, set[str]] = {}
    for side in sides:
        told = (each.subject for each in side.reading.findings if each.subject is not None)
        for id in (*side.desired, *side.reading.resources, *side.broken, *told):
            found.setdefault(id, {id.name, str(id)})
        for id, resource in side.desired.items():
            found[id].update(side.kind.former(resource))
        for id, resource in side.reading.resources.items():
            found[id].add(str(resource.origin))
    return found


def _shard(limits: Limits, sides: Sequence[Sides]) -> Shard | None:
    """Return how this plan is marked when it covers only a share of the resources."""
    for side in sides:
        if not side.scope.share.is_whole:
            share = side.scope.share
            return Shard(number=share.number, of=share.of, limits=limits, managed=_managed(sides))
    return None


def _waiting(compared: _Compared, target: Target) -> Waiting:
    """Return what one resource waits for, on this target."""
    awaits = tuple(Awaited(target=target.name, why=why) for why in compared.awaits)
    return Waiting(id=compared.actions[0].id, actions=tuple(compared.actions), awaits=awaits)


@dataclass(frozen=True, slots=True)
class _Compared:
    proposal: Proposal
    described: bool

    @property
    def actions(self) -> Sequence[Any]:
        return self.proposal.actions

    @property
    def awaits(self) -> Sequence[str]:
        return self.proposal.awaits

    @property
    def findings(self) -> Sequence[Finding]:
        return self.proposal.findings

    @property
    def retained(self) -> Sequence[Any]:
        return self.proposal.retained

    @property
    def is_unchanged(self) -> bool:
        refused = any(finding.severity == "error" for finding in self.findings)
        return self.described and not self.actions and not refused


def _compared(side: Sides, selection: Selection) -> Iterator[_Compared]:
    desired, completed = side.desired, side.reading.completed
    live, unclear = side.reading.resources, side.reading.refused | side.broken
    ids = selection.among(desired.keys() | completed.keys() | live.keys()) - unclear - _passed_by(side, selection)
    for id in sorted(filter(side.scope.share.covers, ids)):
        wanted, there = completed.get(id) or desired.get(id), live.get(id)
        labelled = wanted if wanted is not None else there
        if labelled is None or not selection.fits(labelled):
            continue
        proposal = side.kind.diff(side.scope, wanted, there)
        if wanted is None and there is not None and proposal.actions:
            # For what no manifest describes, only a deletion is proposed.
            doubt = side.doubt(there)
            proposal = proposal if doubt is None else Proposal(findings=(doubt,))
        yield _Compared(proposal, described=wanted is not None)


def _passed_by(side: Sides, selection: Selection) -> Set[ResourceId]:
    """Return the resources that are known to be as they should be, and are not compared. Labels are part of a resource,
    so where they are selected all are compared."""
    if selection.labels:
        return frozenset()
    return selection.among(side.reading.unchanged)


def _left_out(side: Sides, selection: Selection) -> Iterable[ResourceId]:
    if selection.is_everything:
        return ()
    live, desired = side.reading.resources, side.desired
    everything = desired.keys() | live.keys()
    covered = selection.among(everything)
    if selection.labels:
        covered = {id for id in covered if selection.fits(desired.get(id) or live[id])}
    return filter(side.scope.share.covers, everything - covered)


def _concerns(finding: Finding, side: Sides, selection: Selection) -> bool:
    """Return whether a finding belongs to the plan: a selection leaves out findings about resources that it does not
    cover."""
    if finding.subject is None:
        return True
    resource = side.desired.get(finding.subject) or side.reading.resources.get(finding.subject)
    return selection.covers_unread(finding.subject) if resource is None else selection.covers(resource)


def _managed(sides: Sequence[Sides]) -> Mapping[str, int]:
    return {side.kind.name: len(side.reading.resources) for side in sides}


def finding_order(finding: Finding) -> tuple[str, str, str, str]:
    """Return a key that sorts the findings of a plan."""
    return (str(finding.subject or ""), finding.code, str(finding.path), finding.summary)
