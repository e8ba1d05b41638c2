"""The files of `init --ci gitlab` in gitlab-ci-local, which reads rules and includes as GitLab does, and runs jobs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support.commands import command
from support.npm import npm_install

ROOT = Path(__file__).parents[2]
SAME = {"CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "1", "CI_MERGE_REQUEST_PROJECT_ID": "1"}
FORK = {"CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "2", "CI_MERGE_REQUEST_PROJECT_ID": "1"}
NEWER_NODE = "Set.prototype.union ??= function (other) { return new Set([...this, ...other]); };\n"
"""What the tool takes from Node.js 22, for older ones."""


class Local:
    """A repository with the files in it, and gitlab-ci-local on it."""

    def __init__(self, folder: Path) -> None:
        self.modules = npm_install("gitlab-ci-local@4.75.1", folder)
        self.newer = folder / "newer.mjs"
        self.newer.write_text(NEWER_NODE, encoding="utf-8")
        self.repository = folder / "repository"
        shutil.copytree(ROOT / "examples" / "quickstart", self.repository)
        assert command("init", self.repository, "--ci", "gitlab").code == 0
        # Without an image the jobs run in this shell instead of a container.
        file = self.repository / ".gitlab" / "dlc.yml"
        lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
        file.write_text("".join(line for line in lines if not line.startswith("  image:")), encoding="utf-8")
        (self.repository / ".gitlab" / "dlc-requirements.txt").write_text("", encoding="utf-8")
        who = ("-c", "user.name=x", "-c", "user.email=x@y.example")
        for words in (("init", "-q", "-b", "main"), ("add", "-A"), (*who, "commit", "-qm", "x")):
            subprocess.run(["git", *words], cwd=self.repository, check=True)
        remote = ("remote", "add", "origin", "git@gitlab.example:acme/ai/models.git")
        subprocess.run(["git", *remote], cwd=self.repository, check=True)

    def run(self, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
        given = [word for name, value in variables.items() for word in ("--variable", f"{name}={value}")]
        program = self.modules / "gitlab-ci-local" / "dist" / "index.js"
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        return subprocess.run(
            ["node", "--import", str(self.newer), str(program), *words, *given],
            cwd=self.repository,
            env={"PATH": path, "HOME": str(self.repository.parent), "LANG": "C.UTF-8"},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def jobs(self, **variables: str) -> list[str]:
        """The jobs of a pipeline with these variables."""
        lines = self.run("--list-csv", **variables).stdout.splitlines()
        return sorted(line.split(";")[0] for line in lines if ";" in line and not line.startswith("name;"))


@pytest.mark.slow
def test_every_pipeline_has_its_jobs_and_validate_runs_for_real(tmp_path: Path) -> None:
    local = Local(tmp_path)
    request = {"CI_PIPELINE_SOURCE": "merge_request_event"}
    assert local.jobs(**request, **SAME) == ["dlc-plan: [prod]", "dlc-validate: [prod]"]
    assert local.jobs(**request, **FORK) == ["dlc-validate: [prod]"]
    assert local.jobs(CI_PIPELINE_SOURCE="push") == ["dlc-apply-prod"]
    assert local.jobs(CI_PIPELINE_SOURCE="schedule") == ["dlc-drift: [prod]"]
    assert local.jobs(CI_PIPELINE_SOURCE="schedule", DLC_RUN="apply") == ["dlc-apply-prod"]
    if shutil.which("rsync") is None:
        pytest.skip("the rules hold; to run a job, gitlab-ci-local needs rsync")
    ran = local.run("dlc-validate", **request)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    broken = local.repository / "templates" / "resnet50-train.yaml"
    text = broken.read_text(encoding="utf-8")
    broken.write_text(text.replace("UserCommand", "UserComand", 1), encoding="utf-8")
    failed = local.run("dlc-validate", **request)
    assert failed.returncode != 0
    assert "resnet50-train.yaml:" in failed.stdout + failed.stderr
