"""When Git is started, and when there is nothing that it could read."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from reconciler.errors import GitError, NoRepository
from reconciler.git.run import run


def refuse(*arguments: Any, **named: Any) -> None:
    raise AssertionError("Git was started")


def test_outside_a_repository_git_is_not_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "run", refuse)
    with pytest.raises(NoRepository, match="is not in a Git repository"):
        run(tmp_path, "rev-parse", "--show-toplevel")


def test_a_repository_is_found_from_a_folder_below_it_and_through_a_link(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet", str(tmp_path / "there")], check=True)
    below = tmp_path / "there" / "a" / "b"
    below.mkdir(parents=True)
    (tmp_path / "link").symlink_to(below)
    for folder in (below, tmp_path / "link"):
        assert run(folder, "rev-parse", "--show-toplevel").decode().strip() == str((tmp_path / "there").resolve())


def test_a_repository_that_lies_elsewhere_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    subprocess.run(["git", "init", "--quiet", "--bare", str(tmp_path / "git")], check=True)
    tree = tmp_path / "tree"
    tree.mkdir()
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(tree))
    assert run(tree, "rev-parse", "--show-toplevel").decode().strip() == str(tree.resolve())


def test_a_bare_repository_is_refused_and_not_overlooked(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet", "--bare", str(tmp_path)], check=True)
    with pytest.raises(GitError) as refused:
        run(tmp_path, "rev-parse", "--git-dir")
    assert not isinstance(refused.value, NoRepository)
