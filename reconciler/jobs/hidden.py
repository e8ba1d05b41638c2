"""Jobs fit to be shown: what their template took from the environment is hidden in them too.

A job has a copy of its template's values and nothing that says which of them are secret; the template's marks do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from reconciler.errors import Forbidden, NotFound
from reconciler.jobs.workplace import Workplace
from reconciler.kinds.jobtemplate.canonical import live_summary
from reconciler.kinds.jobtemplate.read import THE_BEGINNING
from reconciler.kinds.secrets import SENSITIVE, redact
from reconciler.kinds.sensitive import EVERYTHING, job_paths
from reconciler.live.operations import GET_JOB_TEMPLATE, LIST_JOBS
from reconciler.live.parallel import side_by_side
from reconciler.model import FieldPath, JsonObject

_COPIED = ("CustomEnvs", "Envs", "JobSpecs", "Settings", "UserCommand")
"""What is hidden of a job whose template may not be read."""


def fit_to_show(place: Workplace, job: JsonObject) -> JsonObject:
    """One job; GetJob does not name the template, so ListJobs is asked for it."""
    if not any(job.get(field) for field in _COPIED):
        return job
    rows = place.service.rows(
        LIST_JOBS, WorkspaceId=place.workspace_id, StartTime=THE_BEGINNING, JobIds=str(job["JobId"])
    )
    template = next((str(row.get("TemplateId") or "") for row in rows if row["JobId"] == job["JobId"]), "")
    return _shown(job, _recorded(place, [template]).get(template, frozenset()))


def all_fit_to_show(place: Workplace, rows: Iterable[JsonObject]) -> list[JsonObject]:
    """Rows of ListJobs; each template is looked at once."""
    rows = list(rows)
    recorded = _recorded(place, [str(row.get("TemplateId") or "") for row in rows])
    return [_shown(row, recorded.get(str(row.get("TemplateId") or ""), frozenset())) for row in rows]


def _recorded(place: Workplace, templates: Iterable[str]) -> Mapping[str, frozenset[FieldPath]]:
    """The sensitive paths of each template; everything for one that may not be read, nothing for one that is gone."""

    def look(template: str) -> tuple[str, frozenset[FieldPath]]:
        try:
            return template, live_summary(place.service.call(GET_JOB_TEMPLATE, template)).sensitive
        except Forbidden:
            return template, EVERYTHING
        except NotFound:
            return template, frozenset()

    wanted = sorted({template for template in templates if template})
    return dict(side_by_side(look, wanted, width=place.service.calls_in_flight))


def _shown(job: JsonObject, sensitive: frozenset[FieldPath]) -> JsonObject:
    if sensitive == EVERYTHING:
        return {key: SENSITIVE if key in _COPIED else value for key, value in job.items()}
    shown: JsonObject = redact(job, sensitive=job_paths(sensitive, job)) if sensitive else job
    return shown
