"""How jobs look in the answers of GetJob and ListJobs: what runs now, times, pods and restarts."""

from __future__ import annotations

from collections.abc import Sequence

from . import job_life, jobs, pods, telemetry
from .clock import show_seconds
from .job_life import Progress
from .jobs import Job
from .pods import Pod
from .resources import Offers, requested
from .service import Service
from .wire import JsonObject, present

_COPIED = (
    "CodeSource", "CredentialConfig", "ElasticSpec", "Envs", "JobSpecs", "JobType", "SchedulingStrategy", "Settings",
    "ThirdpartyLibDir", "ThirdpartyLibs", "UserCommand", "DisplayName",
)  # fmt: skip


def details(job: Job, service: Service) -> JsonObject:
    """Return the fields that GetJob and ListJobs share."""
    now = service.clock.now()
    progress = job_life.progress(job, now, service.profile)
    replicas = pods.replicas(job, progress)
    culprit = next((each[-1] for each in replicas if each[-1].is_culprit), None)
    code, message = telemetry.reason(job, progress, culprit)
    answer = present(
        Accessibility=job.body.get("Accessibility", "PRIVATE"),
        DataSources=[pick(source, "DataSourceId", "MountPath", "Uri") for source in job.body.get("DataSources", ())],
        JobId=job.id,
        JobReplicaStatuses=_replica_statuses(replicas),
        Pods=[pods.show(incarnations, now) for incarnations in replicas],
        Priority=jobs.settled_priority(job, now),
        ReasonCode=code,
        ReasonMessage=message,
        ResourceId=job.body.get("ResourceId", ""),
        ResourceType="ECS",
        RestartTimes=f"{max((len(each) for each in replicas), default=1) - 1}/10",
        Status=progress.status,
        StatusHistory=[
            present(Status=state, StartTime=show_seconds(since), EndTime=None if until is None else show_seconds(until))
            for state, since, until in progress.history()
        ],
        SubStatus="Restarting" if progress.status == "Restarting" else "",
        TenantId=service.profile.tenant_id,
        UserId=job.user,
        WorkspaceId=job.workspace,
    )
    return {**pick(job.body, *_COPIED), **answer, **_times(job, progress, now)}


def _times(job: Job, progress: Progress, now: float) -> JsonObject:
    finished, running = progress.finished, progress.entered("Running")
    ended = {"Succeeded": "GmtSuccessedTime", "Failed": "GmtFailedTime", "Stopped": "GmtStoppedTime"}
    times = present(
        Duration=int((now if finished is None else finished) - running) if running is not None else 0,
        GmtCreateTime=show_seconds(job.created),
        GmtFinishTime=None if finished is None else show_seconds(finished),
        GmtRunningTime=None if running is None else show_seconds(running),
        GmtSubmittedTime=show_seconds(job.created),
    )
    return times if finished is None else {**times, ended[progress.status]: show_seconds(finished)}


def _replica_statuses(replicas: Sequence[Sequence[Pod]]) -> list[JsonObject]:
    newest = [incarnations[-1] for incarnations in replicas]
    return [
        {"Type": role, "Active": sum(pod.role == role and pod.status == "Running" for pod in newest)}
        for role in sorted({pod.role for pod in newest})
    ]


def pick(source: JsonObject, *names: str) -> JsonObject:
    """Return those of the named fields that are there."""
    return {name: source[name] for name in names if name in source}


def item(job: Job, service: Service, offers: Offers) -> JsonObject:
    """Return a job as one item of ListJobs."""
    sums = requested(job, offers)
    return {
        **details(job, service),
        **present(
            IsDeleted=False,
            JobMaxRunningTimeMinutes=job.body.get("JobMaxRunningTimeMinutes"),
            NodeCount=str(sum(spec.get("PodCount", 1) for spec in job.body["JobSpecs"])),
            RequestCPU=int(sums["CPU"]),
            RequestGPU=f"{sums['GPU']:g}",
            RequestMemory=f"{sums['Memory']:g}",
            TemplateId=job.template,
            TemplateName=job.template_name,
            Username="emulator",
        ),
    }


def restarts(job: Job, service: Service) -> list[JsonObject]:
    """Return the restarts that a job went through, as GetJob shows them, oldest first."""
    steps = job_life.progress(job, service.clock.now(), service.profile).history()
    spans = [(since, until) for state, since, until in steps if state == "Restarting"]
    return [
        present(
            JobRestartCount=number,
            OccurPhase="Running",
            OccurTime=show_seconds(since),
            Reason=job.mishap.message.format(node="", pod="", image="") if job.mishap else "",
            RestartDurationInSec=None if until is None else int(until - since),
            RestartStatus="Restarting" if until is None else "Succeeded",
        )
        for number, (since, until) in enumerate(spans, start=1)
    ]
