"""The workspaces of an audit: opened, with what Git asks of them; and why some of them could not be opened."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial

from reconciler.audit.survey import workspaces
from reconciler.errors import ReconcilerError
from reconciler.kinds.audited import AuditedSite, SiteFacts
from reconciler.live.exchange import Side
from reconciler.live.once import HandedOn, Once
from reconciler.manifests import Project
from reconciler.model import Target
from reconciler.model.quick import dataclass
from reconciler.pipeline.asked_once import AskedOnce, Way
from reconciler.pipeline.connecting import connected, way_to
from reconciler.pipeline.known import audited_before
from reconciler.pipeline.planning import plan_again
from reconciler.pipeline.regional import is_of_all_workspaces
from reconciler.pipeline.sites import site_of
from reconciler.pipeline.workspace import Settings, Workspace, loading_of, of_loading, usable
from reconciler.plan.selection import Selection

Failed = Callable[[str, Exception], None]
"""Is told that a target or a whole region cannot be audited, and why. An error that it raises ends the run."""

_UNREAD = "has errors, so what it describes counts as not described; `dlc-reconciler validate` shows them"


@dataclass(frozen=True, slots=True)
class _Opened:
    """A target whose manifests were read, and the way to its service."""

    settings: Settings
    workspace: Workspace
    service: HandedOn


@contextmanager
def audited_sites(
    settings: Settings, project: Project, names: Sequence[str], failed: Failed, *, all_workspaces: bool
) -> Iterator[list[AuditedSite]]:
    """Yield the workspaces of these targets, connected until the end; `failed` is told of every other target.

    Args:
        settings: as for one target; `target` does not count.
        project: the project.
        names: the targets.
        failed: see `Failed`.
        all_workspaces: also the workspaces that none of the targets means, in the same regions.
    """
    asked_once = AskedOnce()
    settings = replace(settings, asked_once=asked_once)
    with ExitStack() as stack:
        services: dict[Way, HandedOn] = {}
        opened: list[_Opened] = []
        for workspace in _hiding(list(_read(settings, project, names, failed))):
            name, there = workspace.target.name, replace(settings, target=workspace.target.name)
            way = way_to(settings, workspace.target)
            try:
                if way not in services:
                    live = stack.enter_context(connected(there, workspace))
                    own = asked_once.exchange(way).over(live, Side.OWN)
                    services[way] = HandedOn(Once(own, is_of_all_workspaces))
            except Exception as error:  # whatever it is, the other targets go on
                failed(name, error)
            else:
                opened.append(_Opened(there, workspace, services[way]))
        chosen = [_audited(each) for each in opened]
        others = _others(settings, project.name, chosen, services, failed) if all_workspaces else []
        yield [*chosen, *others]


def _read(settings: Settings, project: Project, names: Sequence[str], failed: Failed) -> Iterator[Workspace]:
    """Yield the targets with what Git asks of them. The manifests are read once for all targets."""
    loading = loading_of(settings, project, names)
    for name in names:
        try:
            yield usable(of_loading(settings, project, loading, name))
        except Exception as error:  # the same
            failed(name, error)


def _hiding(read: Sequence[Workspace]) -> Iterator[Workspace]:
    """Yield the targets with the secrets of all: a connection that several targets share hides the values of each."""
    secrets = frozenset(secret for each in read for secret in each.desired.secrets)
    for each in read:
        yield replace(each, desired=replace(each.desired, secrets=secrets))


def _audited(opened: _Opened) -> AuditedSite:
    workspace = opened.workspace
    target, asked = workspace.target, workspace.desired
    unreadable = (each for each in asked.broken if each.shown.id not in asked.against_rules)
    return AuditedSite(
        facts=SiteFacts(
            key=target.name,
            region=target.region,
            workspace_id=target.workspace_id,
            endpoint=target.endpoint,
            unread=tuple(dict.fromkeys(f"{each.shown.where.file} {_UNREAD}" for each in unreadable)),
        ),
        site=site_of(opened.settings, workspace.project.name, target, opened.service),
        desired={**asked.resources, **asked.against_rules},
        memory=audited_before(opened.settings.cache.entries, opened.service),
        with_waits=partial(_with_waits, opened),
    )


def _with_waits(opened: _Opened, facts: SiteFacts) -> SiteFacts:
    """Return the facts with what waits in a workspace for other targets.

    Only a plan tells that, so one is made, and only for a target that comes after others. What it reads is not asked
    again.
    """
    workspace = opened.workspace
    if not workspace.project.target(workspace.target.name).after.targets:
        return facts
    try:
        plan = plan_again(opened.settings, workspace, opened.service.first(), Selection())
    except ReconcilerError as error:
        why = f"whether something waits for other targets cannot be told: {error.message}"
        return replace(facts, unread=(*facts.unread, why))
    return replace(facts, waits={str(each.id): each.without_time for each in plan.waiting})


def _others(
    settings: Settings, project: str, chosen: Sequence[AuditedSite], services: Mapping[Way, HandedOn], failed: Failed
) -> list[AuditedSite]:
    """Return the workspaces that no chosen target is."""
    found = []
    for (region, endpoint, _), service in services.items():
        taken = {audited.facts.workspace_id for audited in chosen if audited.site.service is service}
        try:
            ids = sorted({str(row["WorkspaceId"]) for row in workspaces(service)} - taken)
        except Exception as error:  # the same
            failed(region, error)
            continue
        for id in ids:
            facts = SiteFacts(key=f"{region}/{id}", region=region, workspace_id=id, endpoint=endpoint, described=False)
            target = Target(name=facts.key, region=region, workspace_id=id, endpoint=endpoint)
            found.append(
                AuditedSite(
                    facts=facts,
                    site=site_of(settings, project, target, service),
                    memory=audited_before(settings.cache.entries, service),
                )
            )
    return found
