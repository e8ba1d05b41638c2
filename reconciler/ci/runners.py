"""CI systems that are no code hosts: a job runs there, and its repository is elsewhere (`--platform` says where)."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.ci.platform import Job


def runner_job(environ: Mapping[str, str]) -> Job | None:
    """Return the job of such a system; None where the environment is of none.

    Jenkins sets the variables of its Git plugin and of multibranch projects (its documentation, "Pipeline: Global
    variables", BRANCH_NAME, CHANGE_ID, BUILD_TAG, BUILD_URL; Git plugin, GIT_COMMIT).
    """
    if not environ.get("JENKINS_URL"):
        return None
    number, commit = environ.get("CHANGE_ID", ""), environ.get("GIT_COMMIT", "")
    is_request = number.isascii() and number.isdigit()
    name, build = environ.get("JOB_NAME", ""), environ.get("BUILD_NUMBER", "")
    return Job(
        number=int(number) if is_request else None,
        commit=commit,
        head=commit,
        branch="" if is_request else environ.get("BRANCH_NAME", ""),
        run=f"{name} #{build}" if build else "",
        run_url=environ.get("BUILD_URL", ""),
    )
