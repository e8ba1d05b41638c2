"""What a manifest may take from the environment, and where it may stand; nothing else leaves the process."""

from __future__ import annotations

import copy
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from support.commands import Commands, Ended, command
from support.project import API, BOARD, CONTENT, ProjectFolder

from reconciler.emulator import Emulator
from reconciler.model.canonical import canonical, digest, version_digest

VALUE = "canary-value-4711"
AHEAD = {"ListJobTemplates", "ListTensorboards"}
"""Asked for before the manifests are read."""
THREE = ("OTHER", "VALUE", "VALUE_TWO")
RESERVED = (
    "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
    "alibaba_cloud_security_token",
    "ALIBABACLOUD_ACCESS_KEY_ID",
    "ALIYUN_X",
    "ALICLOUD_SECRET_KEY",
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
    "DLC_RECONCILER_PROFILE",
    "GITHUB_TOKEN",
    "GH_TOKEN",
    "GITLAB_TOKEN",
    "CI_JOB_TOKEN",
    "CI_JOB_JWT_V2",
    "CI_REGISTRY_PASSWORD",
)


def content(**fields: Any) -> dict[str, Any]:
    return {**copy.deepcopy(CONTENT), **fields}


def validated(project: ProjectFolder, *arguments: str) -> Ended:
    return command("validate", "--project", project.root, *arguments)


