"""A manifest that is out of sight is not removed: the plan is blocked and says which path and what to do.

Every test starts from two applied templates, `keep` and `train`, and makes `train`'s manifest disappear in one of the
ways it does in ordinary life. `keep` shows that the rest of the plan goes on.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from support.commands import Commands, Ended, command
from support.furnished import Furnished
from support.project import ProjectFolder
from support.repository import commit, git, repository

from reconciler.emulator import Emulator

PATTERNS = ["manifests/*.yaml", "teams/**/*.yaml"]


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Furnished:
    def make(folder: Path, emulator: Emulator, _: pytest.MonkeyPatch) -> None:
        project = ProjectFolder(folder / "project", manifests=PATTERNS)
        project.template("keep")
        team = project.root / "teams" / "vision"
        team.mkdir(parents=True)
        project.template("train").rename(team / "train.yaml")
        project.template("other").rename(team / "other.yaml")
        repository(folder)
        assert Commands(project.root, emulator.url).apply().code == 0

    return Furnished(tmp_path_factory.mktemp("furnished"), make)


@pytest.fixture
def applied(furnished: Furnished, tmp_path: Path, project: ProjectFolder, emulator: Emulator) -> ProjectFolder:
    """A project below the root of its repository, with two templates applied and committed."""
    furnished.again(tmp_path, emulator)
    git(tmp_path, "update-index", "--refresh")  # otherwise Git takes the copies for files that somebody changed
    return project


def blocked(cli: Commands, *arguments: str | Path) -> Ended:
    """The plan, which deletes nothing and is blocked; apply refuses it and writes nothing."""
    ended = cli.plan(*arguments)
    assert ended.code == 3, ended.text
    assert "DLC225" in ended.text
    assert not [verb for verb in cli.verbs(*arguments) if verb.startswith("delete")]
    return ended


def goes(cli: Commands, *arguments: str | Path) -> None:
    """The plan deletes `train` and nothing else."""
    assert cli.verbs(*arguments) == ["delete JobTemplate/train"]
    assert cli.plan(*arguments).code == 0


TRAIN = Path("teams/vision/train.yaml")


def leave_out(folder: Path, name: str) -> None:
    """Make the checkout a sparse one without the files of this name."""
    top = Path(git(folder, "rev-parse", "--show-toplevel"))
    git(top, "sparse-checkout", "set", "--no-cone", "/*", f"!{name}")


def test_what_a_person_removed_is_removed_committed_or_not(applied: ProjectFolder, cli: Commands) -> None:
    (applied.root / TRAIN).unlink()
    goes(cli)
    git(applied.root, "rm", "-q", "--cached", TRAIN)
    goes(cli)
    commit(applied.root)
    goes(cli)


def test_a_sparse_checkout(applied: ProjectFolder, cli: Commands, emulator: Emulator) -> None:
    leave_out(applied.root, TRAIN.name)
    assert not (applied.root / TRAIN).exists()
    ended = blocked(cli)
    assert f"{TRAIN} is left out of this sparse checkout" in ended.text
    assert "git sparse-checkout add teams/vision" in ended.text
    emulator.clear_log()
    assert cli.apply().code == 3
    assert emulator.writes() == []
    goes(cli, "--allow-absent", str(TRAIN))
    goes(cli, "--allow-absent", "teams/**")
    goes(cli, "--allow-absent", "**/train.yaml")
    blocked(cli, "--allow-absent", "teams/*.yaml")


def test_the_word_may_come_from_the_environment(
    applied: ProjectFolder, cli: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave_out(applied.root, TRAIN.name)
    monkeypatch.setenv("DLC_RECONCILER_ALLOW_ABSENT", f"nothing/** {TRAIN}")
    goes(cli)


def test_a_folder_left_out_by_cones_leaves_its_pattern_empty_too(applied: ProjectFolder, cli: Commands) -> None:
    git(applied.root.parent, "sparse-checkout", "set", "--cone", "project/manifests")
    ended = blocked(cli)
    assert "is left out of this sparse checkout" in ended.text
    assert ended.text.count("DLC225") >= 2


def test_a_manifest_that_moved_into_a_file_that_is_left_out(applied: ProjectFolder, cli: Commands) -> None:
    (applied.root / TRAIN).rename(applied.root / "teams/vision/hidden.yaml")
    commit(applied.root)
    leave_out(applied.root, "hidden.yaml")
    assert "teams/vision/hidden.yaml is left out" in blocked(cli).text


def test_a_removed_manifest_beside_others_that_are_left_out(applied: ProjectFolder, cli: Commands) -> None:
    applied.template("third").rename(applied.root / "teams" / "third.yaml")
    assert cli.apply().code == 0
    (applied.root / TRAIN).unlink()
    commit(applied.root)
    leave_out(applied.root, "other.yaml")
    assert cli.verbs() == ["delete JobTemplate/train"]
    assert "JobTemplate/other" in blocked_only(cli, "other")


def blocked_only(cli: Commands, name: str) -> str:
    """The text of a plan in which exactly this template is in doubt."""
    document = cli.document()
    assert [each["subject"]["name"] for each in document["findings"] if each["code"] == "DLC225"] == [name]
    return cli.plan().text


def test_a_submodule_without_files(applied: ProjectFolder, cli: Commands, tmp_path: Path) -> None:
    team = tmp_path / "team-repository"
    shutil.copytree(applied.root / "teams", team)
    repository(team)
    git(applied.root, "rm", "-q", "-r", "teams")
    git(applied.root, "submodule", "add", "-q", team, "teams")
    commit(applied.root)
    assert cli.verbs() == []
    git(applied.root, "submodule", "deinit", "-q", "-f", "teams")
    ended = blocked(cli)
    assert "teams is a submodule that has no files" in ended.text
    assert "git submodule update --init --recursive -- teams" in ended.text
    (applied.root / "teams").rmdir()
    blocked(cli)


def test_a_submodule_in_a_submodule(applied: ProjectFolder, cli: Commands, tmp_path: Path) -> None:
    inner, outer = tmp_path / "inner", tmp_path / "outer"
    shutil.copytree(applied.root / "teams" / "vision", inner)
    repository(inner)
    outer.mkdir()
    (outer / "README").write_text("x", encoding="utf-8")
    repository(outer)
    git(outer, "submodule", "add", "-q", inner, "vision")
    commit(outer)
    git(applied.root, "rm", "-q", "-r", "teams")
    git(applied.root, "submodule", "add", "-q", outer, "teams")
    commit(applied.root)
    assert list((applied.root / "teams" / "vision").iterdir()) == []
    assert "teams/vision is a submodule that has no files" in blocked(cli).text


def test_a_pattern_that_no_longer_reads_the_file(applied: ProjectFolder, cli: Commands) -> None:
    applied.settings(manifests=["manifests/*.yaml", "teams/vision/other.yaml"])
    ended = blocked(cli)
    assert f"{TRAIN} is still there, but no pattern of spec.manifests reads it" in ended.text
    goes(cli, "--allow-absent", str(TRAIN))


def test_a_pattern_that_matches_nothing_any_more(applied: ProjectFolder, cli: Commands) -> None:
    shutil.rmtree(applied.root / "teams")
    ended = blocked(cli)
    assert 'pattern "teams/**/*.yaml" of spec.manifests, which could hold it, matches no file any more' in ended.text
    assert "reconciler.yaml:" in ended.text
    assert cli.verbs("--allow-absent", "teams/**") == ["delete JobTemplate/other", "delete JobTemplate/train"]
    applied.settings(manifests=["manifests/*.yaml"])
    assert cli.verbs() == ["delete JobTemplate/other", "delete JobTemplate/train"]


@pytest.mark.parametrize("new", ["teams/vision/train.yml", "archive/train.yaml", "../train.yaml", "teams/.train.yaml"])
def test_a_renamed_file_or_folder_that_no_pattern_reads(new: str, applied: ProjectFolder, cli: Commands) -> None:
    (applied.root / new).parent.mkdir(exist_ok=True)
    (applied.root / TRAIN).rename(applied.root / new)
    assert f"{new} describes it" in blocked(cli).text
    commit(applied.root.parent)
    blocked(cli)
    goes(cli, "--allow-absent", str(TRAIN))


@pytest.mark.parametrize("new", ["teams/vision/resnet.yaml", "teams/Vision/train.yaml", "manifests/TRAIN.yaml"])
def test_a_renamed_file_that_a_pattern_reads_is_the_same_template(
    new: str, applied: ProjectFolder, cli: Commands
) -> None:
    (applied.root / new).parent.mkdir(exist_ok=True)
    (applied.root / TRAIN).rename(applied.root / new)
    assert cli.verbs() == ["update JobTemplate/train"]


def test_a_copy_in_another_project_is_that_projects(applied: ProjectFolder, cli: Commands) -> None:
    other = ProjectFolder(applied.root.parent / "other")
    other.template("train")
    commit(applied.root.parent)
    (applied.root / TRAIN).unlink()
    goes(cli)


def test_a_project_file_that_moved_without_its_manifests(applied: ProjectFolder, cli: Commands) -> None:
    inner = ProjectFolder(applied.root / "dlc", manifests=["teams/**/*.yaml"])
    (inner.root / "teams").mkdir()
    inner.template("keep").rename(inner.root / "teams" / "keep.yaml")
    (applied.root / "reconciler.yaml").unlink()
    commit(applied.root)
    ended = blocked(Commands(inner.root, cli.endpoint))
    assert "../teams/vision/train.yaml describes it" in ended.text


def test_a_file_that_git_lfs_has_not_fetched(applied: ProjectFolder, cli: Commands) -> None:
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0" * 64 + "\nsize 300\n"
    (applied.root / TRAIN).write_text(pointer, encoding="utf-8")
    ended = blocked(cli)
    assert "DLC057" in ended.text
    assert "git lfs pull" in ended.text
    assert cli.apply().code == 3
    assert cli.plan("--allow-absent", "**").code == 3, "what the file describes is not known, allowed or not"


def test_a_partial_clone_that_never_fetched_the_file(applied: ProjectFolder, cli: Commands, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    git(applied.root, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", "--no-checkout", "--filter=blob:none", applied.root.parent.as_uri(), clone)
    git(clone, "read-tree", "HEAD")
    root = clone / applied.root.name
    shutil.copytree(applied.root, root, ignore=shutil.ignore_patterns("train.yaml", ".dlc-reconciler"))
    ended = blocked(Commands(root, cli.endpoint))
    assert f"{TRAIN} was not fetched into this partial clone" in ended.text


def test_a_clone_that_was_never_checked_out(applied: ProjectFolder, cli: Commands, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", "--no-checkout", applied.root.parent, clone)
    root = clone / applied.root.name
    shutil.copytree(applied.root, root, ignore=shutil.ignore_patterns("train.yaml"))
    assert f"{TRAIN} was not checked out" in blocked(Commands(root, cli.endpoint)).text


def test_a_second_work_tree_and_a_shallow_clone_are_like_any_other(
    applied: ProjectFolder, cli: Commands, tmp_path: Path
) -> None:
    git(applied.root, "worktree", "add", "-q", tmp_path / "second")
    git(tmp_path, "clone", "-q", "--depth=1", applied.root.parent.as_uri(), tmp_path / "shallow")
    for folder in (tmp_path / "second", tmp_path / "shallow"):
        there = Commands(folder / applied.root.name, cli.endpoint)
        assert there.verbs() == []
        (there.project / TRAIN).unlink()
        goes(there)
        git(there.project, "checkout", "-q", "HEAD", "--", ".")
        leave_out(there.project, TRAIN.name)
        blocked(there)


def test_variables_of_another_repository_change_nothing(
    applied: ProjectFolder, cli: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave_out(applied.root, TRAIN.name)
    (tmp_path / "elsewhere").mkdir()
    repository(tmp_path / "elsewhere")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere" / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "elsewhere" / ".git" / "index"))
    blocked(cli)


def test_a_repository_that_the_variables_put_elsewhere(
    applied: ProjectFolder, cli: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave_out(applied.root, TRAIN.name)
    (applied.root.parent / ".git").rename(tmp_path / "store.git")
    goes(cli)
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "store.git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(applied.root.parent))
    blocked(cli)


def test_without_git_the_patterns_still_count(applied: ProjectFolder, cli: Commands) -> None:
    shutil.rmtree(applied.root.parent / ".git")
    (applied.root / TRAIN).rename(applied.root / "teams/vision/train.yml")
    blocked(cli)
    (applied.root / "teams/vision/train.yml").unlink()
    goes(cli)
    (applied.root / "teams/vision/other.yaml").unlink()
    assert "matches no file any more" in blocked(cli).text


def test_a_checkout_without_a_git_program_proves_nothing(
    applied: ProjectFolder, cli: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    (applied.root / TRAIN).unlink()
    monkeypatch.setenv("PATH", os.devnull)
    assert "git cannot be run: there is no such program" in blocked(cli).text
    goes(cli, "--allow-absent", TRAIN)
    shutil.rmtree(applied.root.parent / ".git")
    goes(cli)


def test_a_repository_that_git_refuses_to_read_proves_nothing(applied: ProjectFolder, cli: Commands) -> None:
    (applied.root / TRAIN).unlink()
    (applied.root.parent / ".git" / "index").write_bytes(b"no index")
    ended = blocked(cli)
    assert "whether its manifest was removed cannot be told" in ended.text


def test_parts_of_a_plan_are_judged_alike(applied: ProjectFolder, cli: Commands) -> None:
    leave_out(applied.root, TRAIN.name)
    blocked(cli, "--changed-since", "HEAD")
    shards = [cli.document("--shard", f"{number}/2") for number in (1, 2)]
    found = [each for shard in shards for each in shard["findings"] if each["code"] == "DLC225"]
    assert [each["subject"]["name"] for each in found] == ["train"]
    assert [action for shard in shards for action in shard["actions"]] == []
    assert cli.plan("--select", "team=none").code == 0


def test_apply_judges_a_saved_plan_anew(applied: ProjectFolder, cli: Commands, emulator: Emulator) -> None:
    saved = applied.root / "plan.json"
    (applied.root / TRAIN).unlink()
    assert cli.plan("--out", saved).code == 0
    git(applied.root, "checkout", "-q", "HEAD", "--", TRAIN)
    leave_out(applied.root, TRAIN.name)
    emulator.clear_log()
    ended = cli.apply(saved)
    assert (ended.code, emulator.writes()) == (3, [])
    assert "is left out of this sparse checkout" in ended.text
    assert cli.apply(saved, "--allow-absent", str(TRAIN)).code == 0
    assert [write.action for write in emulator.writes()] == ["DeleteJobTemplate"]


def test_boards_record_no_path_so_every_empty_pattern_counts(applied: ProjectFolder, cli: Commands) -> None:
    applied.settings(manifests=[*PATTERNS, "boards/*.yaml"])
    (applied.root / "boards").mkdir()
    for name in ("gitops-one", "gitops-two"):
        applied.board(name).rename(applied.root / "boards" / f"{name}.yaml")
    commit(applied.root)
    assert cli.apply().code == 0
    (applied.root / "boards" / "gitops-one.yaml").unlink()
    assert cli.verbs() == ["delete TensorBoard/gitops-one"]
    shutil.rmtree(applied.root / "boards")
    assert 'pattern "boards/*.yaml"' in blocked(cli).text
    both = ["delete TensorBoard/gitops-one", "delete TensorBoard/gitops-two"]
    assert cli.verbs("--allow-absent", "boards/*.yaml") == both
    applied.settings(manifests=PATTERNS)
    assert cli.verbs() == both
    git(applied.root, "checkout", "-q", "HEAD", "--", "boards")
    applied.settings(manifests=[*PATTERNS, "boards/*.yaml"])
    leave_out(applied.root, "gitops-two.yaml")
    assert "boards/gitops-two.yaml is left out" in blocked(cli).text


def test_drift_and_adopt_take_the_same_word_for_it(applied: ProjectFolder, cli: Commands) -> None:
    leave_out(applied.root, "train.yaml")
    here = ("--project", applied.root, "--endpoint", cli.endpoint)
    assert "is left out of this sparse checkout" in command("drift", *here).out
    allowed = command("drift", *here, "--allow-absent", "teams/**/*.yaml")
    assert "JobTemplate/train: surplus" in allowed.out
    assert "sparse" not in allowed.out
    assert command("adopt", "keep", "--yes", *here, "--allow-absent", "teams/**/*.yaml").code == 0


def test_values_and_bases_that_a_sparse_checkout_leaves_out(applied: ProjectFolder, cli: Commands) -> None:
    target = {"region": "cn-hangzhou", "workspaceId": "1001", "valuesFiles": ["values/common.yaml"]}
    applied.settings(manifests=PATTERNS, targets={"test": target})
    (applied.root / "values").mkdir()
    (applied.root / "values" / "common.yaml").write_text("size: 1\n", encoding="utf-8")
    applied.write("built", {**DERIVED, "spec": {"base": "train"}})
    commit(applied.root)
    assert cli.plan().code == 0
    leave_out(applied.root, "common.yaml")
    assert (
        "values/common.yaml is left out of this sparse checkout. Run `git sparse-checkout add values`" in cli.plan().err
    )
    leave_out(applied.root, "train.yaml")
    ended = cli.plan()
    assert 'there is no JobTemplate "train" to build on' in ended.err
    assert f"{TRAIN} is left out of this sparse checkout. Run `git sparse-checkout add teams/vision`" in ended.err


DERIVED = {"apiVersion": "dlc-reconciler/v1", "kind": "JobTemplate", "metadata": {"name": "built"}}
