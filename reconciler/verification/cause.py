"""Why a verification did not pass, in words for people: its verdict, the likely cause and the last lines of its log."""

from __future__ import annotations

from collections.abc import Callable

from reconciler.errors import ReconcilerError
from reconciler.jobs.diagnosis import Caps, diagnose
from reconciler.jobs.hidden import Hiding
from reconciler.jobs.states import status_of
from reconciler.kinds.base import Site
from reconciler.model import JsonObject
from reconciler.verification.verdict import Verdict, described

LAST_LINES = 5
"""How many log lines a failed verification shows."""


def cause_of(site: Site, job: JsonObject, verdict: Verdict, hide: Callable[[str], str]) -> str:
    """Return why a job did not pass, without what is secret.

    Args:
        site: the workspace of the job.
        job: the job as the service shows it.
        verdict: what was concluded from it.
        hide: takes out of a text what is not to be shown.
    """
    told = hide(described(job, verdict))
    if status_of(job) == "Stopped":  # we stopped it, its limit or a person: nothing in the job is the cause
        return told
    try:
        found = diagnose(site, str(job["JobId"]), Caps(pods=1, lines=LAST_LINES))
    except ReconcilerError as error:
        return f"{told} (nothing more could be seen: {error.message})"
    causes = [f"likely cause: {cause.cause}. {cause.advice}".rstrip() for cause in found.causes[:1]]
    lines = [f"| {line}" for pod in found.pods for line in list(pod.logs)[-LAST_LINES:]]
    shown = Hiding.of_verification(job).answer("\n".join([told, *causes, *lines]))
    return hide(str(shown))
