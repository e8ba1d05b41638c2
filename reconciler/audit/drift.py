"""What differs from Git, and which side changed: one entry for each resource, from a plan and a look at all versions.

A plan says what apply would do. This says how far apart the two sides are, and also names what apply would not touch:
versions made by hand that are not the default, templates of other projects, live objects without a manifest.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from reconciler.model import (
    Action,
    Broken,
    FieldChange,
    Finding,
    Moved,
    Plan,
    Reason,
    ResourceId,
    Severity,
    Target,
    Verb,
    Waiting,
)
from reconciler.model.quick import dataclass


class Aspect(enum.StrEnum):
    """What differs in a resource."""

    ABSENT = "absent"
    """A manifest describes it, and it is not live."""
    SURPLUS = "surplus"
    """It is live and ours, and no manifest describes it."""
    CONTENT = "content"
    DEFAULT = "default"
    """Another version than the manifest's is the default."""
    SETTINGS = "settings"
    """Description, labels, protection or other fields that change in place."""
    NAME = "name"
    """It is live under its former name."""
    STATE = "state"
    IDENTITY = "identity"
    """Nothing can be compared: the live object belongs to somebody else, or it is unclear which one is meant."""
    MARKS = "marks"
    """Only parts of what we record on it are missing."""
    VERSIONS = "versions"
    """Somebody made versions that are not the default."""


