"""The examples of plans in parts: valid for their schemas, and their own command lines run on a real project."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.commands import command
from support.project import ProjectFolder
from support.schemas import violations

from reconciler.emulator import Emulator
from reconciler.fleet.worklist import MOST_JOBS

EXAMPLES = Path(__file__).parents[2] / "examples"
WORKFLOW = EXAMPLES / "ci" / "sharded" / "github.yml"
JOBS = EXAMPLES / "kubernetes" / "indexed-job.yaml"
ARGO = EXAMPLES / "kubernetes" / "argo-workflow.yaml"
BIN = Path(sys.executable).parent
TARGETS = {"dev": "1001", "prod east": "2002"}
"""Names with their workspaces; one of them is no name of a file."""


def documents(file: Path) -> dict[str, Any]:
    return {each["kind"]: each for each in yaml.safe_load_all(file.read_text(encoding="utf-8"))}


def run(script: str, folder: Path, emulator: Emulator, **environ: str) -> subprocess.CompletedProcess[str]:
    """A script of an example, with the emulator as the service."""
    return subprocess.run(
        ["sh", "-euc", script],
        cwd=folder,
        env={
            "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(EXAMPLES.parent),
            "DLC_RECONCILER_ENDPOINT": emulator.url,
            "TMPDIR": str(folder),
            **environ,
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def whole(project: ProjectFolder, emulator: Emulator) -> str:
    """The id of the document that one run makes of a project with two targets."""
    for name in "abcdef":
        project.template(name)
    here = {"region": "cn-hangzhou", "endpoint": emulator.url}
    project.settings(targets={name: {**here, "workspaceId": id} for name, id in TARGETS.items()})
    ended = command("plan", "--project", project.root, "--all-targets", "--format", "json")
    assert ended.code == 0, ended.text
    return str(ended.json["fleet_id"])


def joined(file: Path) -> str:
    """The id of a document of many targets, which can be shown."""
    assert command("plan", "show", file).code == 0
    return str(json.loads(file.read_text(encoding="utf-8"))["fleet_id"])


def test_the_workflow_is_valid_and_the_auditor_finds_nothing() -> None:
    assert violations("github-workflows", [WORKFLOW]) == ""
    audit = [str(BIN / "zizmor"), "--offline", "--no-progress", str(WORKFLOW)]
    done = subprocess.run(audit, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def step(job: Any, name: str) -> Any:
    (found,) = (each for each in job["steps"] if each.get("name") == name)
    return found


def test_the_steps_of_the_workflow_make_the_whole_plan(project: ProjectFolder, emulator: Emulator, whole: str) -> None:
    jobs = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["jobs"]
    listing, part, join = (
        step(jobs["work"], "List targets and shards"),
        step(jobs["part"], "Plan this part"),
        step(jobs["whole"], "Join the parts"),
    )
    output = project.root / "output"
    done = run(
        listing["run"].replace("--work-list", "--work-list --jobs 3"), project.root, emulator, GITHUB_OUTPUT=str(output)
    )
    assert done.returncode == 0, done.stderr
    (line,) = output.read_text(encoding="utf-8").splitlines()
    name, _, work = line.partition("=")
    assert jobs["work"]["outputs"] == {"list": "${{ steps.list.outputs.list }}"}
    assert (name, jobs["part"]["strategy"]["matrix"]) == (
        "list",
        {"include": "${{ fromJSON(needs.work.outputs.list) }}"},
    )
    rows = json.loads(work)
    assert len(rows) == 3
    plan = "\n".join(line for line in part["run"].splitlines() if "oidc-token" not in line)
    assert part["env"]["DLC_RECONCILER_TARGET"] == "${{ matrix.target }}"
    for at, row in enumerate(rows):
        environ = {"DLC_RECONCILER_TARGET": row["target"], "DLC_RECONCILER_SHARD": row["shard"], "PART": str(at)}
        done = run(plan, project.root, emulator, **environ)
        assert done.returncode == 0, done.stderr
    merge = "\n".join(line for line in join["run"].splitlines() if " ci " not in line).replace("then\nfi", "then :; fi")
    done = run(merge, project.root, emulator, WORK=work)
    assert done.returncode == 0, done.stderr
    assert joined(project.root / "plan.json") == whole


def test_a_matrix_takes_as_many_jobs_as_are_listed_at_most() -> None:
    assert f"{MOST_JOBS} jobs at most" in WORKFLOW.read_text(encoding="utf-8")


def test_the_documents_fit_the_schemas_of_kubernetes() -> None:
    import kubernetes_validate  # type: ignore[import-untyped]  # noqa: PLC0415

    for document in documents(JOBS).values():
        kubernetes_validate.validate(document, "1.33", strict=True)
    spec = documents(JOBS)["Job"]["spec"]
    (container,) = spec["template"]["spec"]["containers"]
    parts = next(each["value"] for each in container["env"] if each["name"] == "DLC_PARTS")
    assert spec["completionMode"] == "Indexed"
    assert spec["completions"] == spec["parallelism"] == int(parts) + 1
    assert "suspend" not in JOBS.read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_indexes_make_the_whole_plan(
    project: ProjectFolder, emulator: Emulator, whole: str, tmp_path: Path
) -> None:
    """Each index runs the script; the last one finds all parts, and a target without one of its parts is told."""
    script = documents(JOBS)["ConfigMap"]["data"]["part.sh"]
    (container,) = documents(JOBS)["Job"]["spec"]["template"]["spec"]["containers"]
    assert container["command"] == ["sh", "/script/part.sh"]
    plans = tmp_path / "plans"
    fixed = {
        each["name"]: each["value"] for each in container["env"] if each["name"].startswith("DLC_R") and "value" in each
    }
    environ = {
        **fixed,
        "DLC_PARTS": "3",
        "DLC_WAIT": "0",
        "DLC_PROJECT": str(project.root),
        "DLC_PLANS": str(plans),
        "DLC_RUN": "run-1",
    }
    for index in range(4):
        done = run(script, tmp_path, emulator, **environ, JOB_COMPLETION_INDEX=str(index))
        assert done.returncode == 0, done.stderr
    assert joined(plans / "run-1" / "plan.json") == whole
    (plans / "run-1" / "part-1.json").unlink()
    done = run(script, tmp_path, emulator, **environ, JOB_COMPLETION_INDEX="3")
    assert done.returncode == 1
    assert "error: dev: " in done.stderr
    more = {**environ, "DLC_RUN": "run-2", "DLC_PARTS": "40"}
    done = run(script, tmp_path, emulator, **more, JOB_COMPLETION_INDEX="30")
    assert (done.returncode, list((plans / "run-2").iterdir())) == (0, []), "more indexes than parts have nothing to do"


def filled(text: str, space: str, values: dict[str, str]) -> str:
    """A text with its references as Argo resolves them."""
    return re.sub(r"\{\{" + re.escape(space) + r"\.(\w+)\}\}", lambda match: values[match[1]], text)


def test_the_workflow_of_argo_fits_its_model() -> None:
    """What the model does not know is lost on the way through it."""
    from hera.workflows.models import Workflow  # noqa: PLC0415

    document = documents(ARGO)["Workflow"]
    read = Workflow.model_validate(document).model_dump(mode="json", by_alias=True, exclude_none=True)
    assert read == document


@pytest.mark.slow
def test_the_steps_of_argo_make_the_whole_plan(
    project: ProjectFolder, emulator: Emulator, whole: str, tmp_path: Path
) -> None:
    spec = documents(ARGO)["Workflow"]["spec"]
    templates = {each["name"]: each for each in spec["templates"]}
    entry = [each for group in templates[spec["entrypoint"]]["steps"] for each in group]
    assert [each["template"] for each in entry] == ["work", "part", "whole"]
    plans = tmp_path / "plans"
    plans.mkdir()

    def call(template: str, **parameters: str) -> str:
        assert {each["name"] for each in templates[template].get("inputs", {}).get("parameters", [])} == set(parameters)
        container = templates[template]["container"]
        environ = {each["name"]: each["value"] for each in container["env"] if each["name"] not in ("HOME", "TMPDIR")}
        environ = {key: filled(text, "inputs.parameters", parameters) for key, text in environ.items()}
        script = container["args"][0] if "args" in container else " ".join(container["command"])
        script = script.replace("/plans", str(plans)).replace("/git/manifests", str(project.root))
        done = run(script, tmp_path, emulator, **environ)
        assert done.returncode == 0, done.stderr
        return done.stdout

    work = call("work")
    assert entry[1]["withParam"] == "{{steps.work.outputs.result}}"
    for row in json.loads(work):
        sent = {each["name"]: each["value"] for each in entry[1]["arguments"]["parameters"]}
        call("part", **{name: filled(value, "item", row) for name, value in sent.items()})
    call("whole", work=work)
    assert joined(plans / "plan.json") == whole
