"""validate --online and discover, against the emulator: what is there, what is not, and what cannot be read."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from support.commands import Ended, command
from support.project import ProjectFolder

from reconciler.emulator import Emulator, Fault

IMAGE = "dsw-registry-vpc.cn-hangzhou.cr.aliyuncs.com/pai/pytorch-training:2.1-gpu-py310-cu121-ubuntu22.04"
GOOD: dict[str, Any] = {
    "JobType": "PyTorchJob",
    "JobSpecs": [{"Type": "Worker", "PodCount": 1, "Image": IMAGE, "EcsSpec": "ecs.g7.xlarge"}],
    "UserCommand": "python train.py",
    "DataSources": [{"DataSourceId": "d-imagenet0", "MountPath": "/mnt/data"}],
    "CodeSource": {"CodeSourceId": "code-training0"},
}


@pytest.fixture
def site(project: ProjectFolder, emulator: Emulator) -> ProjectFolder:
    """A project whose target is a workspace that the emulator knows."""
    known = min(emulator.profile.workspaces)
    project.settings(targets={"test": {"region": "cn-hangzhou", "workspaceId": known}})
    return project


def online(project: ProjectFolder, emulator: Emulator, *arguments: str) -> Ended:
    return command("validate", "--online", "--project", project.root, "--endpoint", emulator.url, *arguments)


def told(ended: Ended) -> list[str]:
    return [f"{each['code']} {each['summary']}" for each in json.loads(ended.out)["findings"]]


def test_what_is_there_is_not_mentioned(site: ProjectFolder, emulator: Emulator) -> None:
    site.template(content=GOOD)
    ended = online(site, emulator)
    assert (ended.code, ended.out) == (0, "Valid: no problems found.\n")


def test_each_list_is_read_once_however_many_manifests_there_are(site: ProjectFolder, emulator: Emulator) -> None:
    for number in range(5):
        site.template(f"t{number}", content=GOOD)
    online(site, emulator)
    actions = emulator.calls()
    assert {action: actions.count(action) for action in set(actions)} == {
        "ListWorkspaces": 1,
        "ListImages": 2,
        "ListDatasets": 1,
        "ListCodeSources": 1,
        "ListEcsSpecs": 1,
    }


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            {"JobSpecs": [{**GOOD["JobSpecs"][0], "Image": IMAGE.replace("py310", "py311")}]},
            "DLC401 ",
        ),
        (
            {"DataSources": [{"DataSourceId": "d-imagnet0", "MountPath": "/m"}]},
            'DLC402 "d-imagnet0" is not among the datasets',
        ),
        ({"CodeSource": {"CodeSourceId": "code-trainin"}}, 'DLC403 "code-trainin" is not among the code sources'),
        (
            {"JobSpecs": [{**GOOD["JobSpecs"][0], "EcsSpec": "ecs.g7.xlarg"}]},
            'DLC404 "ecs.g7.xlarg" is not among the instance types in cn-hangzhou; nearest: ecs.g7.xlarge',
        ),
        ({"WorkspaceId": "77"}, 'DLC405 "77" is not among the workspaces'),
        ({"ResourceId": "my-quota"}, 'DLC407 "my-quota" does not look like the id of a quota'),
    ],
)
def test_what_is_not_there_is_named_with_what_is_near(
    site: ProjectFolder, emulator: Emulator, change: dict[str, Any], expected: str
) -> None:
    site.template(content={**GOOD, **change})
    (line,) = [each for each in told(online(site, emulator, "--format", "json")) if each[3] == "4"]
    assert line.startswith(expected)
    if "DLC401" in expected:
        assert f"nearest: {IMAGE}" in line


def test_each_finding_names_the_command_that_lists(site: ProjectFolder, emulator: Emulator) -> None:
    site.template(content={**GOOD, "DataSources": [{"DataSourceId": "d-x", "MountPath": "/m"}]})
    ended = online(site, emulator)
    assert ended.code == 1
    assert "Name a dataset that `dlc-reconciler discover datasets` shows." in ended.out
    assert ended.out.startswith("manifests/train.yaml:")


def test_a_dataset_of_another_workspace_is_found_by_its_id(site: ProjectFolder, emulator: Emulator) -> None:
    if len(emulator.profile.workspaces) < 2:
        pytest.skip("the emulator has one workspace")
    site.template(content={**GOOD, "DataSources": [{"DataSourceId": "d-logs1", "MountPath": "/m"}]})
    assert online(site, emulator).code == 0


def test_a_job_that_is_gone(site: ProjectFolder, emulator: Emulator) -> None:
    site.board("gitops-b", content={"JobId": "dlcgone", "SummaryPath": "/mnt/logs"})
    assert 'DLC406 there is no job "dlcgone"' in told(online(site, emulator, "--format", "json"))
    job = emulator.store.create_job("job")
    site.board("gitops-b", content={"JobId": job, "SummaryPath": "/mnt/logs"})
    assert told(online(site, emulator, "--format", "json")) == []


def test_a_workspace_that_is_not_there_is_all_that_is_said(project: ProjectFolder, emulator: Emulator) -> None:
    project.settings(targets={"test": {"region": "cn-hangzhou", "workspaceId": "404"}})
    project.template()
    (line,) = told(online(project, emulator, "--format", "json"))
    assert line.startswith('DLC405 there is no workspace "404"')


def test_a_list_that_may_not_be_read_is_a_warning(site: ProjectFolder, emulator: Emulator) -> None:
    emulator.faults.add(Fault(kind="error_before", action="ListEcsSpecs", status=403, code="Forbidden", times=None))
    site.template(content={**GOOD, "DataSources": [{"DataSourceId": "d-x", "MountPath": "/m"}]})
    lines = told(online(site, emulator, "--format", "json"))
    assert [line[:6] for line in lines] == ["DLC402", "DLC408"]
    assert "paidlc:ListEcsSpecs" in lines[1]


def test_a_machine_that_is_offline_gets_one_line(site: ProjectFolder) -> None:
    site.template()
    ended = command("validate", "--online", "--project", site.root, "--endpoint", "http://127.0.0.1:9")
    assert (ended.code, ended.out) == (1, "")
    assert len(ended.err.splitlines()) == 2
    assert "no connection" in ended.err.splitlines()[0]


def test_values_from_the_environment_are_neither_checked_nor_shown(
    site: ProjectFolder, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATASET", "d-secret")
    site.template(content={**GOOD, "JobSpecs": [{**GOOD["JobSpecs"][0], "Image": "${env.DATASET}"}]})
    ended = online(site, emulator)
    assert (ended.code, "d-secret" in ended.text) == (0, False)


def discover(site: ProjectFolder, emulator: Emulator, *words: str) -> Ended:
    return command("discover", *words, "--project", site.root, "--endpoint", emulator.url)


@pytest.mark.parametrize(
    ("words", "query", "expected"),
    [
        (["images", "gpu", "--label", "system.framework=PyTorch"], "Images[].ImageUri", [IMAGE]),
        (["images", "--own"], "Images[].ImageUri", []),
        (["image-labels", "chip"], "Labels[].Value", ["CPU", "GPU"]),
        (["datasets", "IMAGE"], "Datasets[].[DatasetId,MountPath]", [["d-imagenet0", "/mnt/imagenet"]]),
        (["datasets", "--storage", "NAS"], "Datasets[]", []),
        (["code-sources", "train"], "CodeSources[].CodeSourceId", ["code-training0"]),
        (["workspaces"], "Workspaces[0].Status", "ENABLED"),
    ],
)
def test_lists_are_filtered_here(
    site: ProjectFolder, emulator: Emulator, words: list[str], query: str, expected: Any
) -> None:
    assert discover(site, emulator, *words, "--format", "json", "-q", query).json == expected


@pytest.mark.parametrize("what", ["workspaces", "images", "image-labels", "datasets", "code-sources", "ecs-specs"])
def test_every_list_is_a_table_json_and_yaml(site: ProjectFolder, emulator: Emulator, what: str) -> None:
    table = discover(site, emulator, what)
    assert (table.code, table.err) == (0, "")
    assert table.out.splitlines()[0].isupper()
    data = discover(site, emulator, what, "--format", "json").json
    assert yaml.safe_load(discover(site, emulator, what, "--format", "yaml").out) == data


def test_snippets_fit_into_a_manifest(site: ProjectFolder, emulator: Emulator) -> None:
    content: dict[str, Any] = {"JobType": "PyTorchJob", "UserCommand": "python train.py"}
    image = yaml.safe_load(
        discover(site, emulator, "images", "gpu-py310", "--label", "system.framework=PyTorch", "--snippet").out
    )
    machine = yaml.safe_load(discover(site, emulator, "ecs-specs", "--name", "g7.xlarge", "--snippet").out)
    content |= {"JobSpecs": [{"Type": "Worker", "PodCount": 1, **image["JobSpecs"][0], **machine["JobSpecs"][0]}]}
    content |= yaml.safe_load(discover(site, emulator, "datasets", "--snippet").out)
    (code,) = yaml.safe_load(discover(site, emulator, "code-sources", "--snippet").out)
    site.template(content={**content, **code})
    assert online(site, emulator).out == "Valid: no problems found.\n"
