"""What is live at a target, whose it is, and how it compares with the manifests."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from reconciler.fleet.selection import Chosen
from reconciler.kinds.base import AnyKind, by_name
from reconciler.kinds.results import LiveObject
from reconciler.live import Service
from reconciler.live.once import Once
from reconciler.live.parallel import side_by_side
from reconciler.manifests import Desired, Project
from reconciler.model import Action, Failure, Finding, Plan, ResourceId, Severity, Target, Verb
from reconciler.model.action import Proving
from reconciler.model.quick import dataclass
from reconciler.pipeline.connecting import connected, listing_ahead
from reconciler.pipeline.members import open_each_once
from reconciler.pipeline.planning import plan_with_sides
from reconciler.pipeline.workspace import Settings, Workspace, broken_manifests, open_target, usable, with_manifests
from reconciler.plan.build import Sides
from reconciler.plan.selection import Selection


class Step(enum.Enum):
    """How an object compares with the manifests, in the words of a plan."""

    IN_STEP = "in step"
    CREATE = "to create"
    CHANGE = "to change"
    DELETE = "to delete"
    WAITING = "waiting"
    HELD = "held"
    RETAINED = "retained"
    REFUSED = "refused"
    BROKEN = "manifest with errors"
    LEFT = "in no manifest"
    OTHERS = "not ours"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One live object, or one that a manifest describes and that is not live yet."""

    id: ResourceId
    """The identity with the name that the object has on the service."""
    remote_id: str = ""
    """The id that the service gave it; empty while it is not live."""
    owner: str = ""
    """The project that owns it; empty when nobody does."""
    ours: bool = False
    """Whether that is this project, under its name or a former one."""
    step: Step
    details: tuple[str, ...] = ()
    """What has to be done, or the reason for its state, in words."""
    version: int | None = None
    """The default version; None for kinds without versions."""
    versions: int | None = None
    """How many versions there are; None when they were not counted, or when the kind has none."""
    last_used: str = ""
    """When a job was launched from it last (RFC 3339); empty for never, or when the service does not say it."""
    state: str = ""
    """The service's word for the state of a TensorBoard."""
    manifest: str = ""
    """The file that describes it; empty for none."""

    @property
    def in_step(self) -> bool | None:
        """Whether it is as its manifest asks; None when no manifest asks for it."""
        return None if self.step in (Step.OTHERS, Step.LEFT) else self.step is Step.IN_STEP


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """What is live at one target."""

    project: str
    target: Target
    entries: tuple[Entry, ...]
    """By kind, name and id."""
    notes: tuple[str, ...] = ()
    """Why the list does not show everything."""

    @property
    def summary(self) -> Mapping[Step, int]:
        """How many objects there are of each step; steps without objects are left out."""
        count = Counter(each.step for each in self.entries)
        return {step: count[step] for step in Step if count[step]}


def inventory_of(settings: Settings, *, counted: bool) -> Inventory:
    """List the target that is meant; its listing begins before its manifests are read.

    It makes the calls of a plan. Where versions are counted, it makes one more for each template whose versions no
    earlier run saw.

    Raises:
        ProjectError: no such target, or no project.
        ManifestError: something is wrong with the project as a whole.
        ServiceError: the live side could not be read completely.
    """
    opened = open_target(settings)
    with listing_ahead(settings, opened) as ahead:
        workspace = usable(with_manifests(settings, opened))
        with connected(settings, workspace, ahead) as service:
            return _listed(settings, workspace, service, counted=counted)


def _listed(settings: Settings, workspace: Workspace, live: Service, *, counted: bool) -> Inventory:
    service = Once(live)
    plan, sides = plan_with_sides(settings, workspace, service, Selection())
    entries = _entries(settings, workspace, service, plan, sides)
    if counted:
        entries = _counted(service, sides, entries)
    ordered = sorted((entry for entry, _ in entries), key=lambda each: (each.id, each.remote_id))
    return Inventory(
        project=plan.project, target=plan.target, entries=tuple(ordered), notes=broken_manifests(workspace)
    )


def inventory_each(
    settings: Settings, project: Project, chosen: Chosen, *, counted: bool
) -> tuple[tuple[Inventory, ...], tuple[Failure, ...]]:
    """List many targets at the same time, and say why the others have no list, in the order of the project."""

    def work(own: Settings, workspace: Workspace, service: Service) -> Inventory:
        return _listed(own, usable(workspace), service, counted=counted)

    found, failed = open_each_once(settings, project, chosen, strict=False).with_services(settings, work)
    return tuple(found.values()), failed


Found = tuple[Entry, LiveObject | None]


def _entries(
    settings: Settings, workspace: Workspace, service: Service, plan: Plan, sides: Sequence[Sides]
) -> list[Found]:
    """Return everything that is live, kind by kind, then what manifests describe besides."""
    about, kinds = _About.of(plan, workspace.desired), by_name(settings.kinds)
    found: list[Found] = []
    for side in sides:
        matched = {str(live.origin): id for id, live in side.reading.resources.items()}
        for live in side.kind.listing(service, side.scope):
            entry = _live(workspace.project, kinds[live.id.kind], live, about, matched.get(live.remote_id))
            found.append((entry, live))
        broken = {id for id in side.broken if id.kind == side.kind.name}
        for id in sorted((side.desired.keys() | broken) - side.reading.resources.keys()):
            step, details = about.stand(id)
            if step is not Step.IN_STEP:
                found.append((Entry(id=id, step=step, details=details, manifest=about.files.get(id, "")), None))
    there = {entry.id for entry, _ in found if entry.step in (Step.REFUSED, Step.BROKEN) and entry.remote_id}
    return [(entry, live) for entry, live in found if live is not None or entry.id not in there]


