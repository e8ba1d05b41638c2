"""Taking away what was left: jobs of attempts that no manifest asks for any more, and passed ones of killed runs.

asked for by no manifest, running    stopped: it costs, and its verdict would serve nobody
asked for by no manifest, passed     deleted
asked for and published              deleted, and stopped before where it runs: its proof is recorded, and what is left
                                     comes from a run that was killed; with `keep: always` it is only stopped
failed                               stays: it is the memory of what failed; `jobs clean --verify` deletes it
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from reconciler.errors import ReconcilerError
from reconciler.jobs.states import has_ended, has_succeeded, name_of
from reconciler.kinds.attempt import NAME_START, PROJECT_TAG, TEMPLATE_TAG, is_verification, tags_of
from reconciler.kinds.proof import Asked
from reconciler.model import VERIFY_TAG, JsonObject
from reconciler.verification.prover import Prover


def sweep(prover: Prover, project: str, asked: Collection[Asked], busy: Collection[str]) -> None:
    """Stop and delete jobs that no run continues with. A job that cannot be removed is reported, and is never an error.

    Args:
        prover: where the jobs are, and who takes them away; it says what became of each that was touched.
        project: jobs with the tag of another project are left alone.
        asked: what the manifests ask to be proved.
        busy: names of the templates whose default may not yet be what is asked: their jobs are not judged.
    """
    try:
        jobs = of_project(prover.jobs.all(), project)
        for job in jobs:
            if what := _to_do(job, asked, busy):
                _taken_away(prover, job, what)
    except ReconcilerError as error:
        prover.said("verifications", "", f"may be left over: {error.message}")


def of_project(rows: Collection[JsonObject], project: str) -> Iterator[JsonObject]:
    """Yield the verification jobs among rows of ListJobs that this project launched.

    Somebody may copy one under another name, tags included, to find out what failed; such a copy belongs to that
    person.
    """
    return (row for row in rows if is_verification(row) and tags_of(row).get(PROJECT_TAG) == project and _is_named(row))


def _is_named(job: JsonObject) -> bool:
    """Return whether a job has the name that its tag says."""
    start, _, number = str(job.get("DisplayName") or "").rpartition("-")
    return start.startswith(NAME_START) and start.endswith(f"-{tags_of(job)[VERIFY_TAG]}") and number.isdecimal()


def _to_do(job: JsonObject, asked: Collection[Asked], busy: Collection[str]) -> str:
    """Return what has to be done with one job: "stop", "delete" or nothing."""
    tags = tags_of(job)
    for each in asked:
        if each.attempt.is_of(job):
            if each.attempt.template in busy:
                return ""
            kept = each.attempt.spec.keep == "always"
            return "delete" if not kept else "" if has_ended(job) else "stop"
        if each.attempt.template == tags.get(TEMPLATE_TAG) and not each.is_exact:
            return ""  # the job may prove the version that is pinned
    if tags.get(VERIFY_TAG) in {each.attempt.short for each in asked}:
        return ""  # the job runs something else than its tag says, so we did not launch it
    if not has_ended(job):
        return "stop"
    return "delete" if has_succeeded(job) else ""


def _taken_away(prover: Prover, job: JsonObject, what: str) -> None:
    template, id = str(tags_of(job).get(TEMPLATE_TAG) or name_of(job)), str(job["JobId"])
    try:
        if what == "delete":
            prover.jobs.remove(job)
            prover.said(template, id, "deleted: nothing needs it any more")
        else:
            prover.jobs.stop(job)
            prover.said(template, id, "stopped: nothing waits for its verdict any more")
    except ReconcilerError as error:
        prover.said(template, id, f"stays: {error.message}")
