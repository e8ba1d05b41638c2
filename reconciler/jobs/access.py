"""Gives people access to jobs: sanity checks, dashboards, web terminals, sharing tokens.

The addresses and tokens in these answers are secrets of the person who asked; they are shown and never logged.
"""

from __future__ import annotations

from reconciler.errors import ReconcilerError
from reconciler.jobs.lookup import get_job
from reconciler.jobs.states import name_of, status_of
from reconciler.jobs.watch import pods_of
from reconciler.kinds.base import Site
from reconciler.live.operations import (
    GET_DASHBOARD,
    GET_RAY_DASHBOARD,
    GET_SANITY_CHECK_RESULT,
    GET_TOKEN,
    GET_WEB_TERMINAL,
    LIST_SANITY_CHECK_RESULTS,
)
from reconciler.live.port import Operation
from reconciler.model import JsonObject

PHASES = ("CheckInit", "DeviceCheck", "SingleNodeCommCheck", "TwoNodeCommCheck", "AllNodeCommCheck")
LONGEST_SHARE = 604_800
"""Seconds. The service shares a TensorBoard for a week at most, and a job for a week unless another time is given."""


def sanity_checks(site: Site, job_id: str) -> JsonObject:
    """Return all sanity checks of a job: ListJobSanityCheckResults' answer, with at least one check.

    Raises:
        ReconcilerError: there is none; the message says why.
    """
    job = get_job(site, job_id)
    answer = site.service.call(LIST_SANITY_CHECK_RESULTS, job_id, Order="asc")
    if not any(answer["SanityCheckResults"]):
        asked = (job.get("Settings") or {}).get("EnableSanityCheck")
        why = f"it is {status_of(job)}" if asked else "it was launched without Settings.EnableSanityCheck"
        raise ReconcilerError(f"{name_of(job)} has no sanity check: {why}")
    return answer


def sanity_check(site: Site, job_id: str, number: int, phase: str) -> JsonObject:
    """Return one sanity check, or one phase of it: GetJobSanityCheckResult's answer.

    Raises:
        ReconcilerError: there is no such check, or it has not come to that phase.
    """
    count = len(sanity_checks(site, job_id)["SanityCheckResults"])
    if number > count:
        raise ReconcilerError(f"{job_id} has {count} sanity check{'s' if count != 1 else ''}, not {number}")
    fields = {"SanityCheckPhase": phase} if phase else {}
    answer = site.service.call(GET_SANITY_CHECK_RESULT, job_id, SanityCheckNumber=number, **fields)
    if not answer["SanityCheckResult"]:
        raise ReconcilerError(f"sanity check {number} of {job_id} has no phase {phase}")
    return answer


def dashboard(site: Site, job_id: str, *, share: bool) -> JsonObject:
    """Return the answer of GetDashboard, which has an address."""
    return _dashboard(site, GET_DASHBOARD, get_job(site, job_id), share=share)


def ray_dashboard(site: Site, job_id: str, *, share: bool) -> JsonObject:
    """Return the answer of GetRayDashboard, which has an address.

    Raises:
        ReconcilerError: the job is no RayJob (nothing is asked then), or its dashboard is not up.
    """
    job = get_job(site, job_id)
    if job.get("JobType") != "RayJob":
        raise ReconcilerError(f"{name_of(job)} is a {job.get('JobType')}; only a RayJob has a Ray dashboard")
    return _dashboard(site, GET_RAY_DASHBOARD, job, share=share)


def _dashboard(site: Site, operation: Operation, job: JsonObject, *, share: bool) -> JsonObject:
    shared = {"isShared": True, "token": token(site, job["JobId"], "job", LONGEST_SHARE)["Token"]} if share else {}
    answer = site.service.call(operation, job["JobId"], **shared)
    if not answer["url"]:
        kind = job.get("JobType")
        why = f"it is {status_of(job)}" if kind == "RayJob" else f"it is a {kind}, and as a rule only a RayJob has one"
        raise ReconcilerError(f"{name_of(job)} has no dashboard: {why}")
    return answer


def terminal(site: Site, job_id: str, pod: str, *, share: bool) -> JsonObject:
    """Return the answer of GetWebTerminal: an address that works for thirty seconds.

    Raises:
        ReconcilerError: the job or the pod is not running.
    """
    job = get_job(site, job_id)
    if status_of(job) != "Running":
        raise ReconcilerError(f"{name_of(job)} is {status_of(job)}; a terminal needs a running job")
    chosen = pods_of(job, pod)[0]
    if chosen.get("Status") != "Running":
        raise ReconcilerError(f"pod {chosen['PodId']} is {chosen.get('Status')}; a terminal needs a running pod")
    uid = {"PodUid": chosen["PodUid"]} if chosen.get("PodUid") else {}
    answer = site.service.call(GET_WEB_TERMINAL, job_id, chosen["PodId"], IsShared=share, **uid)
    return {**answer, "PodId": chosen["PodId"]}


def token(site: Site, target_id: str, kind: str, seconds: int) -> JsonObject:
    """Return the answer of GetToken: a token that lets others see a job or a TensorBoard for so many seconds.

    Raises:
        ReconcilerError: the job is not of this workspace.
        ServiceError: the call failed.
    """
    if kind == "job":
        get_job(site, target_id)
    return site.service.call(GET_TOKEN, TargetId=target_id, TargetType=kind, ExpireTime=seconds)
