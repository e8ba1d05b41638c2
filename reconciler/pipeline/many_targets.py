"""Many targets in one run: planned at the same time, as one document, now or to execute a saved one.

plan_each --> Fleet;   check_complete, saved_now --> Fleet, to execute a saved one
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import partial

from reconciler.errors import PlanFileError, RefusedError
from reconciler.fleet.failures import failure_of
from reconciler.fleet.limits import fleet_findings, fleet_refusals
from reconciler.live import Service
from reconciler.model import Failure, Fleet, Plan
from reconciler.model.quick import dataclass
from reconciler.pipeline.applying import check_narrowing, check_saved, confirmed_now
from reconciler.pipeline.changed import narrowed
from reconciler.pipeline.connecting import listing_ahead
from reconciler.pipeline.members import Begin, Members, Opening, no_listing
from reconciler.pipeline.planning import make_plan
from reconciler.pipeline.workspace import Settings, Workspace
from reconciler.plan.named import check_named
from reconciler.plan.safety import Allowances
from reconciler.plan.selection import Selection


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowing:
    """What is planned of each target: `--select`, `--name` and the revision of `--changed-since`."""

    selection: Selection
    revision: str = ""

    @property
    def begin(self) -> Begin:
        """What begins at a target before its manifests are read: its listing, unless what changed since a revision is
        asked for by name, which the manifests have to tell first."""
        return no_listing if self.revision else listing_ahead

    def of(self, settings: Settings, workspace: Workspace) -> Selection:
        """Return the selection for one target.

        Raises:
            UsageError: there is no such revision.
        """
        return narrowed(settings, workspace, self.selection, self.revision)


Planned = Callable[[Workspace, Plan], None]
"""Is told of each plan that was made, with the manifests of its target."""


def _forget(_workspace: Workspace, _plan: Plan) -> None:
    """Keep nothing."""


def plan_each(settings: Settings, members: Members, narrowing: Narrowing, planned: Planned = _forget) -> Fleet:
    """Return what apply would do to each target; they are planned at the same time.

    Raises:
        UsageError: the selection makes no sense.
    """

    def work(own: Settings, workspace: Workspace, service: Service) -> Plan:
        plan = make_plan(own, workspace, service, narrowing.of(own, workspace))
        planned(workspace, plan)
        return plan

    plans, failed = members.with_services(settings, work, narrowing.begin)
    if not failed:
        check_named(tuple(plans.values()))
    return fleet_of(members, tuple(plans.values()), failed)


def fleet_of(members: Members, plans: tuple[Plan, ...], failed: tuple[Failure, ...]) -> Fleet:
    """Return the document of a run, with the limits of the whole judged."""
    return Fleet(
        project=members.project.name,
        chosen=members.chosen.text,
        plans=plans,
        failed=failed,
        findings=fleet_findings(plans, members.project.fleet_limits),
    )


def check_complete(saved: Fleet, missing: Collection[str]) -> None:
    """Refuse a saved document that lacks the plan of a target. `missing` names those that may be missing.

    Raises:
        PlanFileError: with every target.
    """
    absent = [each for each in saved.failed if each.target not in missing]
    if absent:
        raise PlanFileError(
            f"the document has no plan of {len(absent)} of its targets",
            reasons=[f"{each.target}: {each.message}" for each in absent],
            hint=_without(absent) if saved.plans else "Make it again: it has a plan of no target.",
        )


def _without(absent: Sequence[Failure]) -> str:
    """Say how the other targets are applied; every target is named, so that the line can be used as it is."""
    options = " ".join(f"`--allow-missing {each.target}`" for each in absent)
    return f"Make it again, or add {options} to apply the others without."


def saved_now(
    settings: Settings,
    members: Members,
    saved: Fleet,
    narrowing: Narrowing,
    planned: Planned = _forget,
    *,
    shrink: bool,
    missing: Collection[str],
) -> Fleet:
    """Return the plans that are made now, where each asks for exactly what the saved one says. The saved ones are not
    used further.

    A target that cannot be read is a failure, and the others go on. `missing` names targets that may have changed, too.

    Raises:
        PlanFileError: the document was made from other manifests or for other places; nothing was written anywhere.
        RefusedError: what the document touches moved since it was made; nothing was written anywhere.
    """
    by_target = {plan.target.name: plan for plan in saved.plans}
    differences: dict[str, Sequence[str]] = {}
    moved: list[str] = []

    def work(own: Settings, workspace: Workspace, service: Service) -> Plan:
        selection = narrowing.of(own, workspace)
        try:
            check_narrowing(by_target[own.target], selection)
            plan = confirmed_now(own, workspace, service, by_target[own.target], selection=selection, shrink=shrink)
        except RefusedError as error:
            if own.target not in missing:
                moved.extend(f"{own.target}: {each}" for each in error.reasons or (error.message,))
            raise
        planned(workspace, plan)
        return plan

    fitting = _fitting(members, [plan for plan in saved.plans if plan.target.name not in missing], differences)
    plans, failed = fitting.with_services(settings, work, narrowing.begin)
    if differences:
        reasons = [f"{name}: {each}" for name in by_target for each in differences.get(name, ())]
        hint = "Make the plan again."
        raise PlanFileError("the document does not fit this project any more", reasons=reasons, hint=hint)
    if moved:
        raise RefusedError(
            "the document is stale: live objects moved since it was made",
            reasons=sorted(moved),
            hint="Make it again. `--allow-missing TARGET` leaves a target out, `--allow-shrink` accepts what is done.",
        )
    return fleet_of(members, tuple(plans.values()), failed)


def _fitting(members: Members, saved: Sequence[Plan], differences: dict[str, Sequence[str]]) -> Members:
    """Return the members of which none is opened whose saved plan was made from other manifests or for another place;
    `differences` gets why, by target."""

    def opened(plan: Plan, opening: Opening) -> Workspace | Failure:
        name, there = plan.target.name, opening()
        if isinstance(there, Failure):
            differences[name] = (there.message,)
            return there
        try:
            check_saved(plan, there)
        except PlanFileError as error:
            differences[name] = error.reasons or (error.message,)
            return failure_of(name, error)
        return there

    checked = {plan.target.name: partial(opened, plan, members.openings[plan.target.name]) for plan in saved}
    return replace(members, openings={**members.openings, **checked})


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
