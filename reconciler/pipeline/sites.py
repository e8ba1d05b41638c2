"""Where and when a run works, for each kind, made once from the settings and the target."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.kinds.base import Patience, Scope, Site
from reconciler.kinds.offers import Offers
from reconciler.kinds.proof import Prover
from reconciler.live import Service
from reconciler.model import Target
from reconciler.model.address import EMULATOR
from reconciler.pipeline.workspace import Settings, Workspace, scope_of


def sites_of(
    settings: Settings, workspace: Workspace, service: Service, prover: Prover | None = None
) -> Mapping[str, Site]:
    """Return the site of each kind by its name; they share the instance types that are listed."""
    patience, offers = patience_of(settings, workspace.target), Offers(service)
    return {
        kind.name: Site(
            service=service,
            scope=scope_of(settings, workspace, kind),
            region=workspace.target.region,
            patience=patience,
            now=settings.wall,
            offers=offers,
            revision=settings.revision,
            prover=prover,
        )
        for kind in settings.kinds
    }


def site_of(settings: Settings, project: str, target: Target, service: Service) -> Site:
    """Return the site of a target for work that belongs to no single kind: only the project's name decides what is
    ours."""
    return Site(
        service=service,
        scope=Scope(project=project, workspace_id=target.workspace_id, now=settings.now()),
        region=target.region,
        patience=patience_of(settings, target),
        now=settings.wall,
        offers=Offers(service),
    )


def patience_of(settings: Settings, target: Target) -> Patience:
    """Return how patient a run is. The emulator changes states within a second; a longer interval would only make
    people wait."""
    interval = min(settings.interval, 0.1) if target.endpoint == EMULATOR else settings.interval
    return Patience(interval=interval, deadline=settings.wait, sleep=settings.sleep, clock=settings.clock)
