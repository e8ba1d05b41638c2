"""What the CI examples say about the cache: folders that are used, and keys by which a request reaches no other ref."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.commands import Commands
from support.project import ProjectFolder
from support.repository import commit
from support.repository import repository as make_repository

from reconciler.cache.store import FILE

ROOT = Path(__file__).parents[2]
ACTIONS = [ROOT / ".github" / "actions" / name / "action.yml" for name in ("plan", "apply")]
GITLAB = [
    ROOT / "examples" / "ci" / "gitlab-ci.yml",
    ROOT / "reconciler" / "authoring" / "ci" / "templates" / "gitlab.yml",
]


@pytest.mark.parametrize("file", ACTIONS, ids=lambda each: each.parent.name)
def test_github_keeps_it_anew_in_each_run_and_brings_back_the_newest_of_the_target(file: Path) -> None:
    steps = yaml.safe_load(file.read_text(encoding="utf-8"))["runs"]["steps"]
    (step,) = (each for each in steps if each.get("uses", "").startswith("actions/cache@"))
    key, known = step["with"]["key"], step["with"]["restore-keys"]
    assert key.startswith(known)
    assert ("github.run_id" in key, "github.run_id" in known) == (True, False)
    assert step["with"]["path"] == "~/.cache/dlc-reconciler"


@pytest.mark.parametrize("file", GITLAB, ids=lambda each: each.name)
def test_gitlab_keeps_it_under_the_ref_and_reads_it_from_there_or_the_main_branch(file: Path) -> None:
    text = re.sub(r"<<.*?>>", "", file.read_text(encoding="utf-8"))
    job: dict[str, Any] = yaml.safe_load(text[text.index(".dlc:") : text.index(".dlc-credentials:")])[".dlc"]
    cache = job["cache"]
    assert (cache["key"], cache["fallback_keys"]) == ("dlc-$CI_COMMIT_REF_SLUG", ["dlc-$CI_DEFAULT_BRANCH"])
    assert job["variables"]["DLC_RECONCILER_CACHE_DIR"] == f"$CI_PROJECT_DIR/{cache['paths'][0]}"


def test_the_folder_inside_the_checkout_is_used_until_git_tracks_it(project: ProjectFolder, cli: Commands) -> None:
    """GitLab keeps folders of the checkout only. What a request commits there is not believed."""
    project.template()
    make_repository(project.root.parent)
    folder = project.root / ".dlc-cache"
    assert cli.plan("--cache-dir", folder).code == 0
    kept = (folder / FILE).read_bytes()
    assert kept
    commit(project.root.parent)
    project.template(command="python other.py")
    assert cli.plan("--cache-dir", folder).code == 0
    assert (folder / FILE).read_bytes() == kept
