"""`plan --changed-since`: exactly the resources whose manifests ask something else than they did at a revision."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support.commands import Commands
from support.furnished import Furnished
from support.project import ProjectFolder
from support.repository import commit, git
from support.repository import repository as make_repository

from reconciler.emulator import Emulator

PLACE = {"region": "cn-hangzhou", "workspaceId": "1001"}


def commit_project(folder: Path, emulator: Emulator, _: pytest.MonkeyPatch) -> None:
    project = ProjectFolder(folder / "project")
    project.settings(targets={"test": {**PLACE, "values": {"image": "registry.example.com/a:1"}}})
    project.template("one")
    project.template("two")
    project.template("imaged", content={"JobSpecs": [{"Type": "Worker", "Image": "${values.image}"}]})
    project.board("gitops-board")
    make_repository(project.root.parent)


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Furnished:
    return Furnished(tmp_path_factory.mktemp("furnished"), commit_project)


@pytest.fixture
def repository(furnished: Furnished, tmp_path: Path, project: ProjectFolder, emulator: Emulator) -> ProjectFolder:
    """A project below the root of a repository, committed, with nothing live yet."""
    furnished.again(tmp_path, emulator)
    return project


def touched(cli: Commands, *arguments: str) -> list[str]:
    return [action.split("/")[1] for action in cli.verbs("--changed-since", "HEAD", *arguments)]


def test_nothing_changed_leaves_all_out_and_says_so(repository: ProjectFolder, cli: Commands) -> None:
    ended = cli.plan("--changed-since", "HEAD")
    assert ended.code == 0, ended.text
    assert "4 resources of this project left out" in ended.out
    assert ended.out.splitlines()[-1] == "Plan: nothing to do, 0 unchanged"


def test_a_changed_and_a_new_manifest(repository: ProjectFolder, cli: Commands) -> None:
    repository.template("one", command="python other.py")
    repository.template("three")
    assert touched(cli) == ["one", "three"]
    document = cli.document("--changed-since", "HEAD")
    assert [each["name"] for each in document["left_out"]] == ["imaged", "two", "gitops-board"]
    assert len(document["changed_since"]) == 40


def test_a_value_touches_what_uses_it(repository: ProjectFolder, cli: Commands) -> None:
    repository.settings(targets={"test": {**PLACE, "values": {"image": "registry.example.com/a:2", "new": 1}}})
    assert touched(cli) == ["imaged"]


def test_an_override_of_another_target_touches_nothing(repository: ProjectFolder, cli: Commands) -> None:
    repository.template("one", overrides={"prod": {"description": "x"}})
    place = {**PLACE, "values": {"image": "registry.example.com/a:1"}}
    repository.settings(targets={"test": place, "prod": {**PLACE, "workspaceId": "2"}})
    assert touched(cli, "--target", "test") == []
    repository.template("one", overrides={"test": {"description": "x"}})
    assert touched(cli, "--target", "test") == ["one"]


def test_a_comment_and_another_order_of_keys_touch_nothing(repository: ProjectFolder, cli: Commands) -> None:
    file = repository.root / "manifests" / "one.yaml"
    file.write_text("# a comment\n" + file.read_text(encoding="utf-8"), encoding="utf-8")
    assert touched(cli) == []


def test_a_manifest_that_moved_to_another_file_counts(repository: ProjectFolder, cli: Commands) -> None:
    (repository.root / "manifests" / "one.yaml").rename(repository.root / "manifests" / "moved.yaml")
    assert touched(cli) == ["one"]


@pytest.mark.parametrize(
    "spec",
    [
        {"targets": {"test": {**PLACE, "region": "cn-beijing", "values": {"image": "registry.example.com/a:1"}}}},
        {"prune": {"jobTemplates": False}},
        {"stamp": True},
    ],
)
def test_what_bears_upon_everything_touches_everything(
    spec: dict[str, Any], repository: ProjectFolder, cli: Commands
) -> None:
    repository.settings(**{"targets": {"test": {**PLACE, "values": {"image": "registry.example.com/a:1"}}}, **spec})
    assert sorted(touched(cli)) == ["gitops-board", "imaged", "one", "two"]


def test_a_removed_manifest_deletes_and_older_orphans_wait(repository: ProjectFolder, cli: Commands) -> None:
    assert cli.apply().code == 0
    repository.remove("two")
    commit(repository.root.parent)
    repository.remove("one")
    assert cli.verbs("--changed-since", "HEAD") == ["delete JobTemplate/one"]
    assert cli.verbs() == ["delete JobTemplate/one", "delete JobTemplate/two"]


def test_limits_are_of_the_whole_workspace(repository: ProjectFolder, cli: Commands) -> None:
    assert cli.apply().code == 0
    place = {**PLACE, "values": {"image": "registry.example.com/a:1"}}
    limits = {"maxDeletions": 5, "maxDeletionPercent": 70, "maxReplacements": 5}
    repository.settings(targets={"test": place}, safety=limits)
    commit(repository.root.parent)
    repository.remove("one")
    repository.remove("two")
    assert cli.plan("--changed-since", "HEAD").code == 0


def test_a_saved_plan_of_some_changes_is_applied(repository: ProjectFolder, cli: Commands, emulator: Emulator) -> None:
    assert cli.apply().code == 0
    repository.template("one", command="python other.py")
    commit(repository.root.parent)
    repository.template("two", command="python other.py")
    file = repository.root / "saved.json"
    assert cli.plan("--changed-since", "HEAD", "--out", file).code == 0
    emulator.clear_log()
    refused = cli.apply(file)
    commit_id = git(repository.root.parent, "rev-parse", "HEAD").strip()
    assert (refused.code, emulator.writes()) == (3, [])
    assert f"Run it with `--changed-since {commit_id}`" in refused.err
    assert cli.apply(file, "--changed-since", commit_id).code == 0
    assert emulator.writes() != []
    assert cli.verbs() == ["new-version JobTemplate/one"]


def test_a_project_that_the_revision_did_not_have_is_all_new(project: ProjectFolder, cli: Commands) -> None:
    git(project.root.parent, "init", "-q")
    (project.root.parent / "x").write_text("x", encoding="utf-8")
    git(project.root.parent, "add", "x")
    git(project.root.parent, "commit", "-q", "-m", "x")
    project.template("one")
    assert touched(cli) == ["one"]


def test_a_revision_whose_manifests_were_broken_counts_them_as_changed(
    repository: ProjectFolder, cli: Commands
) -> None:
    file = repository.root / "manifests" / "one.yaml"
    good = file.read_text(encoding="utf-8")
    file.write_text("a: [", encoding="utf-8")
    commit(repository.root.parent)
    file.write_text(good, encoding="utf-8")
    assert touched(cli) == ["one"]


def test_links_are_followed_as_they_were(repository: ProjectFolder, cli: Commands) -> None:
    (repository.root / "shared.yaml").write_bytes((repository.root / "manifests" / "one.yaml").read_bytes())
    repository.remove("one")
    (repository.root / "manifests" / "one.yaml").symlink_to("../shared.yaml")
    commit(repository.root.parent)
    assert touched(cli) == []


@pytest.mark.parametrize(
    ("revision", "told"),
    [
        ("nowhere", 'the repository has no revision "nowhere"'),
        ("--output=x", 'the repository has no revision "--output=x"'),
        ("HEAD:x", 'the repository has no revision "HEAD:x"'),
    ],
)
def test_an_unknown_revision_is_one_line(revision: str, told: str, repository: ProjectFolder, cli: Commands) -> None:
    ended = cli.plan(f"--changed-since={revision}")
    assert (ended.code, ended.out) == (64, "")
    assert told in ended.err
    assert "Traceback" not in ended.err


def test_outside_git_is_one_line(project: ProjectFolder, cli: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(project.root.parent))
    project.template("one")
    ended = cli.plan("--changed-since", "HEAD")
    assert (ended.code, ended.out) == (64, "")
    assert "is not in a Git repository" in ended.err


@pytest.fixture
def forked(repository: ProjectFolder, cli: Commands) -> ProjectFolder:
    """A branch `work` that changed `one`, begun before `main` changed `two` and took away `imaged`."""
    top = repository.root.parent
    git(top, "branch", "-M", "main")
    git(top, "checkout", "-q", "-b", "work")
    repository.template("one", command="python other.py")
    commit(top, "one")
    git(top, "checkout", "-q", "main")
    repository.template("two", command="python other.py")
    repository.remove("imaged")
    commit(top, "two")
    assert cli.apply().code == 0
    git(top, "checkout", "-q", "work")
    return repository


def test_what_others_changed_meanwhile_is_not_this_branchs(forked: ProjectFolder, cli: Commands) -> None:
    began = git(forked.root, "merge-base", "main", "work")
    assert cli.verbs("--changed-since", "main") == ["new-version JobTemplate/one"]
    assert cli.document("--changed-since", "main")["changed_since"] == began
    assert cli.verbs("--changed-since", "work") == []


def merge_commit(project: ProjectFolder) -> str:
    """What a code host checks out for a request: the branch merged into where it goes."""
    git(project.root, "checkout", "-q", "-b", "merged", "main")
    git(project.root, "merge", "-q", "--no-ff", "work")
    return git(project.root, "rev-parse", "HEAD")


def cloned(project: ProjectFolder, folder: Path, cli: Commands, *arguments: str) -> Commands:
    git(folder, "clone", "-q", *arguments, project.root.parent.as_uri(), folder / "clone")
    return Commands(folder / "clone" / project.root.name, cli.endpoint)


def test_a_merge_commit_fetched_alone_still_names_where_it_goes(
    forked: ProjectFolder, cli: Commands, tmp_path: Path
) -> None:
    merge_commit(forked)
    there = cloned(forked, tmp_path, cli, "--depth=1", "--branch=merged")
    git(there.project, "fetch", "-q", "--depth=1", "origin", "main")
    assert there.verbs("--changed-since", "FETCH_HEAD") == ["new-version JobTemplate/one"]


def test_a_shallow_clone_says_what_to_fetch(forked: ProjectFolder, cli: Commands, tmp_path: Path) -> None:
    there = cloned(forked, tmp_path, cli, "--depth=1", "--branch=work")
    ended = there.plan("--changed-since", "origin/main")
    assert (ended.code, ended.out) == (64, "")
    assert "This clone is shallow; fetch it first: `git fetch --depth=1 origin main`." in ended.err
    git(there.project, "fetch", "-q", "--depth=1", "origin", "main")
    ended = there.plan("--changed-since", "FETCH_HEAD")
    assert (ended.code, ended.out) == (64, "")
    assert 'what "FETCH_HEAD" and HEAD have in common is not in it' in ended.err
    assert "git fetch --deepen=100 origin" in ended.err
    git(there.project, "fetch", "-q", "--deepen=100", "origin", "main", "work")
    assert there.verbs("--changed-since", git(forked.root, "rev-parse", "main")) == ["new-version JobTemplate/one"]


def test_histories_that_have_nothing_in_common(forked: ProjectFolder, cli: Commands) -> None:
    git(forked.root.parent, "checkout", "-q", "--orphan", "alone")
    commit(forked.root.parent)
    ended = cli.plan("--changed-since", "main")
    assert (ended.code, ended.out) == (64, "")
    assert '"main" and HEAD have no commit in common' in ended.err


def test_a_partial_clone_fetches_nothing_and_says_what_to_fetch(
    forked: ProjectFolder, cli: Commands, tmp_path: Path
) -> None:
    git(forked.root, "config", "uploadpack.allowFilter", "true")
    there = cloned(forked, tmp_path, cli, "--filter=blob:none", "--branch=work")
    ended = there.plan("--changed-since", "origin/main")
    assert (ended.code, ended.out) == (64, "")
    assert "not in this partial clone, the first is manifests/one.yaml" in ended.err
    git(there.project, "fetch", "-q", "--refetch", "--no-filter", "origin")
    assert there.verbs("--changed-since", "origin/main") == ["new-version JobTemplate/one"]


def test_a_repository_without_a_commit_is_one_line(project: ProjectFolder, cli: Commands) -> None:
    git(project.root, "init", "-q")
    project.template("one")
    ended = cli.plan("--changed-since", "HEAD")
    assert (ended.code, ended.out) == (64, "")
    assert 'the repository has no revision "HEAD"' in ended.err
