"""Many targets in one run: opened together, planned at the same time; the failure of one does not stop the others.

open_each --> Workspace | Failure of each target;   plan_each --> Fleet;   saved_now --> Fleet, to execute a saved one
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from typing import TypeVar

from reconciler.errors import PlanFileError, ReconcilerError, RefusedError, UsageError
from reconciler.fleet.failures import failure_of
from reconciler.fleet.limits import fleet_findings, fleet_refusals
from reconciler.fleet.selection import Chosen
from reconciler.live.parallel import side_by_side
from reconciler.manifests import Project
from reconciler.model import Failure, Fleet, Plan
from reconciler.model.quick import dataclass
from reconciler.pipeline.applying import check_narrowing, check_saved, confirmed_now
from reconciler.pipeline.asked_once import AskedOnce
from reconciler.pipeline.changed import narrowed
from reconciler.pipeline.connecting import connected, listing_ahead
from reconciler.pipeline.leaving_out import asked
from reconciler.pipeline.planning import make_plan
from reconciler.pipeline.workspace import Settings, Workspace, loading_of, of_loading, open_target
from reconciler.plan.named import check_named
from reconciler.plan.safety import Allowances
from reconciler.plan.selection import Selection

WIDTH = 16
"""How many targets are worked on at the same time. The connection decides how fast their calls are sent."""

EVERYTHING = Selection()

ResultT = TypeVar("ResultT")
Opening = Callable[[], Workspace | Failure]
"""Opens a target, or says why it cannot be opened; only the first call does it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowing:
    """What is planned of each target: `--select`, `--name` and the revision of `--changed-since`."""

    selection: Selection
    revision: str = ""

    def of(self, settings: Settings, workspace: Workspace) -> Selection:
        """Return the selection for one target.

        Raises:
            UsageError: there is no such revision.
        """
        return narrowed(settings, workspace, self.selection, self.revision)


@dataclass(frozen=True, slots=True, kw_only=True)
class Members:
    """The targets of a run in the order of the project; each is opened when it is first asked for."""

    project: Project
    chosen: Chosen
    openings: Mapping[str, Opening]

    @property
    def workspaces(self) -> dict[str, Workspace]:
        """The targets that can be opened; all are opened now."""
        return {name: each for name, each in self._opened.items() if isinstance(each, Workspace)}

    @property
    def failed(self) -> tuple[Failure, ...]:
        """Why the others cannot be opened; all are opened now."""
        return tuple(each for each in self._opened.values() if isinstance(each, Failure))

    @property
    def _opened(self) -> dict[str, Workspace | Failure]:
        return {name: opening() for name, opening in self.openings.items()}

    def side_by_side(self, work: Callable[[Workspace], ResultT]) -> tuple[dict[str, ResultT], tuple[Failure, ...]]:
        """Work on each target at the same time, and return the results by name, and why the others have none.

        The work on one target begins when it is opened, while the next one is being opened.

        Raises:
            UsageError: what was asked for makes no sense on any target.
        """
        opened = (opening() for opening in self.openings.values())
        done = side_by_side(
            lambda each: each if isinstance(each, Failure) else attempted(work, each), opened, width=WIDTH
        )
        pairs = list(zip(self.openings, done, strict=True))
        return (
            {name: each for name, each in pairs if not isinstance(each, Failure)},
            tuple(each for _, each in pairs if isinstance(each, Failure)),
        )


def attempted(work: Callable[[Workspace], ResultT], workspace: Workspace) -> ResultT | Failure:
    """Return the result of work on one target, or why there is none.

    Raises:
        UsageError: what was asked for makes no sense on any target.
    """
    try:
        return work(workspace)
    except UsageError:
        raise
    except Exception as error:  # whatever the error is, the other targets go on
        return failure_of(workspace.target.name, error)


def open_each(
    settings: Settings, project: Project, chosen: Chosen, *, strict: bool = True, selection: Selection = EVERYTHING
) -> Members:
    """Return the targets with what the manifests ask of them. The manifests are read once for all, and not before the
    first is opened.

    Args:
        settings: as for one target; `target` does not count.
        project: the project.
        chosen: which of its targets.
        strict: whether a target with errors in its manifests is a failure, or opened with what is sound.
        selection: which manifests have to be without errors, where that is so.
    """
    loading = loading_of(settings, project, chosen.names)

    def opened(name: str) -> Workspace | Failure:
        workspace = of_loading(settings, project, loading, name)
        try:
            return asked(settings, workspace, selection) if strict else workspace
        except ReconcilerError as error:
            return failure_of(name, error)

    return Members(
        project=project, chosen=chosen, openings={name: cache(partial(opened, name)) for name in chosen.names}
    )


