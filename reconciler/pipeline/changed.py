"""`--changed-since`: which resources the manifests ask something else of than they did at a Git commit.

What is told apart first is files, by their contents. Where single manifests changed, what the commit asked is loaded
from the files of today with those of then in their place: what did not change is not read from Git, and comes from the
cache. There the names and digests of a whole commit are kept too, so that the next run loads nothing of it. Where
something changed that bears upon more (the project file, values, policies), all is loaded as it was.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from reconciler.cache import NO_ENTRIES
from reconciler.codes import finding
from reconciler.errors import GitError, ManifestError, ProjectError
from reconciler.git.commits import merge_base
from reconciler.git.objects import tree_id
from reconciler.manifests import Desired, Project, load_desired, load_project
from reconciler.manifests.at_commit import AtCommit, Commits
from reconciler.manifests.former_files import files_of, files_since, more_changed, of_more
from reconciler.manifests.revisions import write_project
from reconciler.model import Finding, ResourceId
from reconciler.pipeline.leaving_out import key_of
from reconciler.pipeline.workspace import Settings, Workspace
from reconciler.plan.selection import Changed, Selection

FEW = 200
"""At most this many resources are asked for by name; for more, to list all of them costs less."""
CODE = "DLC231"


def narrowed(settings: Settings, workspace: Workspace, selection: Selection, revision: str) -> Selection:
    """A selection narrowed to what the manifests changed since a revision; as it is when none is named.

    Raises:
        UsageError: see `changed_since`.
    """
    return replace(selection, changed=changed_since(settings, workspace, revision)) if revision else selection


def changed_since(settings: Settings, workspace: Workspace, revision: str) -> Changed:
    """Which resources the manifests ask something else of than they did where HEAD left a Git revision.

    Compared is with the newest commit that both have in common, so that what others changed since does not count.
    A changed value, base or override counts for exactly the resources that use it. A change of the target itself, of
    what is pruned or of the stamp counts for all.

    Raises:
        UsageError: not in a Git repository, no such revision, or nothing in common with it.
    """
    project, desired = workspace.project, workspace.desired
    commit = merge_base(project.root, revision)
    commits = Commits(settings.cache.manifests or NO_ENTRIES, project, workspace.target.name, settings.today)
    tree = _tree(project, commit)
    known = commits.recall(tree) if tree else None
    files = known.files if known is not None else files_of(project, commit)
    if because := more_changed(project, desired.files, desired.links, files):
        return _since_whole(settings, workspace, commit, because)
    if known is not None:
        return Changed(commit, _different(known.asked, _asked(desired)))
    then = load_desired(
        project,
        workspace.target.name,
        kinds=settings.kinds,
        environ=settings.environment(),
        entries=settings.cache.manifests,
        former=files_since(project, desired.files, files),
    )
    if tree and not then.broken and not then.secrets:
        commits.keep(tree, AtCommit(of_more(project, files), then.asked))
    return Changed(commit, _different(_asked(then), _asked(desired)))


def _tree(project: Project, commit: str) -> str:
    """Return what identifies the files of a commit; empty when it does not have the project's folder."""
    try:
        return tree_id(project.root, commit)
    except GitError:
        return ""


def is_about_few(workspace: Workspace, selection: Selection) -> bool:
    """Whether the resources that changed can be asked for by name: few of them, and nothing that may be deleted."""
    changed = selection.changed
    if changed is None or changed.ids is None or changed.because or len(changed.ids) > FEW:
        return False
    return changed.ids <= workspace.desired.described


def read_whole(workspace: Workspace, selection: Selection) -> Iterator[Finding]:
    """The note that `--changed-since` read everything, and why."""
    changed = selection.changed
    if changed is None or is_about_few(workspace, selection):
        return
    because = changed.because
    if not because and changed.ids is not None:
        gone = sorted(changed.ids - workspace.desired.described)
        because = f"{gone[0]} left the manifests" if gone else f"{len(changed.ids)} resources changed"
    yield finding(CODE, f"all manifests and everything live were read: {because}")


def _since_whole(settings: Settings, workspace: Workspace, commit: str, because: str) -> Changed:
    """The same with everything loaded as the commit had it."""
    project, name = workspace.project, workspace.target.name
    with tempfile.TemporaryDirectory(prefix="dlc-reconciler-") as folder:
        if not write_project(project.root, project.path.name, commit, Path(folder)):
            return Changed(commit, because=because)
        try:
            former = load_project(Path(folder) / project.path.name)
        except (ManifestError, ProjectError):
            return Changed(commit, because=because)  # what it asked for cannot be read any more
        if _reach(former, name) != _reach(project, name):
            return Changed(commit, because=because)
        then = load_desired(former, name, kinds=settings.kinds, environ=settings.environment())
        return Changed(commit, _different(_asked(then), _asked(workspace.desired)), because)


def _different(before: Mapping[ResourceId, object], after: Mapping[ResourceId, object]) -> frozenset[ResourceId]:
    return frozenset(id for id, _ in before.items() ^ after.items())


def _reach(project: Project, target: str) -> object:
    """What in a project file bears upon every resource of a target."""
    spec = project.targets.get(target)
    return (project.name, spec and spec.target, project.prune, project.stamp)


def _asked(desired: Desired) -> Mapping[ResourceId, tuple[object, ...]]:
    """What the manifests ask of each resource, those with errors included. The manifest's name counts, because it is
    written on live templates too."""
    wrong = {key_of(each): tuple((item.code, item.summary) for item in each.shown.findings) for each in desired.broken}
    return {**dict(desired.asked.items()), **wrong}
