"""What the CI examples say about the cache: folders that are used, and keys by which a request reaches no other ref."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.commands import Commands
from support.project import ProjectFolder
from support.repository import commit, git
from support.repository import repository as make_repository

from reconciler.cache.store import FILE

ROOT = Path(__file__).parents[2]
ACTIONS = [ROOT / ".github" / "actions" / name / "action.yml" for name in ("plan", "apply")]
SHARDED = ROOT / "examples" / "ci" / "sharded" / "github.yml"
ASYNC = ROOT / "examples" / "ci" / "async"
GITLAB = [
    ROOT / "examples" / "ci" / "gitlab-ci.yml",
    ROOT / "reconciler" / "authoring" / "ci" / "templates" / "gitlab.yml",
]


def kept(steps: list[dict[str, Any]]) -> tuple[str, list[str]]:
    """The key and the keys of what is brought back, of the one step that keeps the folder. It stands before each step
    that runs a command which keeps anything."""
    (at,) = (at for at, each in enumerate(steps) if each.get("uses", "").startswith("actions/cache@"))
    assert not any(re.search("dlc-reconciler (plan|apply|drift|validate|audit)", str(each)) for each in steps[:at])
    assert steps[at]["with"]["path"] == "~/.cache/dlc-reconciler"
    key, known = steps[at]["with"]["key"], steps[at]["with"]["restore-keys"].splitlines()
    assert key.startswith(known[0])
    assert ("github.run_id" in key, any("github.run_id" in each for each in known)) == (True, False)
    return key, known


@pytest.mark.parametrize("file", ACTIONS, ids=lambda each: each.parent.name)
def test_github_keeps_it_anew_in_each_run_and_brings_back_the_newest_of_the_target(file: Path) -> None:
    _, known = kept(yaml.safe_load(file.read_text(encoding="utf-8"))["runs"]["steps"])
    assert known == ["dlc-${{ steps.begin.outputs.name }}-"]


def test_github_keeps_it_for_the_list_of_the_work_and_for_each_part() -> None:
    """No two jobs of a run write one key, and a part that is new begins with what was listed."""
    jobs = yaml.safe_load(SHARDED.read_text(encoding="utf-8"))["jobs"]
    work, (list_again,) = kept(jobs["work"]["steps"])
    part, (again, *others) = kept(jobs["part"]["steps"])
    assert ("strategy.job-index" in part, "strategy.job-index" in again) == (True, True)
    assert others == [list_again]
    assert not part.startswith(list_again)
    assert not work.startswith(again)
    assert "actions/cache" not in str(jobs["whole"]), "joining parts reads neither manifests nor the service"


def test_what_waits_for_long_verifications_keeps_it_as_what_it_is_used_with() -> None:
    """The file for GitLab adds a variable to the pipeline beside it, and no job and no cache of its own; the one for
    GitHub calls a workflow that uses the action."""
    gitlab = yaml.safe_load((ASYNC / "gitlab-ci.yml").read_text(encoding="utf-8"))
    assert gitlab == {"variables": {"DLC_RECONCILER_NO_WAIT": "true"}}
    called = yaml.safe_load((ASYNC / "github.yml").read_text(encoding="utf-8"))["jobs"]["prod"]["uses"]
    workflow = ROOT / called.partition("/dlc-reconciler/")[2].partition("@")[0]
    assert "uses: $/.github/actions/apply\n" in workflow.read_text(encoding="utf-8")


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
    git(project.root.parent, "add", "--force", str(folder))  # its own file for Git keeps it from being added otherwise
    commit(project.root.parent)
    project.template(command="python other.py")
    assert cli.plan("--cache-dir", folder).code == 0
    assert (folder / FILE).read_bytes() == kept
