"""`--follow`: shows a job's states and log lines as they come; the exit code tells how the job ended."""

from __future__ import annotations

import json
import sys

from reconciler.cli.options.site import SiteOptions
from reconciler.jobs.hidden import hiding
from reconciler.jobs.lookup import get_job
from reconciler.jobs.states import has_succeeded, status_of
from reconciler.jobs.watch import Change, follow
from reconciler.kinds.base import Site
from reconciler.model import JsonObject
from reconciler.render.jobs.watching import shown_line
from reconciler.render.style import visible
from reconciler.secrets.trees import redact, redact_text


def follow_job(site: Site, job_id: str, at: SiteOptions, *, pod: str = "") -> int:
    """Print what happens until the job has ended, and return 0 when it succeeded, else 1.

    The text format has a line for each state and each log line. The other formats have a JSON object in each line,
    because the end is not known when the first one is written.
    """
    code = 1
    hidden = hiding(site, get_job(site, job_id))
    for item in follow(site, job_id, pod):
        if isinstance(item, Change):
            code = 0 if has_succeeded(item.job) else 1
            _print_change(hidden.job(item.job), at)
        elif at.answer.format == "text":
            if item.has_gap:
                _write(f"[{item.pod_id}] … lines in between came too fast and were not seen")
            for line in hidden.answer(item.lines):
                _write(f"[{visible(item.pod_id)}] {shown_line(redact_text(line))}")
        else:
            _write(json.dumps(redact({"PodId": item.pod_id, "Logs": hidden.answer(item.lines), "Gap": item.has_gap})))
    return code


def _print_change(job: JsonObject, at: SiteOptions) -> None:
    if at.answer.format != "text":
        fields = ("JobId", "DisplayName", "Status", "ReasonCode", "ReasonMessage")
        _write(json.dumps(redact({field: job[field] for field in fields if field in job}), ensure_ascii=False))
        return
    palette = at.output.palette
    reason = ": ".join(str(job[key]) for key in ("ReasonCode", "ReasonMessage") if job.get(key))
    colour = palette.good if has_succeeded(job) else palette.bad if status_of(job) == "Failed" else palette.bold
    status = palette.paint(colour, visible(status_of(job)))
    _write(f"{visible(str(job.get('JobId')))} is {status}{f' ({visible(redact_text(reason))})' if reason else ''}")


def _write(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
