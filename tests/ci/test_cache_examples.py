"""What the CI examples say about the cache: folders that are used, and keys by which a request reaches no other ref."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml
from support.commands import Commands
from support.project import ProjectFolder
from support.repository import commit
from support.repository import repository as make_repository

from reconciler.cache.store import FILE

TEXT = (Path(__file__).parents[2] / "examples" / "ci" / "README.md").read_text(encoding="utf-8")
SECTION = TEXT.split("## The cache between runs")[1].split("\n## ")[0]
GITHUB, GITLAB = (yaml.safe_load(each) for each in re.findall(r"```yaml\n(.*?)```", SECTION, re.DOTALL))


def test_a_cache_is_written_under_the_ref_it_is_of_and_read_from_there_or_the_main_branch() -> None:
    (step,) = GITHUB
    assert step["with"]["key"].startswith("dlc-${{ github.ref }}-")
    assert step["with"]["restore-keys"].splitlines() == ["dlc-${{ github.ref }}-", "dlc-refs/heads/main-"]
    cache: dict[str, Any] = GITLAB[".dlc"]["cache"]
    assert (cache["key"], cache["fallback_keys"]) == ("dlc-$CI_COMMIT_REF_SLUG", ["dlc-$CI_DEFAULT_BRANCH"])
    assert GITLAB[".dlc"]["variables"]["DLC_RECONCILER_CACHE_DIR"] == f"$CI_PROJECT_DIR/{cache['paths'][0]}"


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