def plan_each(settings: Settings, members: Members, narrowing: Narrowing) -> Fleet:
    """Return what apply would do to each target; they are planned at the same time.

    Raises:
        UsageError: the selection makes no sense.
    """

    settings = replace(settings, asked_once=AskedOnce())
    first = replace(settings, target=members.chosen.names[0])
    with contextlib.ExitStack() as stack:
        # The others are listed while the manifests of the next ones are read.
        ahead = None if narrowing.revision else stack.enter_context(listing_ahead(first, open_target(first)))

        def work(workspace: Workspace) -> Plan:
            own = of_target(settings, workspace)
            selection = narrowing.of(own, workspace)
            with connected(own, workspace, ahead if own.target == first.target else None) as service:
                return make_plan(own, workspace, service, selection)

        plans, failed = members.side_by_side(work)
    if not failed:
        check_named(tuple(plans.values()))
    return fleet_of(members, tuple(plans.values()), failed)


def of_target(settings: Settings, workspace: Workspace) -> Settings:
    """Return the settings of a run as those of one of its targets."""
    return replace(settings, target=workspace.target.name)


def fleet_of(members: Members, plans: tuple[Plan, ...], failed: tuple[Failure, ...]) -> Fleet:
    """Return the document of a run, with the limits of the whole judged."""
    return Fleet(
        project=members.project.name,
        chosen=members.chosen.text,
        plans=plans,
        failed=failed,
        findings=fleet_findings(plans, members.project.fleet_limits),
    )


def check_members(saved: Fleet, members: Members, settings: Settings, missing: Collection[str]) -> None:
    """Refuse a saved document that was made from other manifests or for other places, or that lacks a target.

    `missing` names the targets that may be missing.

    Raises:
        PlanFileError: with every difference.
    """
    absent = [each for each in saved.failed if each.target not in missing]
    if absent:
        raise PlanFileError(
            f"the document has no plan of {len(absent)} of its targets",
            reasons=[f"{each.target}: {each.message}" for each in absent],
            hint="Make it again, or add "
            + " ".join(f"`--allow-missing {each.target}`" for each in absent[:5])
            + " to apply the others without.",
        )
    reasons = []
    for plan in saved.plans:
        name = plan.target.name
        if name in missing:
            continue
        if name not in members.workspaces:
            reasons += [f"{each.target}: {each.message}" for each in members.failed if each.target == name]
            continue
        try:
            check_saved(plan, members.workspaces[name], settings.kinds)
        except PlanFileError as error:
            reasons += [f"{name}: {each}" for each in error.reasons or (error.message,)]
    if reasons:
        raise PlanFileError(
            "the document does not fit this project any more", reasons=reasons, hint="Make the plan again."
        )


def saved_now(
    settings: Settings, members: Members, saved: Fleet, narrowing: Narrowing, *, shrink: bool, missing: Collection[str]
) -> Fleet:
    """Return the plans that are made now, where each asks for exactly what the saved one says. The saved ones are not
    used further.

    A target that cannot be read is a failure, and the others go on. `missing` names targets that may have changed, too.

    Raises:
        RefusedError: what the document touches moved since it was made; nothing was written anywhere.
    """
    settings = replace(settings, asked_once=AskedOnce())
    by_target = {plan.target.name: plan for plan in saved.plans}
    moved: list[str] = []

    def work(workspace: Workspace) -> Plan:
        own = of_target(settings, workspace)
        selection = narrowing.of(own, workspace)
        name = workspace.target.name
        with connected(own, workspace) as service:
            try:
                check_narrowing(by_target[name], selection)
                return confirmed_now(own, workspace, service, by_target[name], selection=selection, shrink=shrink)
            except RefusedError as error:
                if name not in missing:
                    moved.extend(f"{name}: {each}" for each in error.reasons or (error.message,))
                raise

    plans, failed = members.side_by_side(work)
    if moved:
        raise RefusedError(
            "the document is stale: live objects moved since it was made",
            reasons=sorted(moved),
            hint="Make it again. `--allow-missing TARGET` leaves a target out, `--allow-shrink` accepts what is done.",
        )
    return fleet_of(members, tuple(plans.values()), failed)


def check_whole(fleet: Fleet, allowances: Allowances) -> None:
    """Refuse plans that together break a limit of the whole that nobody allowed by number.

    Raises:
        RefusedError: with every reason.
    """
    reasons = fleet_refusals(fleet, allowances)
    if reasons:
        raise RefusedError(
            "the plans of all targets together are blocked",
            reasons=[f"{each.code}: {each.summary}" for each in reasons],
            hint=reasons[0].hint,
        )


def only(members: Members, names: Sequence[str]) -> Members:
    """Return the members with these names alone."""
    return replace(
        members,
        chosen=replace(members.chosen, names=tuple(names)),
        openings={name: each for name, each in members.openings.items() if name in names},
    )
