"""`plan` of many targets."""

from __future__ import annotations

from reconciler.cli.options.project import ScopeOptions
from reconciler.errors import UsageError
from reconciler.fleet.selection import Choice, choose
from reconciler.model import Fleet
from reconciler.pipeline import Settings, open_project
from reconciler.pipeline.many_targets import Narrowing, plan_each
from reconciler.pipeline.members import open_each_once


def plan_many(settings: Settings, choice: Choice, scope: ScopeOptions) -> Fleet:
    """Return the plans of all chosen targets, which are made at the same time.

    Raises:
        UsageError: what was asked for makes no sense.
        ProjectError, ManifestError: the project file is missing or wrong.
    """
    if not settings.share.is_whole:
        raise UsageError("--shard is a part of one target", hint="Plan the parts of each target by themselves.")
    project = open_project(settings)
    members = open_each_once(settings, project, choose(project, choice), selection=scope.selection)
    narrowing = Narrowing(selection=scope.selection, revision=scope.changed_since)
    return plan_each(settings, members, narrowing)