_ASPECTS = {
    Verb.CREATE: Aspect.ABSENT,
    Verb.ADOPT: Aspect.MARKS,
    Verb.RENAME: Aspect.NAME,
    Verb.RELEASE: Aspect.MARKS,
    Verb.NEW_VERSION: Aspect.CONTENT,
    Verb.PROMOTE: Aspect.DEFAULT,
    Verb.UPDATE: Aspect.SETTINGS,
    Verb.REPLACE: Aspect.CONTENT,
    Verb.START: Aspect.STATE,
    Verb.STOP: Aspect.STATE,
    Verb.DELETE: Aspect.SURPLUS,
}
REMARKS = frozenset({Aspect.MARKS, Aspect.VERSIONS})
"""Aspects that people should know but that change nothing: alone they are no drift."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One resource that differs from Git."""

    id: ResourceId
    aspects: tuple[Aspect, ...]
    moved: Moved
    changes: tuple[FieldChange, ...] = ()
    """The changes from what is live to what the manifest asks for."""
    notes: tuple[str, ...] = ()
    is_drift: bool = True
    """False for what people should only know: versions made by hand, live objects that stay on purpose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateDrift:
    """What one of our templates showed when all its versions were examined."""

    hand_made: tuple[int, ...] = ()
    """Versions that somebody else made and that are not the default."""
    modified_by: str = ""
    modified: str = ""
    """When the template was changed last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """The state of one live template of ours: its default, and whether that is what Git asks."""

    id: ResourceId
    version: int
    """The default version; 0 when it is not known."""
    commit: str = ""
    """The Git revision of our last write; may be empty."""
    since: str = ""
    """Since when it is the default (RFC 3339); may be empty."""
    proved: str = ""
    """The job that proved it; empty when there is none, or when no proof is asked for."""
    unproved: bool = False
    """Whether a proof is asked for and none is recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftReport:
    """How far one target is from its manifests."""

    project: str
    target: Target
    differences: tuple[Difference, ...] = ()
    """By resource; both drift and remarks."""
    unchanged: int = 0
    unmanaged: tuple[ResourceId, ...] = ()
    broken: tuple[Broken, ...] = ()
    """Manifests with errors; what they describe was not compared."""
    waived: int = 0
    """How many findings about the manifests are waived."""
    switched_off: int = 0
    """How many more findings there would be if no rule were switched off."""
    stands: tuple[Stand, ...] = ()
    """Our live templates, by name, where they were asked for."""
    waiting: tuple[ResourceId, ...] = ()
    """What will be published here and waits for other targets or for a job."""

    @property
    def drifted(self) -> tuple[Difference, ...]:
        """The resources that drifted, without remarks."""
        return tuple(each for each in self.differences if each.is_drift)

    @property
    def is_quiet(self) -> bool:
        """Whether there is nothing to tell but numbers: no drift, no remark, and everything was compared."""
        return not self.differences and not self.broken

    def count(self, side: Moved) -> int:
        """Return how many resources drifted because this side changed."""
        return sum(each.moved is side for each in self.drifted)


def drift_report(
    plan: Plan, shown: Mapping[ResourceId, TemplateDrift], deleted: Mapping[ResourceId, str]
) -> DriftReport:
    """Return the drift that a plan shows, which was made with every content compared.

    `shown` holds what our live templates show. `deleted` says why resources that are not live must have been deleted;
    its text is empty for those that were never applied, and resources without an entry are unknown.
    """
    found = _differing(plan, deleted)
    for problem in plan.findings:
        if problem.severity is Severity.ERROR and problem.subject is not None and problem.subject not in found:
            found[problem.subject] = _unclear(problem.subject, plan.findings)
    for kept in plan.retained:
        found[kept.id] = _staying(kept.id, f"{kept.remote_id} stays: {kept.why}")
    for note in plan.findings:
        if note.code == "DLC208" and note.subject is not None:
            found.setdefault(note.subject, _staying(note.subject, note.summary))
    for id, look in shown.items():
        if id in found and found[id].moved in (Moved.SERVICE, Moved.BOTH) and look.modified_by:
            found[id] = _with_note(found[id], f"last changed by {look.modified_by} at {look.modified}")
        if look.hand_made:
            found[id] = _with_versions(found.get(id), id, look.hand_made)
    return DriftReport(
        project=plan.project,
        target=plan.target,
        differences=tuple(found[id] for id in sorted(found)),
        unchanged=plan.unchanged,
        unmanaged=plan.unmanaged,
        broken=plan.broken,
        waived=plan.waived,
        switched_off=plan.switched_off,
    )


def _differing(plan: Plan, deleted: Mapping[ResourceId, str]) -> dict[ResourceId, Difference]:
    """Return the resources that the plan acts on, now or later."""
    actions: dict[ResourceId, list[Action]] = {}
    # A proof changes no live object, and a newer job is no drift.
    for action in plan.asked:
        if action.verb is not Verb.VERIFY:
            actions.setdefault(action.id, []).append(action)
    found = {id: _acted_on(id, group, deleted.get(id)) for id, group in actions.items()}
    for waiting in plan.waiting:
        if waiting.id in found and not any(action.job_of for action in waiting.actions):
            found[waiting.id] = _waiting(found[waiting.id], waiting)
    return found


def _waiting(found: Difference, waiting: Waiting) -> Difference:
    """Return the difference of a resource that waits for other targets. It is drift only where somebody else changed
    the live side."""
    is_drift = found.is_drift and found.moved in (Moved.SERVICE, Moved.BOTH)
    return _with_note(replace(found, is_drift=is_drift), f"waits for {waiting.in_words}")


def _acted_on(id: ResourceId, actions: Sequence[Action], deleted: str | None) -> Difference:
    aspects = tuple(dict.fromkeys(_aspect(action) for action in actions))
    notes = tuple(dict.fromkeys(note for action in actions for note in action.notes))
    moved = _together(action.moved for action in actions)
    if deleted is not None:
        moved = Moved.SERVICE if deleted else Moved.MANIFEST
    return Difference(
        id=id,
        aspects=aspects,
        moved=moved,
        changes=tuple(change for action in actions if action.verb is not Verb.CREATE for change in action.changes),
        notes=(*notes, deleted) if deleted else notes,
        is_drift=not REMARKS.issuperset(aspects) and not all(action.comes_with_a_job for action in actions),
    )


def _aspect(action: Action) -> Aspect:
    if action.reason is Reason.MARKS_MISSING:
        return Aspect.MARKS
    return _ASPECTS[action.verb]


def _together(sides: Iterable[Moved]) -> Moved:
    """Return which side changed, over several differences of one resource."""
    moved = set(sides) - {Moved.UNKNOWN}
    if not moved:
        return Moved.UNKNOWN
    return moved.pop() if len(moved) == 1 else Moved.BOTH


def _unclear(id: ResourceId, findings: Iterable[Finding]) -> Difference:
    """Return the difference for a resource that cannot be planned."""
    about = [found for found in findings if found.subject == id and found.severity is Severity.ERROR]
    moved = Moved.MANIFEST if all(found.code == "DLC205" for found in about) else Moved.UNKNOWN
    notes = tuple(f"{found.code}: {found.summary}" for found in about)
    return Difference(id=id, aspects=(Aspect.IDENTITY,), moved=moved, notes=notes)


def _staying(id: ResourceId, note: str) -> Difference:
    return Difference(id=id, aspects=(Aspect.SURPLUS,), moved=Moved.MANIFEST, notes=(note,), is_drift=False)


def _with_versions(found: Difference | None, id: ResourceId, numbers: Sequence[int]) -> Difference:
    shown = ", ".join(str(number) for number in numbers)
    note = f"made by somebody else and not default: version{'' if len(numbers) == 1 else 's'} {shown}"
    if found is None:
        return Difference(id=id, aspects=(Aspect.VERSIONS,), moved=Moved.SERVICE, notes=(note,), is_drift=False)
    return _with_note(replace(found, aspects=(*found.aspects, Aspect.VERSIONS)), note)


def _with_note(found: Difference, note: str) -> Difference:
    return replace(found, notes=(*found.notes, note))
