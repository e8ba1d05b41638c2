"""The likely cause: a pure table, and each way to fail from end to end."""

from __future__ import annotations

import re

import pytest

from reconciler.emulator import Emulator, ManualClock
from reconciler.jobs.diagnosis import Caps, as_document, diagnose
from reconciler.jobs.patterns import PATTERNS, Trace, likely_causes
from reconciler.kinds.base import Site

from .conftest import new_job


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        ("container terminated: OOMKilled", "more memory than its limit"),
        ("exited with code 137", "more memory than its limit"),
        ("RuntimeError: CUDA out of memory. Tried to allocate 20 MiB", "GPU memory"),
        ('Back-off pulling image "x"', "image cannot be pulled"),
        ("Warning FailedMount mount.nfs: access denied by server while mounting 10.0.0.1:/", "mounted: permission"),
        ("MountVolume.SetUp failed for volume: timed out", "cannot be mounted"),
        ("QuotaExceeded: no free GPU", "not enough resources"),
        ("0/12 nodes are available: 12 Insufficient nvidia.com/gpu", "not enough resources"),
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("Watchdog caught collective operation timeout: WorkNCCL(OpType=ALLREDUCE)", "NCCL time-out"),
        ("NCCL WARN Call to connect timed out", "NCCL time-out"),
        ("NVRM: Xid (PCI:0000:65:00): 79, GPU has fallen off the bus", "a GPU failed"),
        ("The spot instance was reclaimed", "spot instance was reclaimed"),
        ("Node cn-1 is not ready", "a node was lost"),
        ("ModuleNotFoundError: No module named 'x'", "module is missing"),
        ("bash: torchrn: command not found", "does not exist"),
        ("PermissionError: [Errno 13] Permission denied: '/root/x'", "permission denied"),
        ("DataLoader worker (pid 7) is killed by signal: Bus error", "shared memory"),
        ("JobMaxRunningTimeReached", "maximum running time"),
        ("ValueError: bad shape", "ended with an error"),
    ],
)
def test_known_lines(line: str, cause: str) -> None:
    found = likely_causes([Trace(where="logs", text="step 1 loss 2.0"), Trace(where="logs", text=line)])
    assert cause in found[0].cause
    assert found[0].trace.text == line


@pytest.mark.parametrize(
    "line", ["step 10 loss 1.5 error_rate 0.1", "Normal Started Started container.", "saved 137 files"]
)
def test_ordinary_lines_mean_nothing(line: str) -> None:
    assert likely_causes([Trace(where="logs", text=line)]) == ()


def test_the_general_cause_counts_only_alone() -> None:
    lines = ["Traceback (most recent call last):", "OSError: No space left on device", "exited with code 1"]
    causes = likely_causes([Trace(where="logs", text=line) for line in lines])
    assert [each.cause for each in causes] == ["the disk is full"]


def test_every_pattern_is_a_pattern_with_advice() -> None:
    assert len({pattern.cause for pattern in PATTERNS}) == len(PATTERNS)
    assert all(re.compile(pattern.words) and pattern.cause for pattern in PATTERNS)


@pytest.mark.parametrize(
    ("mishap", "cause"),
    [
        ("oom-killed", "OOMKilled"),
        ("cuda-oom", "GPU memory"),
        ("nccl-timeout", "NCCL"),
        ("disk-full", "disk is full"),
        ("program-error", "module is missing"),
        ("spot-reclaimed", "spot instance"),
        ("node-lost", "node was lost"),
        ("image-pull", "image cannot be pulled"),
        ("mount-denied", "permission denied"),
        ("quota", "not enough resources"),
    ],
)
def test_each_mishap_is_recognised(site: Site, emulator: Emulator, clock: ManualClock, mishap: str, cause: str) -> None:
    job = new_job(emulator, body={"Envs": {"EMULATOR_MISHAP": mishap}, "ResourceId": "quota1"})
    clock.advance(40)
    emulator.clear_log()
    found = diagnose(site, job, Caps(pods=1))
    assert cause in found.causes[0].cause
    pods = ["GetPodLogs", "GetPodEvents"] if found.job["Pods"] else []
    assert emulator.calls() == ["GetJob", "GetJobEvents", *pods]


def test_it_is_capped_and_failed_pods_come_first(site: Site, emulator: Emulator, clock: ManualClock) -> None:
    job = new_job(emulator, body={"Envs": {"EMULATOR_MISHAP": "spot-reclaimed"}})
    clock.advance(40)
    document = as_document(diagnose(site, job, Caps(events=2, lines=3, pods=1)))
    (pod,) = document["Pods"]
    assert pod["PodId"].endswith("worker-1")
    assert (len(document["Events"]), len(pod["Logs"]), len(pod["Events"])) == (2, 3, 2)
    assert document["PodsLeftOut"] == 1


def test_a_healthy_job_has_no_cause(site: Site, emulator: Emulator, clock: ManualClock) -> None:
    job = new_job(emulator)
    clock.advance(100)
    assert diagnose(site, job, Caps()).causes == ()
