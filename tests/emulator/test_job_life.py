"""What a job shows while it lives: pods, events, log lines, metrics, sanity checks, ways to fail. Raw on the wire."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from reconciler.emulator import Emulator, ManualClock
from reconciler.emulator.mishaps import MISHAPS

from .conftest import CONTENT, Wire

With = Callable[..., tuple[Emulator, Wire]]
JOB = {**json.loads(CONTENT), "DisplayName": "j", "WorkspaceId": "1001"}


def launch(wire: Wire, clock: ManualClock, seconds: float = 0.0, **fields: Any) -> str:
    job = str(wire.ok("POST", "/jobs", {**JOB, **fields})["JobId"])
    clock.advance(seconds)
    return job


def unlucky(wire: Wire, clock: ManualClock, mishap: str, seconds: float = 120.0, **fields: Any) -> str:
    return launch(wire, clock, seconds, Envs={"EMULATOR_MISHAP": mishap}, **fields)


def test_pods_appear_when_the_environment_is_prepared(wire: Wire, clock: ManualClock) -> None:
    job = launch(wire, clock)
    seen = []
    for seconds in (0, 0.5, 0.5, 0.5, 60):
        clock.advance(seconds)
        seen.append([pod["Status"] for pod in wire.ok("GET", f"/jobs/{job}")["Pods"]])
    assert seen == [[], [], ["Pending"] * 2, ["Running"] * 2, ["Succeeded"] * 2]
    pod = wire.ok("GET", f"/jobs/{job}")["Pods"][0]
    assert (pod["PodId"], pod["Duration"], pod["Type"]) == (f"{job}-worker-0", 60.0, "worker")
    assert wire.refused("GET", f"/jobs/{job}/pods/{job}-worker-2/logs") == (404, "NotFound")


def test_events_of_job_and_pod_are_in_order_and_capped(wire: Wire, clock: ManualClock) -> None:
    job = launch(wire, clock, 100)
    events = wire.ok("GET", f"/jobs/{job}/events")["Events"]
    assert events == sorted(events, key=lambda line: line.split()[0])
    assert [line.split()[2] for line in events] == [
        *("JobCreated", "JobEnqueued", "JobDequeued", "SuccessfulCreatePod", "SuccessfulCreatePod"),
        *("JobRunning", "JobSucceeded"),
    ]
    assert wire.ok("GET", f"/jobs/{job}/events", MaxEventsNum=2)["Events"] == events[-2:]
    of_pod = wire.ok("GET", f"/jobs/{job}/pods/{job}-worker-0/events")
    assert of_pod["PodUid"]
    assert [line.split()[2] for line in of_pod["Events"]] == ["Scheduled", "Pulling", "Pulled", "Started", "Killing"]
    clock.advance(days=8)
    assert wire.ok("GET", f"/jobs/{job}/events")["Events"] == []
    assert wire.ok("GET", f"/jobs/{job}/events", StartTime="2026-01-01T00:00:00Z")["Events"] == events


def test_log_lines_grow_while_the_job_runs(wire: Wire, clock: ManualClock) -> None:
    job = launch(wire, clock, 11.5)

    def lines(**query: object) -> list[str]:
        return list(wire.ok("GET", f"/jobs/{job}/pods/{job}-worker-0/logs", **query)["Logs"])

    first = lines()
    assert first[0] == "+ python train.py"
    assert len(first) == 6
    clock.advance(4)
    assert lines()[:6] == first
    assert lines(MaxLines=2) == lines()[-2:]
    assert lines(StartTime="2026-03-01T12:00:08Z", EndTime="2026-03-01T12:00:10Z") == first[4:5]
    clock.advance(100)
    assert lines()[-1] == "training finished"
    assert lines(Containers="pytorch") == lines()
    assert lines(Containers="sidecar") == []
    (address,) = lines(DownloadToFile="True")
    assert address.startswith("https://")
    assert wire.refused("GET", f"/jobs/{job}/pods/{job}-worker-0/logs", MaxLines=0)[0] == 400


def test_metrics_of_pay_as_you_go_jobs_only(wire: Wire, clock: ManualClock) -> None:
    job = launch(wire, clock, 100)
    path = f"/jobs/{job}/metrics"
    series = wire.ok("GET", path, MetricType="GpuCoreUsage", TimeStep="10s")["PodMetrics"]
    assert [one["PodId"] for one in series] == [f"{job}-worker-0", f"{job}-worker-1"]
    times = [point["Time"] for point in series[0]["Metrics"]]
    assert [later - times[0] for later in times] == [10_000 * index for index in range(7)]
    assert times[0] == (int(clock.now()) - 98) * 1000 - 500
    assert all(0 < point["Value"] < 100 for one in series for point in one["Metrics"])
    assert series[0]["Metrics"] != series[1]["Metrics"]
    quota = launch(wire, clock, 100, ResourceId="quota1")
    assert wire.ok("GET", f"/jobs/{quota}/metrics", MetricType="GpuCoreUsage")["PodMetrics"] == []
    clock.advance(days=1)
    assert wire.ok("GET", path, MetricType="GpuCoreUsage")["PodMetrics"] == []
    for query in ({}, {"MetricType": "Heat"}, {"MetricType": "GpuCoreUsage", "TimeStep": "soon"}):
        assert wire.refused("GET", path, **query)[0] == 400


def test_sanity_checks_come_in_phases(wire: Wire, clock: ManualClock) -> None:
    job = launch(wire, clock, 1.6, Settings={"EnableSanityCheck": True})
    assert wire.ok("GET", f"/jobs/{job}")["Status"] == "SanityChecking"
    answer = wire.ok("GET", f"/jobs/{job}/sanitycheckresults")
    ((running,),) = answer["SanityCheckResults"]
    assert (running["Phase"], running["Status"], "RequestID" in answer) == ("CheckInit", "Running", True)
    clock.advance(10)
    (phases,) = wire.ok("GET", f"/jobs/{job}/sanitycheckresults")["SanityCheckResults"]
    assert len(phases) == 5
    assert phases[0]["StartedAt"].startswith("2026-03-01T20:00:01")
    one = wire.ok("GET", f"/jobs/{job}/sanitycheckresult", SanityCheckNumber=1, SanityCheckPhase="DeviceCheck")
    assert one["SanityCheckResult"] == [phases[1]]
    assert wire.refused("GET", f"/jobs/{job}/sanitycheckresult", SanityCheckNumber=2)[0] == 404
    assert wire.ok("GET", f"/jobs/{launch(wire, clock)}/sanitycheckresults")["SanityCheckResults"] == []


@pytest.mark.parametrize("name", [name for name, mishap in MISHAPS.items() if mishap.ends_in == "Failed"])
def test_every_failure_leaves_its_reason(wire: Wire, clock: ManualClock, name: str) -> None:
    job = unlucky(wire, clock, name)
    shown = wire.ok("GET", f"/jobs/{job}")
    assert (shown["Status"], shown["ReasonCode"]) == ("Failed", MISHAPS[name].code)
    assert f"{job}-worker-1" in shown["ReasonMessage"]
    assert [pod["Status"] for pod in shown["Pods"]] == ["Failed", "Failed"]
    events = " ".join(wire.ok("GET", f"/jobs/{job}/events")["Events"])
    assert MISHAPS[name].job_events[0].split("{")[0] in events
    struck, spared = (wire.ok("GET", f"/jobs/{job}/pods/{job}-worker-{n}/logs")["Logs"] for n in (1, 0))
    assert struck[len(struck) - len(MISHAPS[name].log) :] == list(MISHAPS[name].log)
    assert not set(MISHAPS[name].log) & set(spared)


def test_a_job_waits_for_ever_for_its_quota(wire: Wire, clock: ManualClock) -> None:
    job = unlucky(wire, clock, "quota", ResourceId="quota1")
    shown = wire.ok("GET", f"/jobs/{job}")
    assert (shown["Status"], shown["ReasonCode"], shown["Pods"]) == ("Queuing", "QuotaExceeded", [])


def test_a_lost_node_restarts_the_job_with_new_pods(wire: Wire, clock: ManualClock) -> None:
    job = unlucky(wire, clock, "node-lost", seconds=31.6)
    assert wire.ok("GET", f"/jobs/{job}")["Status"] == "Restarting"
    clock.advance(10)
    shown = wire.ok("GET", f"/jobs/{job}")
    assert (shown["Status"], shown["RestartTimes"]) == ("Running", "1/10")
    (record,) = shown["RestartRecord"]
    assert record["RestartStatus"] == "Succeeded"
    pod = shown["Pods"][1]
    (former,) = pod["HistoryPods"]
    path = f"/jobs/{job}/pods/{pod['PodId']}/logs"
    assert former["PodUid"] != pod["PodUid"]
    assert wire.ok("GET", path)["PodUid"] == pod["PodUid"]
    assert wire.ok("GET", path, PodUid=former["PodUid"])["Logs"] != wire.ok("GET", path)["Logs"]
    assert wire.refused("GET", path, PodUid="other")[0] == 404
    clock.advance(100)
    assert wire.ok("GET", f"/jobs/{job}")["Status"] == "Succeeded"


def test_an_unknown_mishap_is_refused(wire: Wire, clock: ManualClock) -> None:
    assert wire.refused("POST", "/jobs", {**JOB, "Envs": {"EMULATOR_MISHAP": "flood"}})[0] == 400


def test_bidding_and_reserved_resources(wire: Wire, clock: ManualClock) -> None:
    spec = {**JOB["JobSpecs"][0], "SpotSpec": {"SpotStrategy": "SpotWithPriceLimit"}}
    job = launch(wire, clock, 63, JobSpecs=[spec], Settings={"JobReservedMinutes": 10})
    assert wire.ok("GET", f"/jobs/{job}")["Status"] == "SucceededReserving"
    clock.advance(600)
    states = [step["Status"] for step in wire.ok("GET", f"/jobs/{job}")["StatusHistory"]]
    assert states[2] == "Bidding"
    assert states[-2:] == ["SucceededReserving", "Succeeded"]


def test_jobs_of_the_past_have_lived(emulator: Emulator, wire: Wire, clock: ManualClock) -> None:
    job = emulator.store.create_job("old", created=clock.now() - 86400)
    shown = wire.ok("GET", f"/jobs/{job}")
    assert (shown["Status"], shown["Duration"]) == ("Succeeded", 60)
    assert [step["Status"] for step in shown["StatusHistory"]] == [
        *("Creating", "Queuing", "EnvPreparing", "Running", "Succeeded")
    ]
    queuing = emulator.store.create_job("waiting", created=clock.now() - 86400, status="Queuing")
    assert wire.ok("GET", f"/jobs/{queuing}")["Status"] == "Queuing"


def test_sums_of_what_is_requested(wire: Wire, clock: ManualClock) -> None:
    gpus = {"Type": "Worker", "PodCount": 2, "Image": "x", "EcsSpec": "ecs.gn6v-c8g1.16xlarge"}
    config = {"GPU": "4", "CPU": "8", "Memory": "64Gi"}
    quota = {"Type": "Master", "PodCount": 1, "Image": "x", "ResourceConfig": config}
    job = launch(wire, clock, JobSpecs=[gpus, quota])
    shown = wire.ok("GET", f"/jobs/{job}")
    assert (shown["RequestGPU"], shown["RequestCPU"], shown["RequestMemory"]) == (20.0, 136, 576.0)
    (listed,) = wire.ok("GET", "/jobs", JobId=job)["Jobs"]
    assert (listed["RequestGPU"], listed["RequestMemory"]) == ("20", "576")


def test_elastic_jobs_change_their_size_while_they_run(wire: Wire, clock: ManualClock) -> None:
    elastic = launch(wire, clock, 10, JobType="ElasticBatchJob")
    fixed = launch(wire, clock, 10)
    for job in (elastic, fixed):
        wire.ok("PUT", f"/jobs/{job}", {"JobSpecs": [{"Type": "Worker", "PodCount": 3}]})
    assert [len(wire.ok("GET", f"/jobs/{job}")["Pods"]) for job in (elastic, fixed)] == [3, 2]


def test_tokens_open_one_job_for_a_while(wire: Wire, clock: ManualClock) -> None:
    job, other = launch(wire, clock, 10), launch(wire, clock)
    token = wire.ok("GET", "/tokens", TargetId=job, TargetType="job", ExpireTime=60)["Token"]
    query = {"MetricType": "CpuCoreUsage", "Token": token}
    wire.ok("GET", f"/jobs/{job}/metrics", **query)
    assert wire.refused("GET", f"/jobs/{other}/metrics", **query) == (403, "Forbidden.AccessDenied")
    assert wire.refused("GET", f"/jobs/{job}/metrics", **{**query, "Token": token[:-2]})[0] == 403
    clock.advance(60)
    assert wire.refused("GET", f"/jobs/{job}/metrics", **query)[0] == 403
    assert wire.refused("GET", "/tokens", TargetId="dlc0", TargetType="job")[0] == 404
    assert wire.refused("GET", "/tokens", TargetId=job, TargetType="pod")[0] == 400


def test_dashboards_and_terminals(wire: Wire, clock: ManualClock) -> None:
    head = {"Type": "Head", "Image": "x", "EcsSpec": "ecs.g7.xlarge"}
    ray, plain = launch(wire, clock, JobType="RayJob", JobSpecs=[head]), launch(wire, clock)
    pod = f"/jobs/{plain}/pods/{plain}-worker-0/webterminal"
    assert wire.refused("GET", pod)[0] == 404
    clock.advance(10)
    assert wire.ok("GET", f"/jobs/{plain}/dashboard") == {"url": ""}
    shown = wire.ok("GET", f"/jobs/{ray}/rayDashboard")
    assert (shown["metricsEnabled"], "RequestId" in shown) == ("true", False)
    assert shown["url"].endswith(f"{ray}/")
    assert wire.refused("GET", f"/jobs/{ray}/dashboard", isShared="True")[0] == 400
    token = wire.ok("GET", "/tokens", TargetId=ray, TargetType="job")["Token"]
    assert wire.ok("GET", f"/jobs/{ray}/dashboard", isShared="True", token=token)["url"].endswith(token)
    assert wire.ok("GET", pod)["WebTerminalUrl"].startswith("wss://")
    clock.advance(100)
    assert wire.refused("GET", pod) == (400, "BadRequest")
    assert wire.ok("GET", f"/jobs/{ray}/dashboard") == {"url": ""}


def test_tags_of_jobs(wire: Wire, clock: ManualClock) -> None:
    job = launch(wire, clock)
    tag = {
        "RegionId": "cn-hangzhou",
        "ResourceType": "Job",
        "ResourceId": [job],
        "Tag": [{"Key": "team", "Value": "v"}],
    }
    wire.ok("POST", "/tags", tag)
    assert [item["JobId"] for item in wire.ok("GET", "/jobs", Tags='{"team":"v"}')["Jobs"]] == [job]
    wire.ok("DELETE", "/tags", ResourceType="Job", ResourceId=json.dumps([job]), TagKey='["team"]')
    assert wire.ok("GET", "/jobs", Tags='{"team":"v"}')["Jobs"] == []
    wrongs: list[dict[str, Any]] = [
        {"ResourceType": "Template"},
        {"Tag": [{"Key": "acs:x"}]},
        {"Tag": []},
        {"ResourceId": []},
    ]
    for wrong in wrongs:
        assert wire.refused("POST", "/tags", {**tag, **wrong})[0] == 400