def _live(project: Project, kind: AnyKind, live: LiveObject, about: _About, meant: ResourceId | None) -> Entry:
    """Return one live object. `meant` is the resource that it is for this project; None when it is none, or when
    that is unclear."""
    described = about.files.get(meant or live.id, "") if meant is not None or live.id in about.unclear else ""
    prefix = project.prune.get(kind.prune_prefix) if kind.prune_prefix else ""
    by_name_alone = kind.ownership is None and bool(described or (prefix and live.id.name.startswith(prefix)))
    owner = live.owner or (project.name if by_name_alone else "")
    ours = owner in project.names
    if meant is not None and about.tells_of(meant):
        step, details = about.stand(meant)
    elif live.id in about.unclear and (ours or not live.owner):
        step, details = about.stand(live.id)
    elif ours and live.manifest in about.unread:
        described = live.manifest
        step, details = Step.BROKEN, (about.unread[described],)
    else:
        step, details = (Step.LEFT if ours else Step.OTHERS), ()
    return Entry(
        id=live.id,
        remote_id=live.remote_id,
        owner=owner,
        ours=ours,
        step=step,
        details=details,
        version=live.version,
        last_used=live.last_used,
        state=live.state,
        manifest=described,
    )


def _counted(service: Service, sides: Sequence[Sides], entries: Sequence[Found]) -> list[Found]:
    """Return the entries with the number of versions of each."""
    scopes = {side.kind.name: (side.kind.versions, side.scope) for side in sides}

    def count(found: Found) -> Found:
        entry, live = found
        versions, scope = scopes[entry.id.kind]
        if versions is None or live is None:
            return found
        return replace(entry, versions=versions.count(service, scope, live)), live

    return side_by_side(count, entries, width=service.calls_in_flight)


@dataclass(frozen=True, slots=True, kw_only=True)
class _About:
    """What a plan says about each resource."""

    actions: Mapping[ResourceId, tuple[Action, ...]]
    waiting: Mapping[ResourceId, str]
    retained: Mapping[ResourceId, str]
    refused: Mapping[ResourceId, Finding]
    broken: Mapping[ResourceId, str]
    files: Mapping[ResourceId, str]
    """The manifest of each resource, those with errors included."""
    unread: Mapping[str, str]
    """The places of manifests of which nobody knows what they describe, by their files."""

    @classmethod
    def of(cls, plan: Plan, desired: Desired) -> _About:
        """Sort what a plan says by resource."""
        actions: dict[ResourceId, tuple[Action, ...]] = {}
        for action in plan.changes:
            actions[action.id] = (*actions.get(action.id, ()), action)
        waiting = {each.id: each.in_words for each in plan.waiting}
        retained = {each.id: each.why for each in plan.retained}
        refused = {
            each.subject: each
            for each in reversed(plan.findings)
            if each.subject is not None and each.severity is Severity.ERROR
        }
        broken = {each.id: str(each.where) for each in plan.broken if each.id is not None}
        files = {each.id: each.where.file for each in plan.broken if each.id is not None}
        files |= {id: file for id, (_, file) in desired.asked.items()}
        unread = {each.where.file: str(each.where) for each in plan.broken if each.id is None}
        return cls(
            actions=actions,
            waiting=waiting,
            retained=retained,
            refused=refused,
            broken=broken,
            files=files,
            unread=unread,
        )

    def tells_of(self, id: ResourceId) -> bool:
        """Return whether the plan says anything about a resource."""
        said = (self.files, self.actions, self.waiting, self.retained, self.refused, self.broken)
        return any(id in each for each in said)

    @property
    def unclear(self) -> frozenset[ResourceId]:
        """What is refused or has errors in its manifest. By its name alone it may be any object with that name."""
        return frozenset((*self.refused, *self.broken))

    def stand(self, id: ResourceId) -> tuple[Step, tuple[str, ...]]:
        """Return how a described resource compares with its manifest, and why."""
        if id in self.broken:
            return Step.BROKEN, (self.broken[id],)
        if id in self.refused:
            return Step.REFUSED, (self.refused[id].summary,)
        if id in self.waiting:
            return Step.WAITING, (self.waiting[id],)
        if id in self.retained:
            return Step.RETAINED, (self.retained[id],)
        actions = self.actions.get(id, ())
        held = [each.verification.cause for each in actions if each.verification and _is_held(each)]
        if held:
            return Step.HELD, tuple(filter(None, held))
        return _to_do(actions), tuple(_words(actions))


def _is_held(action: Action) -> bool:
    return action.verification is not None and action.verification.state is Proving.HELD


def _to_do(actions: Sequence[Action]) -> Step:
    verbs = {action.verb for action in actions}
    if not verbs:
        return Step.IN_STEP
    if Verb.DELETE in verbs:
        return Step.DELETE
    return Step.CREATE if Verb.CREATE in verbs else Step.CHANGE


def _words(actions: Sequence[Action]) -> Iterator[str]:
    """Yield the verbs of a change; those of a creation or a deletion add nothing."""
    if _to_do(actions) is Step.CHANGE:
        yield from (action.verb.value for action in actions)
