"""The examples for Kubernetes: valid for its schemas, nobody is root, nothing is written, and the commands exist."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate  # type: ignore[import-untyped]
import pytest
import yaml

from reconciler.cli.app import cli

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "kubernetes"
FILES = sorted(FOLDER.glob("*.yaml"))
ARGO = "argo-workflow.yaml"
"""The models of Argo's own library judge it: see `tests/plan/test_shard_examples.py`."""


def documents(file: Path) -> list[Any]:
    return list(yaml.safe_load_all(file.read_text(encoding="utf-8")))


def pods() -> Iterator[tuple[str, Any]]:
    for file in FILES:
        for document in documents(file):
            match document["kind"]:
                case "Deployment":
                    yield file.name, document["spec"]["template"]["spec"]
                case "Job":
                    yield file.name, document["spec"]["template"]["spec"]
                case "CronJob":
                    yield file.name, document["spec"]["jobTemplate"]["spec"]["template"]["spec"]


def named(pod: Any) -> set[str]:
    return {container["name"] for container in pod["containers"]}


def containers() -> Iterator[Any]:
    for name, pod in pods():
        for container in (*pod["initContainers"], *pod["containers"]):
            yield pytest.param(container, id=f"{name}:{container['name']}")


@pytest.mark.parametrize("file", [file for file in FILES if file.name != ARGO], ids=lambda file: file.name)
def test_every_document_fits_the_schemas_of_kubernetes(file: Path) -> None:
    for document in documents(file):
        kubernetes_validate.validate(document, "1.33", strict=True)


def test_the_schemas_would_notice_a_wrong_field() -> None:
    (document,) = documents(FOLDER / "deployment.yaml")
    document["spec"]["template"]["spec"]["containers"][0]["livnessProbe"] = {}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(document, "1.33", strict=True)


@pytest.mark.parametrize("container", list(containers()))
def test_containers_have_limits_and_cannot_write_or_gain_rights(container: Any) -> None:
    security = container["securityContext"]
    assert security["readOnlyRootFilesystem"]
    assert not security["allowPrivilegeEscalation"]
    assert security["capabilities"] == {"drop": ["ALL"]}
    assert container["resources"]["requests"].keys() == {"cpu", "memory"}
    assert "memory" in container["resources"]["limits"]
    places = {mount["mountPath"] for mount in container["volumeMounts"]}
    assert {"/git", "/scratch"} <= places <= {"/git", "/scratch", "/plans", "/script"}


@pytest.mark.parametrize("pod", [pytest.param(pod, id=name) for name, pod in pods()])
def test_pods_run_as_the_account_that_assumes_the_role(pod: Any) -> None:
    namespace, account = documents(FOLDER / "identity.yaml")
    assert namespace["metadata"]["labels"]["pod-identity.alibabacloud.com/injection"] == "on"
    assert account["metadata"]["annotations"]["pod-identity.alibabacloud.com/role-name"]
    assert pod["serviceAccountName"] == account["metadata"]["name"]
    assert pod["securityContext"]["runAsNonRoot"]


@pytest.mark.parametrize("pod", [pytest.param(pod, id=name) for name, pod in pods() if "drift" in named(pod)])
def test_the_command_line_takes_the_arguments(pod: Any) -> None:
    (container,) = (each for each in pod["containers"] if each["name"] == "drift")
    name, *arguments = container["args"]
    command = cli.get_command(cli.make_context("dlc-reconciler", [name]), name)
    assert command is not None
    context = command.make_context(name, arguments)
    assert context.params["all_targets"]
    assert context.params["project"] == Path("/git/manifests")
