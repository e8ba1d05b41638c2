"""Taking away what was left: jobs of attempts that no manifest asks for any more, and passed ones of killed runs.

asked for by no manifest, running    stopped: it costs, and its verdict would serve nobody
asked for by no manifest, passed     deleted
asked for, passed, nothing to do     deleted: its proof is recorded, and only a killed run leaves it behind
failed                               stays: it is the memory of what failed; `jobs clean --verify` deletes it
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from reconciler.errors import ReconcilerError
from reconciler.jobs.states import has_ended, has_succeeded, name_of
from reconciler.kinds.proof import PROJECT_TAG, Asked, is_verification, tags_of
from reconciler.model import VERIFY_TAG, JsonObject
from reconciler.verification.prover import Prover


def sweep(prover: Prover, project: str, asked: Collection[Asked], busy: Collection[str]) -> None:
    """Stop and delete what no run goes on with; what cannot be taken away is told, and never an error.

    Args:
        prover: where the jobs are, and who takes them away; it says what became of each that was touched.
        project: jobs with the tag of another project are left alone.
        asked: what the manifests ask to be proved.
        busy: names of the templates for which this run had something to do: their jobs are not judged.
    """
    try:
        jobs = of_project(prover.all_jobs(), project)
        for job in jobs:
            if what := _to_do(job, asked, busy):
                _taken_away(prover, job, what)
    except ReconcilerError as error:
        prover.said("verifications", "", f"may be left over: {error.message}")


def of_project(rows: Collection[JsonObject], project: str) -> Iterator[JsonObject]:
    """The verification jobs among rows of ListJobs that this project launched."""
    return (row for row in rows if is_verification(row) and tags_of(row).get(PROJECT_TAG) == project)


def _to_do(job: JsonObject, asked: Collection[Asked], busy: Collection[str]) -> str:
    """What is to be done with one job: "stop", "delete" or nothing."""
    name = str(job.get("DisplayName") or "")
    for each in asked:
        if each.attempt.is_of(job):
            done = has_succeeded(job) and each.attempt.template not in busy and each.attempt.spec.keep != "always"
            return "delete" if done else ""
        if not each.is_exact and name.startswith(each.attempt.name_start.removesuffix(f"{each.attempt.short}-")):
            return ""  # it may prove the version that is pinned
    if tags_of(job).get(VERIFY_TAG) in {each.attempt.short for each in asked}:
        return ""
    if not has_ended(job):
        return "stop"
    return "delete" if has_succeeded(job) else ""


def _taken_away(prover: Prover, job: JsonObject, what: str) -> None:
    id = str(job["JobId"])
    try:
        if what == "delete":
            prover.remove(job)
            prover.said(name_of(job), id, "deleted: its proof is not needed any more")
        else:
            prover.stop(job)
            prover.said(name_of(job), id, "stopped: no manifest asks for it any more")
    except ReconcilerError as error:
        prover.said(name_of(job), id, f"stays: {error.message}")
