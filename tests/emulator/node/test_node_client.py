"""The emulator against a client that nobody here wrote: the official generic Node client, its own signer and transport.

It is installed with npm into a temporary folder and walks over every operation with signatures checked. Its bodies are
chunked. Slow, because of the installation; skipped where there is no npm or no registry.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.npm import ENVIRON, npm_install

from reconciler.emulator import Emulator, ManualClock, Profile
from reconciler.emulator.operations import OPERATIONS

PACKAGE = "@alicloud/openapi-core@1.0.8"
DRIVER = Path(__file__).with_name("calls.js")
CONTENT = {
    "JobType": "RayJob",
    "JobSpecs": [{"Type": "Head", "PodCount": 1, "Image": "r/a:1*", "EcsSpec": "ecs.gn6i-c4g1.xlarge"}],
    "UserCommand": "python train.py --name 'ü*~'",
    "Settings": {"EnableSanityCheck": True},
}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("node")
    npm_install(PACKAGE, folder)
    return folder


@pytest.fixture
def emulator(clock: ManualClock) -> Iterator[Emulator]:
    profile = Profile(
        access_keys={"key": "secret"}, refuse_used_nonce=True, job_delay=1.0, board_delay=0.0, deterministic_ids=True
    )
    with Emulator(clock=clock, profile=profile) as running:
        yield running


class NodeClient:
    """The client in a process of its own."""

    def __init__(self, folder: Path, emulator: Emulator, secret: str = "secret") -> None:  # noqa: S107
        environ = {name: value for name, value in ENVIRON.items() if "proxy" not in name.lower()}
        self._process = subprocess.Popen(
            ["node", str(DRIVER), emulator.endpoint, "key", secret],
            cwd=folder,
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self.done: set[str] = set()

    def send(self, action: str, *ids: str, body: Any = None, **query: str) -> dict[str, Any]:
        operation = next(each for each in OPERATIONS if each.action == action)
        segments = operation.path.split("/")
        values = iter(ids)
        pathname = "/".join(next(values) if part.startswith("{") else part for part in segments)
        request = {
            "action": action, "method": operation.method, "version": operation.version, "pathname": pathname,
            "query": query, "body": body,
        }  # fmt: skip
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def __call__(self, action: str, *ids: str, body: Any = None, **query: str) -> Any:
        answer = self.send(action, *ids, body=body, **query)
        assert answer["status"] == 200, (action, answer)
        self.done.add(action)
        return answer["body"]

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=20)
        self._process.stdout.close()


@pytest.fixture
def call(package: Path, emulator: Emulator) -> Iterator[NodeClient]:
    client = NodeClient(package, emulator)
    yield client
    client.close()


def walk_over_templates(call: NodeClient) -> str:
    body = {"TemplateName": "node *~ é", "Content": json.dumps(CONTENT), "WorkspaceId": "1001"}
    template = str(call("CreateJobTemplate", body=body)["TemplateId"])
    assert call("UpdateJobTemplate", template, body={"Content": json.dumps(CONTENT)})["Version"] == 2
    assert call("SetJobTemplateDefaultVersion", template, body={"Version": 2})["DefaultVersion"] == 2
    got = call("GetJobTemplate", template, Version="all")
    assert [json.loads(version["Content"]) for version in got["Versions"]] == [CONTENT, CONTENT]
    (listed,) = call("ListJobTemplates", WorkspaceId="1001", TemplateName="node *~ é")["JobTemplates"]
    assert listed["TemplateId"] == template
    return template


def walk_over_a_job(call: NodeClient, template: str, clock: ManualClock) -> str:
    job = str(call("CreateJob", body={"TemplateId": template, "DisplayName": "j", "WorkspaceId": "1001"})["JobId"])
    clock.advance(20)
    (row,) = call("ListJobs", TemplateId=template, WorkspaceId="1001")["Jobs"]
    (pod,) = call("GetJob", job, NeedDetail="true")["Pods"]
    assert (row["JobId"], row["Status"], pod["Status"]) == (job, "Running", "Running")
    assert call("GetJobEvents", job, MaxEventsNum="3")["Events"]
    assert call("GetPodEvents", job, pod["PodId"], PodUid=pod["PodUid"])["Events"]
    assert call("GetPodLogs", job, pod["PodId"], MaxLines="5")["Logs"][-1:]
    assert call("GetJobMetrics", job, MetricType="GpuCoreUsage", TimeStep="5s")["PodMetrics"][0]["Metrics"]
    assert len(call("ListJobSanityCheckResults", job)["SanityCheckResults"][0]) == 3
    assert call("GetJobSanityCheckResult", job, SanityCheckNumber="1")["SanityCheckResult"]
    query = {"TokenSettings.EnableLogDownloadJob": "true"}
    token = call("GetToken", TargetId=job, TargetType="job", **query)["Token"]
    assert token in call("GetDashboard", job, isShared="true", token=token)["url"]
    assert call("GetRayDashboard", job)["metricsEnabled"] == "true"
    assert call("GetWebTerminal", job, pod["PodId"], IsShared="true")["WebTerminalUrl"].startswith("wss://")
    assert call("UpdateJob", job, body={"Accessibility": "PUBLIC"})["JobId"] == job
    tags = {"RegionId": "cn-hangzhou", "ResourceType": "Job", "ResourceId": [job], "Tag": [{"Key": "a", "Value": "b"}]}
    call("TagResources", body=tags)
    assert call("ListJobs", Tags='{"a":"b"}')["TotalCount"] == 1
    call("UntagResources", ResourceType="Job", ResourceId=json.dumps([job]), TagKey='["a"]')
    assert call("ListJobs", Tags='{"a":"b"}')["TotalCount"] == 0
    return job


def walk_over_a_board(call: NodeClient, job: str) -> None:
    board = call("CreateTensorboard", body={"DisplayName": "b", "JobId": job, "WorkspaceId": "1001"})["TensorboardId"]
    assert call("GetTensorboard", board, JodId=job)["Status"] == "Running"
    call("UpdateTensorboard", board, MaxRunningTimeMinutes="300", WorkspaceId="1001")
    (row,) = call("ListTensorboards", JobId=job)["Tensorboards"]
    assert row["MaxRunningTimeMinutes"] == 300
    assert "/token/" in call("GetTensorboardSharedUrl", board, ExpireTimeSeconds="60")["TensorboardSharedUrl"]
    call("StopTensorboard", board)
    call("StartTensorboard", board)
    call("StopTensorboard", board)
    call("DeleteTensorboard", board)


def walk_over_the_catalogue(call: NodeClient) -> None:
    assert call("ListEcsSpecs", AcceleratorType="GPU", PageSize="2")["TotalCount"] > 2
    assert call("ListWorkspaces")["Workspaces"]
    assert call("GetWorkspace", "1001")["WorkspaceId"] == "1001"
    assert call("GetDefaultWorkspace")["WorkspaceId"]
    assert call("ListConfigs", "1001")["TotalCount"] == 0
    image = call("ListImages")["Images"][0]["ImageId"]
    assert call("GetImage", image)["ImageUri"]
    assert call("ListImageLabels")["Labels"]
    dataset = call("ListDatasets", WorkspaceId="1001")["Datasets"][0]["DatasetId"]
    assert call("GetDataset", dataset)["DatasetId"] == dataset
    source = call("ListCodeSources", WorkspaceId="1001")["CodeSources"][0]["CodeSourceId"]
    assert call("GetCodeSource", source)["CodeSourceId"] == source


def test_a_walk_over_every_operation(call: NodeClient, emulator: Emulator, clock: ManualClock) -> None:
    template = walk_over_templates(call)
    job = walk_over_a_job(call, template, clock)
    walk_over_a_board(call, job)
    walk_over_the_catalogue(call)
    call("StopJob", job)
    clock.advance(5)
    assert call.send("DeleteJobTemplate", template)["code"] == "BadRequest"
    call("DeleteJob", job)
    call("DeleteJobTemplate", template)
    assert call.done == {operation.action for operation in OPERATIONS}
    created = next(request for request in emulator.requests if request.action == "CreateJobTemplate")
    assert created.headers["transfer-encoding"] == "chunked"
    assert created.headers["authorization"].startswith("ACS3-HMAC-SHA256 Credential=key,")


def test_what_is_refused(call: NodeClient, package: Path, emulator: Emulator) -> None:
    missing = call.send("GetJob", "dlc0")
    assert (missing["status"], missing["code"]) == (404, "NotFound")
    impostor = NodeClient(package, emulator, secret="other")
    assert impostor.send("ListJobs")["code"] == "SignatureDoesNotMatch"
    impostor.close()
