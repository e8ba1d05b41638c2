"""Makes jobs safe to show: what their template took from the environment is hidden in them too.

A job has a copy of its template's values and does not say which of them are secret; the template's marks do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field

from reconciler.errors import Forbidden, NotFound
from reconciler.jobs.lookup import row_of
from reconciler.kinds.attempt import SENSITIVE_TAG, tags_of
from reconciler.kinds.base import Site
from reconciler.kinds.jobtemplate.answers import live_summary
from reconciler.kinds.jobtemplate.operations import GET_JOB_TEMPLATE
from reconciler.live.parallel import side_by_side
from reconciler.model import FieldPath, JsonObject, JsonValue
from reconciler.model.paths import is_list, lookup
from reconciler.model.quick import dataclass
from reconciler.secrets.record import EVERYTHING, job_paths, recorded
from reconciler.secrets.trees import redact, redact_text

_COPIED = ("CustomEnvs", "Envs", "JobSpecs", "Settings", "UserCommand")
"""The fields that are hidden in a job whose template we may not read."""


@dataclass(frozen=True, slots=True)
class Hiding:
    """What must not be shown of one job: fields, and their values wherever else they appear, such as in its logs."""

    paths: frozenset[FieldPath] = frozenset()
    values: frozenset[str] = field(default=frozenset(), repr=False)

    @classmethod
    def of(cls, job: JsonObject, recorded: frozenset[FieldPath]) -> Hiding:
        """Hide these paths, which are recorded at the template of the job."""
        paths = frozenset((key,) for key in _COPIED) if recorded == EVERYTHING else job_paths(recorded, job)
        return cls(paths, frozenset(text for path in paths for text in _texts(lookup(job, path))))

    @classmethod
    def of_verification(cls, job: JsonObject) -> Hiding:
        """Hide the paths that the tag of a verification job names."""
        return cls.of(job, _tagged(job))

    def job(self, job: JsonObject) -> JsonObject:
        """Return the job itself, safe to show."""
        shown: JsonObject = self.answer(redact(job, sensitive=self.paths) if self.paths else job)
        return shown

    def answer(self, tree: JsonValue) -> JsonValue:
        """Return another answer about the job, safe to show."""
        if not self.values:
            return tree
        if isinstance(tree, str):
            return redact_text(tree, self.values)
        if isinstance(tree, Mapping):
            return {key: self.answer(value) for key, value in tree.items()}
        return [self.answer(value) for value in tree] if is_list(tree) else tree


def hiding(site: Site, job: JsonObject) -> Hiding:
    """Return what must not be shown of a job. GetJob does not name the template, so ListJobs is asked for it.

    Raises:
        ServiceError: a call failed.
    """
    if not any(job.get(name) for name in _COPIED):
        return Hiding()
    id = str(job["JobId"])
    template = str(row_of(site, id).get("TemplateId") or "")
    return Hiding.of(job, _recorded(site, [template]).get(template, frozenset()) | _tagged(job))


def all_fit_to_show(site: Site, rows: Iterable[JsonObject]) -> list[JsonObject]:
    """Return rows of ListJobs, safe to show. Each template is read once."""
    rows = list(rows)
    of_templates = _recorded(site, [str(row.get("TemplateId") or "") for row in rows])

    def hidden(row: JsonObject) -> Hiding:
        return Hiding.of(row, of_templates.get(str(row.get("TemplateId") or ""), frozenset()) | _tagged(row))

    return [hidden(row).job(row) for row in rows]


def _tagged(job: JsonObject) -> frozenset[FieldPath]:
    """Return the paths that the tag of a verification job names. Such a job names no template."""
    return recorded(str(tags_of(job).get(SENSITIVE_TAG) or ""))


def _recorded(site: Site, templates: Iterable[str]) -> Mapping[str, frozenset[FieldPath]]:
    """Return the sensitive paths of each template: everything for one that we may not read, nothing for one that is
    gone."""

    def look(template: str) -> tuple[str, frozenset[FieldPath]]:
        try:
            return template, live_summary(site.service.call(GET_JOB_TEMPLATE, template)).sensitive
        except Forbidden:
            return template, EVERYTHING
        except NotFound:
            return template, frozenset()

    wanted = sorted({template for template in templates if template})
    return dict(side_by_side(look, wanted, width=site.service.calls_in_flight))


def _texts(tree: JsonValue) -> Iterator[str]:
    """Yield the texts in a value, and the lines of longer ones, because logs show a command line by line."""
    if isinstance(tree, str):
        yield from (tree, *(line.strip() for line in tree.splitlines()))
    elif isinstance(tree, Mapping):
        for value in tree.values():
            yield from _texts(value)
    elif is_list(tree):
        for value in tree:
            yield from _texts(value)
