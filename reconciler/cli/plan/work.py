"""`plan --work-list`: which targets and shards several jobs have to plan."""

from __future__ import annotations

from reconciler.fleet.selection import Choice, choose
from reconciler.fleet.worklist import dumps, parts
from reconciler.pipeline import Settings, open_project
from reconciler.pipeline.members import open_each


def work_list(settings: Settings, choice: Choice, jobs: int | None) -> str:
    """Return the list as JSON; no service is called. Where no target is named, every target of the project is meant.

    Raises:
        UsageError: fewer jobs than targets.
    """
    project = open_project(settings)
    chosen = choose(project, choice if choice != Choice() else Choice(everything=True))
    members = open_each(settings, project, chosen, strict=False)
    return dumps(parts({name: len(each.desired.resources) for name, each in members.workspaces.items()}, jobs))
