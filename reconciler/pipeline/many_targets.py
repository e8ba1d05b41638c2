"""Many targets in one run: planned at the same time, as one document, now or to execute a saved one.

plan_each --> Fleet;   saved_now --> Fleet, to execute a saved one
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from reconciler.errors import PlanFileError, RefusedError
from reconciler.fleet.limits import fleet_findings, fleet_refusals
from reconciler.live import Service
from reconciler.model import Failure, Fleet, Plan
from reconciler.model.quick import dataclass
from reconciler.pipeline.applying import check_narrowing, check_saved, confirmed_now
from reconciler.pipeline.asked_once import AskedOnce
from reconciler.pipeline.changed import narrowed
from reconciler.pipeline.connecting import listing_ahead
from reconciler.pipeline.members import Members, no_listing
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

    def of(self, settings: Settings, workspace: Workspace) -> Selection:
        """Return the selection for one target.

        Raises:
            UsageError: there is no such revision.
        """
        return narrowed(settings, workspace, self.selection, self.revision)


def plan_each(settings: Settings, members: Members, narrowing: Narrowing) -> Fleet:
    """Return what apply would do to each target; they are planned at the same time.

    Raises:
        UsageError: the selection makes no sense.
    """

    def work(own: Settings, workspace: Workspace, service: Service) -> Plan:
        return make_plan(own, workspace, service, narrowing.of(own, workspace))

    # What changed since a revision is asked for by name, which the manifests have to tell first.
    begin = no_listing if narrowing.revision else listing_ahead
    plans, failed = members.with_services(replace(settings, asked_once=AskedOnce()), work, begin)
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
            hint=_without(absent) if saved.plans else "Make it again: it has a plan of no target.",
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


def _without(absent: Sequence[Failure]) -> str:
    """Say how the other targets are applied; every target is named, so that the line can be used as it is."""
    options = " ".join(f"`--allow-missing {each.target}`" for each in absent)
    return f"Make it again, or add {options} to apply the others without."


def saved_now(
    settings: Settings, members: Members, saved: Fleet, narrowing: Narrowing, *, shrink: bool, missing: Collection[str]
) -> Fleet:
    """Return the plans that are made now, where each asks for exactly what the saved one says. The saved ones are not
    used further.

    A target that cannot be read is a failure, and the others go on. `missing` names targets that may have changed, too.

    Raises:
        RefusedError: what the document touches moved since it was made; nothing was written anywhere.
    """
    by_target = {plan.target.name: plan for plan in saved.plans}
    moved: list[str] = []

    def work(own: Settings, workspace: Workspace, service: Service) -> Plan:
        selection = narrowing.of(own, workspace)
        try:
            check_narrowing(by_target[own.target], selection)
            return confirmed_now(own, workspace, service, by_target[own.target], selection=selection, shrink=shrink)
        except RefusedError as error:
            if own.target not in missing:
                moved.extend(f"{own.target}: {each}" for each in error.reasons or (error.message,))
            raise

    plans, failed = members.with_services(replace(settings, asked_once=AskedOnce()), work, no_listing)
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
