"""What can go wrong with a job, and the traces that it leaves: reason, events, last log lines.

The environment variable EMULATOR_MISHAP of a job names its mishap, so that any client, a seed document and a template
can all ask for one. The module holds data; `jobs` and `telemetry` use it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

VARIABLE = "EMULATOR_MISHAP"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mishap:
    """One way to fail; texts may hold `{pod}`, `{image}` and `{node}`."""

    phase: str = "Running"
    """The job state in which it happens."""
    ends_in: str = "Failed"
    """The state that follows: Failed, Restarting (the job recovers), or the same phase again (it stays there)."""
    code: str = "PodFailed"
    """The reason that GetJob shows."""
    message: str = "Pod {pod} failed: container exited with code 1."
    """The message beside the reason."""
    job_events: tuple[str, ...] = ()
    pod_events: tuple[str, ...] = ()
    log: tuple[str, ...] = ()
    evicts: bool = False


MISHAPS: Mapping[str, Mishap] = MappingProxyType(
    {
        "oom-killed": Mishap(
            message="Pod {pod} failed: container exited with code 137, reason OOMKilled.",
            job_events=("Warning PodFailed Pod {pod} failed with exit code 137 (OOMKilled).",),
            pod_events=("Warning OOMKilled Container was killed because it used more memory than its limit.",),
            log=("Killed",),
        ),
        "cuda-oom": Mishap(
            job_events=("Warning PodFailed Pod {pod} failed with exit code 1.",),
            log=(
                "Traceback (most recent call last):",
                '  File "train.py", line 88, in <module>',
                "torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB.",
            ),
        ),
        "nccl-timeout": Mishap(
            message="Pod {pod} failed: container exited with code 6.",
            job_events=("Warning PodFailed Pod {pod} failed with exit code 6.",),
            log=(
                "[rank0]: Watchdog caught collective operation timeout: WorkNCCL(OpType=ALLREDUCE, Timeout(ms)=600000)",
                "terminate called after throwing an instance of 'c10::DistBackendError'",
            ),
        ),
        "disk-full": Mishap(
            job_events=("Warning PodFailed Pod {pod} failed with exit code 1.",),
            pod_events=("Warning EvictionThresholdMet Attempting to reclaim ephemeral-storage on {node}.",),
            log=("OSError: [Errno 28] No space left on device: '/root/checkpoint.pt'",),
        ),
        "program-error": Mishap(
            job_events=("Warning PodFailed Pod {pod} failed with exit code 1.",),
            log=(
                "Traceback (most recent call last):",
                '  File "train.py", line 3, in <module>',
                "ModuleNotFoundError: No module named 'transformers'",
            ),
        ),
        "spot-reclaimed": Mishap(
            code="SpotInstanceReclaimed",
            message="The spot instance of pod {pod} was reclaimed.",
            job_events=("Warning SpotInstanceReclaimed The spot instance of pod {pod} was reclaimed.",),
            pod_events=("Warning Evicted The node {node} is a spot instance that is being released.",),
            evicts=True,
        ),
        "node-lost": Mishap(
            ends_in="Restarting",
            code="NodeNotReady",
            message="Node {node} is not ready; the job restarts.",
            job_events=(
                "Warning NodeNotReady Node {node} of pod {pod} is not ready.",
                "Normal Restarting Job restarts.",
            ),
            pod_events=("Warning NodeNotReady Node {node} is not ready.",),
        ),
        "image-pull": Mishap(
            phase="EnvPreparing",
            code="ImagePullFailed",
            message="Pod {pod}: image {image} cannot be pulled.",
            job_events=("Warning ImagePullFailed Pod {pod} cannot pull its image.",),
            pod_events=(
                'Warning Failed Failed to pull image "{image}": not found.',
                "Warning Failed Error: ErrImagePull",
                'Warning BackOff Back-off pulling image "{image}" (ImagePullBackOff)',
            ),
        ),
        "mount-denied": Mishap(
            phase="EnvPreparing",
            code="MountFailed",
            message="Pod {pod}: a data source cannot be mounted.",
            job_events=("Warning MountFailed Pod {pod} cannot mount a data source.",),
            pod_events=("Warning FailedMount MountVolume.SetUp failed: mount.nfs: Permission denied (AccessDenied)",),
        ),
        "quota": Mishap(
            phase="Queuing",
            ends_in="Queuing",
            code="QuotaExceeded",
            message="The quota has not enough free GPU: requested 8, available 2.",
            job_events=("Warning InsufficientQuota Quota has not enough free GPU: requested 8, available 2.",),
        ),
    }
)
