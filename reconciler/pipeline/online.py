"""Where manifests meet the service's lists: `validate --online`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from reconciler.kinds.base import by_name
from reconciler.live.once import Answers, Once
from reconciler.live.parallel import side_by_side
from reconciler.manifests import Desired, ManifestSet, Project
from reconciler.manifests.findings import in_order
from reconciler.manifests.positions import FilePositions
from reconciler.model import Failure, Finding
from reconciler.online.check import check
from reconciler.pipeline import Checked, Settings, Workspace, connected, open_project
from reconciler.pipeline.asked_once import Way
from reconciler.pipeline.connecting import way_to
from reconciler.pipeline.members import WIDTH, attempted
from reconciler.pipeline.regional import is_of_all_workspaces


def check_online(settings: Settings, targets: Sequence[str] = ()) -> Checked:
    """Judge every manifest, offline and online, for the named targets or for all of them, at the same time.

    Of several targets, one that cannot be asked is among `failed` and does not stop the others. What belongs to no
    workspace is asked once for all of them.

    Raises:
        ManifestError: the project file itself has errors.
        ServiceError: the service of the only target cannot be reached.
    """
    project = open_project(settings)
    manifests, environ = ManifestSet(project, settings.kinds, settings.today), settings.unknown_environment()
    names = list(targets) or ([settings.target] if settings.target else list(project.targets))
    desired = {name: manifests.desired(name, environ) for name in names}
    checked = Checked.of(list(desired.values()))
    workspaces = [_workspace(settings, project, name, desired[name]) for name in names]
    work = partial(_online, settings, {way_to(settings, each.target): Answers() for each in workspaces})
    if len(names) == 1:
        ended: list[list[Finding] | Failure] = [work(workspaces[0])]
    else:
        ended = side_by_side(partial(attempted, work), workspaces, width=WIDTH)
    online = [found for each in ended if not isinstance(each, Failure) for found in each]
    failed = tuple(each for each in ended if isinstance(each, Failure))
    return replace(checked, findings=in_order((*checked.findings, *online)), failed=failed)


def _workspace(settings: Settings, project: Project, name: str, desired: Desired) -> Workspace:
    target = project.target(name).target
    target = replace(target, endpoint=settings.endpoint or target.endpoint)
    return Workspace(project=project, target=target, desired=desired)


def _online(settings: Settings, answers: Mapping[Way, Answers], workspace: Workspace) -> list[Finding]:
    project, target = workspace.project, workspace.target
    where = FilePositions(project.document).locate(("spec", "targets", target.name, "workspaceId"))
    with connected(settings, workspace) as live:
        service = Once(live, is_of_all_workspaces, answers[way_to(settings, target)])
        return check(service, target, where, workspace.desired.documents.values(), by_name(settings.kinds))
