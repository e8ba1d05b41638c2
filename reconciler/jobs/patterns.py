"""Known causes of trouble, by the traces that they leave in reasons, events and logs: a table and one pure function.

The order is the order of preference: a cause that explains others comes first. Patterns are plain words of Kubernetes,
NCCL, CUDA and the service, searched without case.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from reconciler.model.quick import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """One known cause."""

    cause: str
    words: str
    """A regular expression on one line."""
    advice: str
    is_general: bool = False
    """Whether it only says that something went wrong, so that it counts when nothing better is found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """One line that was examined, and where it stands: "reason", "events", "logs of X", "events of X"."""

    where: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """A likely cause, with the line that indicates it."""

    cause: str
    advice: str
    trace: Trace
    count: int
    """How many lines indicate it."""


PATTERNS: tuple[Pattern, ...] = (
    Pattern(
        cause="the spot instance was reclaimed",
        words=r"spot.{0,40}(reclaim|interrupt|releas)|preempt(ed|ion) by (a )?higher|SpotInstanceReclaimed",
        advice="Launch again; save checkpoints, raise the price limit, or use instances that are not spot.",
    ),
    Pattern(
        cause="the container used more memory than its limit (OOMKilled)",
        words=r"OOM ?Kill|exit(ed)?( with)? code:? 137|out of memory: kill(ed)? process|\bMemoryError\b",
        advice="Ask for more memory (EcsSpec or ResourceConfig.Memory), or lower the workers and the batch size.",
    ),
    Pattern(
        cause="the GPU memory was exhausted (CUDA out of memory)",
        words=r"CUDA out of memory|CUBLAS_STATUS_ALLOC_FAILED|torch\.OutOfMemoryError|cudaErrorMemoryAllocation",
        advice="Lower the batch size, accumulate gradients, or use GPUs with more memory.",
    ),
    Pattern(
        cause="the shared memory was exhausted",
        words=r"DataLoader worker .{0,60}killed by signal: Bus error|insufficient shared memory",
        advice="Raise ResourceConfig.SharedMemory, or lower the number of DataLoader workers.",
    ),
    Pattern(
        cause="the image cannot be pulled",
        words=r"ImagePullBackOff|ErrImagePull|failed to pull image|Back-off pulling image|ImagePullFailed|"
        r"manifest( for \S+)? (unknown|not found)|pull access denied",
        advice="Check the image's address and tag, that it is in this region, and ImageConfig for private registries.",
    ),
    Pattern(
        cause="a data source cannot be mounted: permission denied",
        words=r"mount.{0,120}(permission denied|access ?denied|forbidden)|"
        r"(permission denied|access ?denied).{0,80}mount",
        advice="Check the dataset's RAM role and authorisation, the mount target's VPC and its permission group.",
    ),
    Pattern(
        cause="a data source cannot be mounted",
        words=r"FailedMount|MountVolume\.\w+ failed|MountFailed|mount\.nfs: .*|unable to (attach or )?mount volumes",
        advice="Check that the data source exists, its region and its VPC.",
    ),
    Pattern(
        cause="the quota or the market has not enough resources",
        words=r"QuotaExceeded|Insufficient ?Quota|exceed(s|ed)? (the )?quota|not enough free|OutOfStock|NoStock|"
        r"insufficient (nvidia|gpu|cpu|memory|resources?)|FailedScheduling",
        advice="Wait, lower what is asked for, raise the priority on a quota, or take another EcsSpec "
        "(`dlc-reconciler discover ecs-specs --available`).",
    ),
    Pattern(
        cause="the disk is full",
        words=r"no space left on device|Errno 28\b|ephemeral-storage|DiskPressure|disk quota exceeded",
        advice="Write checkpoints to a mounted data source, or raise SystemDisk.Size.",
    ),
    Pattern(
        cause="the pods lost each other (NCCL time-out)",
        words=r"NCCL.{0,120}(time(d)? ?-?out|unhandled system error|remote process exited)|"
        r"Watchdog caught collective operation time-?out|DistBackendError|Socket timeout.{0,40}rendezvous",
        advice="Look for the pod that failed first; check RDMA (Settings.EnableRDMA), NCCL_SOCKET_IFNAME, "
        "and run with Settings.EnableSanityCheck.",
    ),
    Pattern(
        cause="a GPU failed",
        words=r"\bXid\b|uncorrectable ECC error|GPU has fallen off the bus|CUDA error: (an illegal|unspecified launch)",
        advice="Launch again with Settings.EnableSanityCheck; when it happens on one node, exclude that node.",
    ),
    Pattern(
        cause="a node was lost",
        words=r"NodeNotReady|NodeLost|node \S+ is not ready|\bEvicted\b",
        advice="Launch again, or let the service restart it (Settings.EnableErrorMonitoringInAIMaster).",
    ),
    Pattern(
        cause="a Python module is missing from the image",
        words=r"ModuleNotFoundError: .*|ImportError: .*",
        advice="Add it to ThirdpartyLibs or to the image.",
    ),
    Pattern(
        cause="a file or command does not exist",
        words=r"FileNotFoundError: .*|can't open file|: command not found|No such file or directory|code 127\b",
        advice="Check UserCommand, the mount paths and CodeSource.",
    ),
    Pattern(
        cause="permission denied",
        words=r"\bPermission denied\b|PermissionError|AccessDenied|code 126\b",
        advice="Check the rights of the files and of the RAM role.",
    ),
    Pattern(
        cause="the job reached its maximum running time",
        words=r"JobMaxRunningTime|maximum running time|DeadlineExceeded",
        advice="Raise JobMaxRunningTimeMinutes.",
    ),
    Pattern(
        cause="somebody stopped the job",
        words=r"JobStoppedByUser|stopped by user",
        advice="",
    ),
    Pattern(
        cause="the program ended with an error",
        words=r"Traceback \(most recent call last\)|exit(ed)?( with)? (exit )?code:? [1-9][0-9]*|"
        r"\b\w*(Error|Exception): .*",
        advice="Read the last log lines: `dlc-reconciler jobs logs`.",
        is_general=True,
    ),
)


def likely_causes(traces: Sequence[Trace], patterns: Iterable[Pattern] = PATTERNS) -> tuple[Cause, ...]:
    """Return the causes that the traces indicate, the most likely first; empty when none is known."""
    found: list[Cause] = []
    for pattern in sorted(patterns, key=lambda each: each.is_general):
        if pattern.is_general and found:
            break
        words = re.compile(pattern.words, re.IGNORECASE)
        speaking = [trace for trace in traces if words.search(trace.text[:2000])]
        if speaking:
            found.append(Cause(cause=pattern.cause, advice=pattern.advice, trace=speaking[0], count=len(speaking)))
    return tuple(found)
