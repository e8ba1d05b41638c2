"""The examples of sharded plans: valid for their schemas, and their own command lines run on a real project."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.commands import Commands, command
from support.project import ProjectFolder

from reconciler.emulator import Emulator

EXAMPLES = Path(__file__).parents[2] / "examples"
WORKFLOW = EXAMPLES / "ci" / "sharded" / "github.yml"
JOBS = EXAMPLES / "kubernetes" / "indexed-job.yaml"
BIN = Path(sys.executable).parent


def jobs() -> dict[str, Any]:
    documents = yaml.safe_load_all(JOBS.read_text(encoding="utf-8"))
    return {each["metadata"]["name"]: each for each in documents}


def run(script: str, folder: Path, emulator: Emulator, **environ: str) -> subprocess.CompletedProcess[str]:
    """A script of an example, with the emulator as the service."""
    return subprocess.run(
        ["bash", "-euc", script],
        cwd=folder,
        env={
            "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(EXAMPLES.parent),
            "DLC_RECONCILER_ENDPOINT": emulator.url,
            **environ,
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def whole(project: ProjectFolder, cli: Commands, emulator: Emulator) -> Any:
    """The plan that one run makes of a project."""
    for name in "abcdef":
        project.template(name)
    return cli.document()


def test_the_workflow_is_valid_and_the_auditor_finds_nothing() -> None:
    for arguments in (
        ["check-jsonschema", "--builtin-schema", "vendor.github-workflows", str(WORKFLOW)],
        ["zizmor", "--offline", "--no-progress", str(WORKFLOW)],
    ):
        done = subprocess.run([BIN / arguments[0], *arguments[1:]], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_steps_of_the_workflow_make_the_whole_plan(project: ProjectFolder, emulator: Emulator, whole: Any) -> None:
    workflow = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["jobs"]
    parts = workflow["part"]["strategy"]["matrix"]["part"]
    (step,) = (each for each in workflow["part"]["steps"] if each.get("name") == "Plan this part")
    (join,) = (each for each in workflow["whole"]["steps"] if each.get("name") == "Join the parts")
    plan = "\n".join(line for line in step["run"].splitlines() if "oidc-token" not in line)
    for part in parts:
        shard = f"{part}/{len(parts)}"
        assert step["env"]["DLC_RECONCILER_SHARD"] == "${{ matrix.part }}/${{ strategy.job-total }}"
        done = run(plan, project.root, emulator, PART=str(part), DLC_RECONCILER_SHARD=shard)
        assert done.returncode == 0, done.stderr
    merge = "\n".join(line for line in join["run"].splitlines() if " ci " not in line).replace("then\nfi", "then :; fi")
    done = run(merge, project.root, emulator)
    assert done.returncode == 0, done.stderr
    assert json.loads((project.root / "plan.json").read_text())["plan_id"] == whole["plan_id"]


def test_the_jobs_fit_the_schemas_of_kubernetes() -> None:
    import kubernetes_validate  # type: ignore[import-untyped]  # noqa: PLC0415

    for document in jobs().values():
        kubernetes_validate.validate(document, "1.33", strict=True)
    spec = jobs()["dlc-plan"]["spec"]
    (container,) = spec["template"]["spec"]["containers"]
    parts = {each["name"]: each["value"] for each in container["env"]}["DLC_PARTS"]
    assert spec["completionMode"] == "Indexed"
    assert spec["completions"] == spec["parallelism"] == int(parts)


def test_the_commands_of_the_jobs_make_the_whole_plan(
    project: ProjectFolder, emulator: Emulator, whole: Any, tmp_path: Path
) -> None:
    plans = tmp_path / "plans"
    plans.mkdir()

    def script(name: str) -> str:
        (container,) = jobs()[name]["spec"]["template"]["spec"]["containers"]
        (text,) = container["args"]
        text = str(text).replace("/plans", str(plans)).replace("/git/manifests", str(project.root))
        return text.replace("--target prod", "--target test")

    for index in range(4):
        done = run(script("dlc-plan"), tmp_path, emulator, JOB_COMPLETION_INDEX=str(index), DLC_PARTS="4")
        assert done.returncode == 0, done.stderr
    done = run(script("dlc-plan-merge"), tmp_path, emulator)
    assert done.returncode == 0, done.stderr
    assert json.loads((plans / "plan.json").read_text())["plan_id"] == whole["plan_id"]
    assert command("plan", "show", plans / "plan.json").code == 0
