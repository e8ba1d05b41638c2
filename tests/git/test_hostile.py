"""A repository that is not trusted: whatever its configuration names, nothing of it runs and nothing is fetched."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from support.commands import Commands
from support.project import ProjectFolder
from support.repository import commit, git, repository

from reconciler.errors import GitError
from reconciler.git.commits import head
from reconciler.git.run import run


@pytest.fixture
def traps(project: ProjectFolder, cli: Commands, tmp_path: Path) -> Path:
    """A file that every trap of the repository would make; the project has one template to delete."""
    project.settings(manifests=["manifests/*.yaml"])
    for name in ("keep", "train"):
        project.template(name)
    (project.root.parent / ".gitattributes").write_text("*.yaml diff=trap filter=trap\n", encoding="utf-8")
    repository(project.root.parent)
    project.template("keep", command="python other.py")
    commit(project.root.parent)
    assert cli.apply().code == 0
    mark, trap = tmp_path / "it-ran", tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\necho x >> {mark}\nexit 1\n", encoding="utf-8")
    trap.chmod(0o755)
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    (hooks / "post-index-change").symlink_to(trap)
    settings = {
        "alias.log": f"!{trap}",
        "core.fsmonitor": str(trap),
        "core.gitProxy": str(trap),
        "core.hooksPath": str(hooks),
        "core.pager": str(trap),
        "core.sshCommand": str(trap),
        "credential.helper": str(trap),
        "diff.external": str(trap),
        "diff.trap.textconv": str(trap),
        "diff.trap.command": str(trap),
        "filter.trap.clean": str(trap),
        "filter.trap.smudge": str(trap),
        "gpg.program": str(trap),
        "log.showSignature": "true",
        "remote.origin.url": f"ext::{trap}",
        "remote.origin.promisor": "true",
        "remote.origin.partialclonefilter": "blob:none",
        "protocol.ext.allow": "always",
        "extensions.partialClone": "origin",
    }
    for name, value in settings.items():
        git(project.root, "config", name, value)
    git(project.root, "config", "core.repositoryFormatVersion", "1")
    return mark


def test_nothing_of_a_hostile_repository_runs(traps: Path, project: ProjectFolder, cli: Commands) -> None:
    project.remove("train")
    former = git(project.root, "-c", "core.fsmonitor=false", "rev-parse", "HEAD~1:project/manifests/keep.yaml")
    (project.root.parent / ".git" / "objects" / former[:2] / former[2:]).unlink()
    traps.unlink(missing_ok=True)
    assert cli.verbs() == ["delete JobTemplate/train"]
    assert cli.plan("--changed-since", "HEAD").code == 0
    assert cli.plan("--changed-since", "HEAD~1").code == 64, "the former manifest is promised and not here"
    project.template("train", file="moved").rename(project.root / "train.yml")
    assert cli.plan().code == 3
    assert not traps.exists()


def test_the_traps_are_real(traps: Path, project: ProjectFolder) -> None:
    traps.unlink(missing_ok=True)
    subprocess.run(["git", "status"], cwd=project.root, capture_output=True, check=False)
    assert traps.exists()


def test_a_bare_repository_among_the_files_is_refused(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "--bare", "inner")
    with pytest.raises(GitError):
        run(tmp_path / "inner", "ls-files")
    assert head(tmp_path / "inner") == ""
