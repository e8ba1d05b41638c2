"""Makes the Plan that removes this project's marks from live templates, given their names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reconciler.errors import RefusedError
from reconciler.kinds.jobtemplate.answers import fetch, list_templates, live_summary
from reconciler.kinds.jobtemplate.canonical import KIND_NAME, LiveTemplate
from reconciler.kinds.jobtemplate.naming import row_called
from reconciler.kinds.jobtemplate.ownership import is_ours
from reconciler.kinds.jobtemplate.release import release_of
from reconciler.live import Service
from reconciler.model import Plan
from reconciler.pipeline.versions import described
from reconciler.pipeline.workspace import Settings, Workspace, scope_of


def release_plan(settings: Settings, workspace: Workspace, service: Service, names: Sequence[str]) -> Plan:
    """Return the plan that releases the templates with these names or ids; without names all that have our mark.

    A template that nobody owns counts as released already.

    Raises:
        ReconcilerError: a name that nothing live has, or that several have.
        RefusedError: a template of another project is among them.
    """
    kind = next(kind for kind in settings.kinds if kind.name == KIND_NAME)
    scope = scope_of(settings, workspace, kind)
    rows = list_templates(service, scope.workspace_id)
    where = f"{workspace.target.name} (workspace {workspace.target.workspace_id})"
    if names:
        chosen = [live_summary(row_called(rows, name, where)) for name in dict.fromkeys(names)]
        chosen = list({live.template_id: live for live in chosen}.values())
    else:
        chosen = [live for row in rows if is_ours(scope, (live := live_summary(row)).marks)]
    foreign = [live for live in chosen if live.marks.project and not is_ours(scope, live.marks)]
    if foreign:
        raise RefusedError(
            "nothing was released",
            reasons=[
                f'"{each.name}" ({each.template_id}) belongs to project "{each.marks.project}"' for each in foreign
            ],
            hint="Release them in that project.",
        )
    actions = [
        action
        for live in sorted(chosen, key=lambda each: (each.name, each.template_id))
        if (action := release_of(scope, fetch(service, live.template_id), tuple(_next(workspace, live)))) is not None
    ]
    return Plan(
        project=workspace.project.name,
        target=workspace.target,
        actions=tuple(actions),
        unchanged=len(chosen) - len(actions),
    )


def _next(workspace: Workspace, live: LiveTemplate) -> Iterator[str]:
    """Yield what the next plan will say, where a manifest still asks for the template."""
    manifest = described(workspace, live.name)
    if manifest is None:
        return
    if manifest.body.adopt or manifest.body.adopt_from:
        yield "its manifest asks for adoption: the next plan adopts it again, unless the manifest goes"
    else:
        yield "its manifest is still there: it blocks the next plan (DLC201) until it is removed or says `adopt: true`"
