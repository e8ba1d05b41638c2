"""The official SDK, unmodified and signing, walks over every operation that it shares with the emulator."""

from __future__ import annotations

import inspect
import json
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from alibabacloud_pai_dlc20201203 import models
    from alibabacloud_pai_dlc20201203.client import Client
    from alibabacloud_tea_openapi.exceptions import ClientException, ServerException, ThrottlingException
    from alibabacloud_tea_openapi.models import Config

from reconciler.emulator import Emulator, Fault, ManualClock, Profile

from .conftest import CONTENT


@pytest.fixture
def emulator(clock: ManualClock) -> Iterator[Emulator]:
    with Emulator(clock=clock, profile=Profile(access_keys={"key": "secret"}, refuse_used_nonce=True)) as running:
        yield running


@pytest.fixture
def client(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Any:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    return connect(emulator, "secret")


def connect(emulator: Emulator, secret: str, key: str = "key") -> Any:
    return Client(
        Config(
            access_key_id=key,
            access_key_secret=secret,
            endpoint=emulator.endpoint,
            protocol="HTTP",
            region_id="cn-hangzhou",
        )
    )


def new_template(client: Any, name: str = "sdk template/é") -> str:
    request = models.CreateJobTemplateRequest(
        template_name=name, content=CONTENT, workspace_id="1001", constraints={"UserCommand": "locked"}
    )
    return str(client.create_job_template(request).body.template_id)


def test_job_templates(client: Any) -> None:
    template = new_template(client)
    got = client.get_job_template(template, models.GetJobTemplateRequest()).body
    assert (got.versions[0].content, got.versions[0].constraints) == (CONTENT, {"UserCommand": "locked"})
    update = models.UpdateJobTemplateRequest(content=CONTENT, set_as_default=False)
    assert client.update_job_template(template, update).body.version == 2
    default = models.SetJobTemplateDefaultVersionRequest(version=2)
    assert client.set_job_template_default_version(template, default).body.default_version == 2
    everything = client.get_job_template(template, models.GetJobTemplateRequest(version="all")).body
    assert [version.version for version in everything.versions] == [2, 1]
    listing = models.ListJobTemplatesRequest(workspace_id="1001", template_name="SDK template/é", page_size=50)
    assert client.list_job_templates(listing).body.job_templates[0].template_id == template
    assert client.delete_job_template(template, models.DeleteJobTemplateRequest()).body.template_id == template


def test_jobs(client: Any, clock: ManualClock) -> None:
    template = new_template(client)
    request = models.CreateJobRequest(
        workspace_id="1001",
        display_name="j",
        template_id=template,
        job_specs=[models.JobSpec(type="Worker", image="x", pod_count=1)],
        settings=models.JobSettings(tags={"team": "vision"}),
    )
    job = client.create_job(request).body.job_id
    listing = models.ListJobsRequest(template_id=template, tags={"team": "vision"}, show_own=True)
    (listed,) = client.list_jobs(listing).body.jobs
    assert (listed.job_id, listed.template_id, listed.status) == (job, template, "Creating")
    assert client.update_job(job, models.UpdateJobRequest(priority=5)).body.job_id == job
    assert client.get_job(job, models.GetJobRequest(need_detail=True)).body.job_specs[0].image == "x"
    client.stop_job(job)
    clock.advance(5)
    assert client.get_job(job, models.GetJobRequest()).body.status == "Stopped"
    with pytest.raises(ClientException) as refused:
        client.delete_job_template(template, models.DeleteJobTemplateRequest())
    assert (refused.value.status_code, refused.value.code) == (400, "BadRequest")
    assert client.delete_job(job).body.job_id == job
    client.delete_job_template(template, models.DeleteJobTemplateRequest())


def test_tensorboards(client: Any, clock: ManualClock) -> None:
    request = models.CreateTensorboardRequest(
        display_name="b",
        workspace_id="1001",
        summary_path="/logs",
        data_sources=[models.DataSourceItem(data_source_id="d-logs0", mount_path="/logs")],
        max_running_time_minutes=60,
        priority="2",
    )
    board = client.create_tensorboard(request).body.tensorboard_id
    clock.advance(1)
    got = client.get_tensorboard(board, models.GetTensorboardRequest(workspace_id="1001")).body
    assert (got.status, got.priority, got.duration, got.request_id is None) == ("Running", "2", "0", False)
    change = models.UpdateTensorboardRequest(accessibility="PUBLIC", max_running_time_minutes=300, priority="3")
    assert client.update_tensorboard(board, change).body.tensorboard_id == board
    listing = models.ListTensorboardsRequest(workspace_id="1001", show_own=True, verbose=True)
    (listed,) = client.list_tensorboards(listing).body.tensorboards
    assert (listed.accessibility, listed.max_running_time_minutes) == ("PUBLIC", 300)
    shared = models.GetTensorboardSharedUrlRequest(expire_time_seconds="3600")
    assert "/token/" in client.get_tensorboard_shared_url(board, shared).body.tensorboard_shared_url
    client.stop_tensorboard(board, models.StopTensorboardRequest(workspace_id="1001"))
    clock.advance(1)
    client.start_tensorboard(board, models.StartTensorboardRequest(workspace_id="1001"))
    client.stop_tensorboard(board, models.StopTensorboardRequest(workspace_id="1001"))
    clock.advance(1)
    deleted = client.delete_tensorboard(board, models.DeleteTensorboardRequest(workspace_id="1001"))
    assert deleted.body.tensorboard_id == board


def test_ecs_specs(client: Any) -> None:
    gpus = client.list_ecs_specs(models.ListEcsSpecsRequest(accelerator_type="GPU", page_size=3)).body
    assert {spec.accelerator_type for spec in gpus.ecs_specs} == {"GPU"}
    assert gpus.total_count > len(gpus.ecs_specs) == 3
    with pytest.raises(ClientException, match="400"):
        client.list_ecs_specs(models.ListEcsSpecsRequest(sort_by="CPU"))


def test_watching_a_job(client: Any, clock: ManualClock) -> None:
    job = client.create_job(
        models.CreateJobRequest(
            workspace_id="1001",
            display_name="ray",
            job_type="RayJob",
            user_command="python ray.py",
            job_specs=[models.JobSpec(type="Head", image="x", pod_count=1, ecs_spec="ecs.gn6i-c4g1.xlarge")],
            settings=models.JobSettings(enable_sanity_check=True),
        )
    ).body.job_id
    clock.advance(20)
    (pod,) = client.get_job(job, models.GetJobRequest()).body.pods
    events = client.get_job_events(job, models.GetJobEventsRequest(max_events_num=3)).body.events
    assert len(events) == 3
    assert client.get_pod_events(job, pod.pod_id, models.GetPodEventsRequest(pod_uid=pod.pod_uid)).body.events
    logs = client.get_pod_logs(job, pod.pod_id, models.GetPodLogsRequest(max_lines=2, download_to_file=False)).body
    assert (len(logs.logs), logs.container_info.main_container) == (2, "ray")
    asked = models.GetJobMetricsRequest(metric_type="GpuCoreUsage", time_step="5s")
    (series,) = client.get_job_metrics(job, asked).body.pod_metrics
    assert series.metrics[0].time < series.metrics[1].time
    results = client.list_job_sanity_check_results(job, models.ListJobSanityCheckResultsRequest(order="asc")).body
    assert results.sanity_check_results[0][0].phase == "CheckInit"
    one = models.GetJobSanityCheckResultRequest(sanity_check_number=1)
    assert client.get_job_sanity_check_result(job, one).body.sanity_check_result[0].status == "Succeeded"


def test_sharing_and_tagging_a_job(client: Any, clock: ManualClock) -> None:
    job = client.create_job(
        models.CreateJobRequest(
            display_name="ray",
            job_type="RayJob",
            user_command="python ray.py",
            job_specs=[models.JobSpec(type="Head", image="x")],
        )
    ).body.job_id
    clock.advance(10)
    settings = models.TokenSettings(enable_cross_account_access=True)
    token = client.get_token(
        models.GetTokenRequest(target_id=job, target_type="job", expire_time=60, token_settings=settings)
    ).body.token
    shared = models.GetDashboardRequest(is_shared=True, token=token)
    assert token in client.get_dashboard(job, shared).body.url
    ray = client.get_ray_dashboard(job, models.GetRayDashboardRequest(is_shared=True, token=token)).body
    assert (token in ray.url, ray.metrics_enabled) == (True, "true")
    terminal = client.get_web_terminal(job, f"{job}-head-0", models.GetWebTerminalRequest(is_shared=True)).body
    assert terminal.web_terminal_url.startswith("wss://")
    client.tag_resources(
        models.TagResourcesRequest(
            region_id="cn-hangzhou",
            resource_type="Job",
            resource_id=[job],
            tag=[models.TagResourcesRequestTag(key="team", value="v/ü")],
        )
    )
    assert client.list_jobs(models.ListJobsRequest(tags={"team": "v/ü"})).body.total_count == 1
    client.untag_resources(models.UntagResourcesRequest(resource_type="Job", resource_id=[job], tag_key=["team"]))
    assert client.list_jobs(models.ListJobsRequest(tags={"team": "v/ü"})).body.total_count == 0


def test_no_operation_of_the_sdk_was_left_out(emulator: Emulator) -> None:
    """What the emulator does not have is not of this project: signals and history servers of Ray, newer metrics."""
    from reconciler.emulator.operations import OPERATIONS  # noqa: PLC0415

    source = Path(inspect.getfile(Client)).read_text(encoding="utf-8")
    official = set(re.findall(r"action = '(\w+)'", source))
    emulated = {operation.action for operation in OPERATIONS if operation.version == "2020-12-03"}
    assert emulated <= official
    assert all("Signal" in name or "RayHistory" in name or name == "GetMetrics" for name in official - emulated)


def test_errors_reach_the_sdk_with_all_their_parts(client: Any, emulator: Emulator) -> None:
    with pytest.raises(ClientException) as missing:
        client.get_job_template("tpl/1 x", models.GetJobTemplateRequest())
    assert (missing.value.status_code, missing.value.code) == (404, "NotFound.JobTemplate")
    assert missing.value.request_id == emulator.requests[-1].request_id
    emulator.faults.add(Fault(kind="error_before"), Fault(kind="throttle", retry_after_ms=70))
    with pytest.raises(ServerException):
        client.list_jobs(models.ListJobsRequest())
    with pytest.raises(ThrottlingException) as throttled:
        client.list_jobs(models.ListJobsRequest())
    assert throttled.value.retry_after == 70


@pytest.mark.parametrize(
    ("key", "secret", "code"),
    [("key", "wrong", "SignatureDoesNotMatch"), ("other", "secret", "InvalidAccessKeyId.NotFound")],
)
def test_wrong_credentials(client: Any, emulator: Emulator, key: str, secret: str, code: str) -> None:
    with pytest.raises(ClientException) as refused:
        connect(emulator, secret, key).list_jobs(models.ListJobsRequest())
    assert refused.value.code == code
    client.list_jobs(models.ListJobsRequest())


def test_a_changed_or_replayed_request_is_refused(client: Any, emulator: Emulator) -> None:
    from .conftest import Wire  # noqa: PLC0415

    new_template(client)
    sent = emulator.requests[-1]
    wire = Wire(emulator.url)
    headers = {name: value for name, value in sent.headers.items() if name != "content-length"}
    body = json.dumps(sent.body, ensure_ascii=False, separators=(",", ":")).encode()
    for path, data, code in (
        (sent.path, body, "SignatureNonceUsed"),
        (sent.path, body.replace(b"1001", b"2002"), "SignatureDoesNotMatch"),
        (sent.path + "?x=1", body, "SignatureDoesNotMatch"),
    ):
        answer = wire.http.request("POST", emulator.url + path, body=data, headers=headers)
        assert json.loads(answer.data)["Code"] == code
    assert wire.refused("GET", "/jobs") == (400, "IncompleteSignature")
    wire.close()
    assert len(emulator.store.templates()) == 1


def test_an_old_date_is_refused_where_that_is_asked_for(clock: ManualClock, client: Any) -> None:
    profile = Profile(access_keys={"key": "secret"}, signature_skew=900)
    with Emulator(clock=clock, profile=profile) as strict, pytest.raises(ClientException) as refused:
        connect(strict, "secret").list_jobs(models.ListJobsRequest())
    assert refused.value.code == "InvalidTimeStamp.Expired"
