"""Runs the jobs of a GitLab file as its runner does, as far as ours need it: `extends`, variables, scripts."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from ci.gitlab_server import TOKEN, GitLabServer

BIN = Path(sys.executable).parent


def base_environ() -> dict[str, str]:
    """A job's environment begins almost empty: nothing of this machine's leaks in."""
    path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    return {"PATH": path, "HOME": os.devnull, "LANG": "C.UTF-8", "DLC_RECONCILER_INDEX_WAIT": "0"}


def script(*lines: str, cwd: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run lines of a job in one shell."""
    return subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", "\n".join(lines)],
        cwd=cwd, env=base_environ() | environ, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


class GitLabPipeline:
    """The jobs of one file, in a checkout, with a host and a service on loopback."""

    def __init__(self, file: Path, root: Path, host: GitLabServer, endpoint: str) -> None:
        self.jobs: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
        self._root = root
        self.environ = {
            "DLC_RECONCILER_ENDPOINT": endpoint,
            "ALIBABA_OIDC_TOKEN": "signed",
            "CI_API_V4_URL": host.api,
            "CI_PROJECT_PATH": "acme/ai/models",
            "CI_COMMIT_SHA": "feedc0de",
            "CI_JOB_URL": "https://gitlab.example/jobs/1",
            "GITLAB_CI": "true",
            "GITLAB_TOKEN": TOKEN,
        }

    def job(self, name: str) -> dict[str, Any]:
        """A job with everything that it inherits."""
        own = self.jobs[name]
        inherited = self.job(own["extends"]) if "extends" in own else {}
        variables = {**inherited.get("variables", {}), **own.get("variables", {})}
        return {**inherited, **own, "variables": variables}

    def instances(self, name: str) -> list[dict[str, str]]:
        """The variables of each job that a matrix makes; one without any where there is no matrix."""
        (row,) = self.job(name).get("parallel", {}).get("matrix", [{"DLC": [""]}])
        return [{variable: value} for variable, values in row.items() for value in values]

    def run(self, name: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run one job.

        The emulator needs no role, so the token's file is not the variable that the credentials chain looks at; and the
        command is installed already.
        """
        job = self.job(name)
        lines = [
            line.replace("ALIBABA_CLOUD_OIDC_TOKEN_FILE", "TOKEN_FILE")
            for line in [*job["before_script"], *job["script"]]
            if "pip install" not in line
        ]
        variables = {key: value for key, value in job["variables"].items() if key.startswith("DLC_")}
        token = {"TOKEN_FILE": str(self._root / "tmp" / "token")}
        return script(*lines, cwd=self._root, **{**variables, **token, **self.environ, **more})