@pytest.fixture(autouse=True)
def _canary(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("VALUE", "OTHER", "VALUE_TWO", *RESERVED):
        monkeypatch.setenv(name, VALUE)
    monkeypatch.delenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET")
    for name in ("DLC_RECONCILER_PROFILE", "ALIBABA_CLOUD_ACCESS_KEY_ID"):
        monkeypatch.delenv(name, raising=False)


TEMPLATES: dict[str, dict[str, Any]] = {
    "name": {"metadata": {"name": "train-${env.VALUE}"}},
    "label": {"metadata": {"labels": {"team": "${env.VALUE}"}}},
    "templateId": {"metadata": {"templateId": "tpl-${env.VALUE}"}},
    "description": {"spec": {"description": "of ${env.VALUE}"}},
    "constraint": {"spec": {"constraints": {"UserCommand": "${env.VALUE}"}}},
    "pin": {"spec": {"defaultVersion": "${env.VALUE}"}},
    "protect": {"spec": {"protect": "${env.VALUE}"}},
    "whole content": {"spec": {"content": "${env.VALUE}"}},
    "base": {"spec": {"base": "${env.VALUE}"}},
    "override": {"spec": {"overrides": {"test": {"description": "${env.VALUE}"}}}},
    "row into a name": {"metadata": {"name": "a-${matrix.v}"}, "spec": {"matrix": [{"v": "${env.VALUE}"}]}},
    "row into a label": {
        "metadata": {"name": "a", "labels": {"a": "${matrix.v}"}},
        "spec": {"matrix": [{"v": "x${env.VALUE}"}]},
    },
    "row into a description": {"spec": {"matrix": [{"v": "${env.VALUE}"}], "description": "of ${matrix.v}"}},
    "put together from two": {"spec": {"matrix": [{"v": "env.VALUE"}], "description": "$" + "${matrix.v}"}},
    "display name": {"spec": {"content": content(DisplayName="${env.VALUE}")}},
    "priority": {"spec": {"content": content(Priority="${env.VALUE}")}},
    "accessibility": {"spec": {"content": content(Accessibility="${env.VALUE}")}},
    "dataset": {"spec": {"content": content(DataSources=[{"DataSourceId": "d-${env.VALUE}", "MountPath": "/m"}])}},
    "code source": {"spec": {"content": content(CodeSource={"CodeSourceId": "${env.VALUE}"})}},
    "instance type": {"spec": {"content": content(JobSpecs=[{**CONTENT["JobSpecs"][0], "EcsSpec": "${env.VALUE}"}])}},
    "instance type of a row": {
        "spec": {
            "matrix": [{"v": "${env.VALUE}"}],
            "content": content(JobSpecs=[{**CONTENT["JobSpecs"][0], "EcsSpec": "${matrix.v}"}]),
        }
    },
}
BOARDS: dict[str, dict[str, Any]] = {
    "template of the job": {"job": {"template": "${env.VALUE}"}},
    "job": {"content": {"JobId": "${env.VALUE}", "SummaryPath": "/mnt/logs"}},
    "minutes": {"content": {**BOARD, "MaxRunningTimeMinutes": "${env.VALUE}"}},
    "who sees it": {"content": {**BOARD, "Accessibility": "${env.VALUE}"}},
    "source": {"content": {**BOARD, "DataSources": [{"DataSourceId": "${env.VALUE}", "MountPath": "/m"}]}},
    "state": {"state": "${env.VALUE}"},
}
UNTOUCHED = {"put together from two"}
"""What looks like an attack and is text: `$${` stands for `${`, before anything is filled in."""


def refused(project: ProjectFolder, cli: Commands, emulator: Emulator, code: str) -> None:
    """Every command that reads the manifests says why, at its place, and nothing leaves the process.

    What a plan lists while it reads them is named by the project file alone.
    """
    for ended in (validated(project), cli.plan(), cli.apply(), command("render", "--project", project.root)):
        assert ended.code == 1, ended.text
        assert f"error {code}: " in ended.text
        assert VALUE not in ended.text
    assert set(emulator.calls()) <= AHEAD
    assert all(VALUE not in f"{each.path} {each.query} {each.body}" for each in emulator.requests)


@pytest.mark.parametrize("case", sorted(TEMPLATES.keys() - UNTOUCHED))
def test_a_template_takes_variables_in_its_content_only(
    case: str, project: ProjectFolder, cli: Commands, emulator: Emulator
) -> None:
    document = TEMPLATES[case]
    metadata = {"name": "train", **document.get("metadata", {})}
    spec = {"content": content(), **document.get("spec", {})}
    project.write("train", {"apiVersion": API, "kind": "JobTemplate", "metadata": metadata, "spec": spec})
    refused(project, cli, emulator, "DLC036")


@pytest.mark.parametrize("case", sorted(BOARDS))
def test_a_board_takes_no_variable_where_it_becomes_a_query_or_a_name(
    case: str, project: ProjectFolder, cli: Commands, emulator: Emulator
) -> None:
    project.write(
        "b",
        {
            "apiVersion": API,
            "kind": "TensorBoard",
            "metadata": {"name": "b"},
            "spec": {"content": BOARD} | BOARDS[case],
        },
    )
    refused(project, cli, emulator, "DLC036")


def test_two_dollars_are_text_whatever_a_row_fills_in(project: ProjectFolder, cli: Commands) -> None:
    spec = TEMPLATES["put together from two"]["spec"]
    project.write(
        "t",
        {"apiVersion": API, "kind": "JobTemplate", "metadata": {"name": "t"}, "spec": {"content": content(), **spec}},
    )
    ended = cli.plan()
    assert ended.code == 0, ended.text
    assert VALUE not in ended.text


def test_names_of_fields_mean_nothing_where_a_person_chooses_them(project: ProjectFolder) -> None:
    envs = dict.fromkeys(("Priority", "EcsSpec", "DataSourceId", "JobId"), "${env.VALUE}")
    project.template("train", content=content(Envs=envs))
    assert validated(project).code == 0


def test_a_target_and_a_values_file_take_no_variable(project: ProjectFolder, cli: Commands) -> None:
    project.template("train", content=content(Envs={"A": "${values.a}"}))
    project.settings(targets={"test": {"region": "cn-hangzhou", "workspaceId": "1", "values": {"a": "${env.VALUE}"}}})
    assert "DLC037" in validated(project).text
    (project.root / "values.yaml").write_text('spec: {a: "${env.VALUE}"}\n', encoding="utf-8")
    project.settings(targets={"test": {"region": "cn-hangzhou", "workspaceId": "1", "valuesFiles": ["values.yaml"]}})
    ended = cli.plan()
    assert "DLC037" in ended.text
    assert VALUE not in ended.text


@pytest.mark.parametrize("name", RESERVED)
@pytest.mark.parametrize("allowed", [(), ("--allow-env", "*")], ids=["", "allowed"])
def test_the_credentials_of_the_run_are_refused_always(
    name: str, allowed: tuple[str, ...], project: ProjectFolder, cli: Commands, emulator: Emulator
) -> None:
    project.template("train", content=content(Envs={"QUIET": f"a ${{env.{name}}}"}))
    for ended in (validated(project, *allowed), cli.plan(*allowed)):
        assert ended.code == 1
        assert f'manifests/train.yaml:8:16: error DLC038: JobTemplate "train": environment variable {name} is' in (
            ended.text
        ), ended.text
        assert VALUE not in ended.text
    assert set(emulator.calls()) <= AHEAD


@pytest.mark.parametrize(
    ("options", "variable", "admitted"),
    [
        ([], None, ["VALUE", "VALUE_TWO", "OTHER"]),
        (["VALUE"], None, ["VALUE"]),
        (["VALUE*"], None, ["VALUE", "VALUE_TWO"]),
        (["VALUE", "OTHER"], None, ["VALUE", "OTHER"]),
        ([], "VALUE_*, OTHER", ["VALUE_TWO", "OTHER"]),
        ([], "", []),
        ([], " , ", []),
        (["OTHER"], "VALUE", ["OTHER"]),
        (["value"], None, []),
        (["*"], "", ["VALUE", "VALUE_TWO", "OTHER"]),
    ],
)
def test_a_list_from_the_trusted_side_narrows_what_may_be_taken(
    options: list[str], variable: str | None, admitted: list[str], cli: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = ProjectFolder(cli.project)
    if variable is not None:
        monkeypatch.setenv("DLC_RECONCILER_ALLOW_ENV", variable)
    flags = [word for name in options for word in ("--allow-env", name)]
    project.template(
        "train", content=content(Envs={name: f"${{env.{name}}}" for name in ("OTHER", "VALUE", "VALUE_TWO")})
    )
    for ended in (validated(project, *flags), cli.plan(*flags)):
        wrong = [name for name in THREE if f"variable {name} is not allowed" in ended.text]
        assert wrong == sorted(set(THREE) - set(admitted))
        assert ended.code == (1 if wrong else 0)
        assert not wrong or f"add `--allow-env {wrong[0]}`" in ended.text


@pytest.mark.parametrize("name", ["A-B", "*A", "A*B", "$A", "A B", "1A", "env.A"])
def test_what_is_no_name_is_wrong_usage(name: str, project: ProjectFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    project.template("train")
    ended = validated(project, "--allow-env", name)
    assert (ended.code, "--allow-env" in ended.err) == (64, True)
    monkeypatch.setenv("DLC_RECONCILER_ALLOW_ENV", f"OK,{name}")
    ended = validated(project)
    assert (ended.code, "DLC_RECONCILER_ALLOW_ENV" in ended.err) == (64, True)


def digests(tree: Any) -> set[str]:
    """Every digest that stands in a document."""
    if isinstance(tree, dict):
        return set().union(*map(digests, tree.values())) if tree else set()
    if isinstance(tree, list):
        return set().union(*map(digests, tree)) if tree else set()
    return {tree} if isinstance(tree, str) and tree.startswith("sha256:") else set()


def said(plan: Any) -> set[str]:
    """The digests of a plan that are about contents; its own ones cover the address, which is another in each run."""
    return digests(plan["manifests"]) | {each for action in plan["actions"] for each in digests(action["intended"])}


def test_a_short_secret_cannot_be_guessed_from_a_plan_file(
    project: ProjectFolder, cli: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All digests of the plan are the same whatever the secret is, before it is applied, when it changes, and after."""
    plans: dict[str, list[set[str]]] = {}
    for pin in ("1234", "5678"):
        root = ProjectFolder(tmp_path / pin)
        with Emulator() as emulator:
            run = Commands(root.root, emulator.url)
            root.template("train", content=content(Envs={"PIN": "${env.VALUE}"}))
            root.board("gitops-b", content={"Uri": "oss://${env.VALUE}/logs/", "SummaryRelativePath": "/r"})
            monkeypatch.setenv("VALUE", pin)
            seen = [said(run.document())]
            assert run.apply().code == 0
            root.template("train", content=content(Envs={"PIN": "${env.VALUE}"}, UserCommand="python other.py"))
            root.board("gitops-b", content={"Uri": "oss://${env.VALUE}/more/", "SummaryRelativePath": "/r"})
            document = run.document()
            assert "new-version" in {action["verb"] for action in document["actions"]}
            seen.append(said(document))
            live = content(Envs={"PIN": pin})
            assert version_digest(canonical(live), {}) not in json.dumps(document)
            known = dict(emulator.store.templates()[0].metadata)
            guesses = {"description": "", "metadata": known}
            assert digest(guesses) not in json.dumps(document)
            plans[pin] = seen
    assert plans["1234"] == plans["5678"]


def test_apply_of_a_saved_plan_resolves_the_reference_again(
    project: ProjectFolder, cli: Commands, emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.template("train", content=content(Envs={"A": "${env.VALUE}"}))
    file = tmp_path / "plan.json"
    assert cli.plan("--out", file).code == 0
    assert VALUE not in file.read_text(encoding="utf-8")
    assert hashlib.sha256(VALUE.encode()).hexdigest() not in file.read_text(encoding="utf-8")
    monkeypatch.setenv("VALUE", "rotated-0815")
    ended = command("apply", file, "--yes", "--project", project.root, "--endpoint", emulator.url)
    assert ended.code == 0, ended.text
    assert "rotated-0815" in str([request.body for request in emulator.writes()])
