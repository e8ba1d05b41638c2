"""TensorBoards whose job comes from a template: which job that is, and whether a live board already shows a job of it.

A board takes the newest job when it is made and keeps it. Launching a job is no change of the manifests, so a live
board that shows any job of the template is as the manifest asks. A board that follows changes to newer jobs once they
run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from functools import cache

from reconciler.codes import finding
from reconciler.kinds.base import Scope
from reconciler.kinds.jobtemplate.launches import Newest, launched_from, newest_jobs, still_there
from reconciler.kinds.jobtemplate.operations import LIST_JOB_TEMPLATES
from reconciler.kinds.tensorboard.canonical import DesiredBoard, job_of
from reconciler.live.parallel import side_by_side
from reconciler.live.port import Service
from reconciler.model import Finding, JsonObject, Resource, ResourceId, SourceRef
from reconciler.model.nearest import meant
from reconciler.model.quick import dataclass

TEMPLATE = "JobTemplate"
"""The kind that `spec.job.template` names."""

Board = Resource[DesiredBoard]
Guess = Callable[[str], str]
"""Says which template was probably meant by a name that none has, as the end of a sentence; empty for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateJobs:
    """What the service has of one template from which boards take their jobs."""

    name: str
    ids: tuple[str, ...] = ()
    """The ids of live templates of this name: usually one, none before it is applied."""
    newest: Newest = field(default_factory=Newest)
    kept: frozenset[str] = frozenset()
    """Those jobs of live boards that were launched from it, and those that are gone, whose template nobody knows."""

    def usable_by(self, body: DesiredBoard) -> str:
        """Return the job from which a new board is made; empty while there is none. A board that follows needs a job
        that runs."""
        return self.newest.started if body.follows else self.newest.usable

    def keeps(self, row: JsonObject) -> bool:
        """Return whether a live board shows a job of the template, so that its source is what the manifest asks."""
        return job_of(row) in self.kept

    def successor(self, body: DesiredBoard, row: JsonObject) -> str:
        """Return the job that ran after the one a live board shows, for boards that keep their job; empty for none."""
        job, newer = job_of(row), self.usable_by(body)
        return "" if newer == job or job in self.newest.later or not self.keeps(row) else newer


def template_jobs(
    service: Service, scope: Scope, desired: Iterable[Board], rows: Iterable[JsonObject]
) -> Mapping[str, TemplateJobs]:
    """Return the jobs of every template that boards name, by the template's name; `rows` are the live boards.

    Raises:
        IncompleteListing: not every template of a name could be listed.
        ServiceError: a call failed.
    """
    shown: dict[str, set[str]] = {}
    by_name: dict[str, set[str]] = {}
    for row in rows:
        if job := job_of(row):
            by_name.setdefault(str(row.get("DisplayName") or ""), set()).add(job)
    for board in desired:
        if board.body.job_template and board.body.state != "absent":
            shown.setdefault(board.body.job_template, set()).update(by_name.get(board.id.name, ()))
    names = sorted(shown)
    found = side_by_side(
        lambda name: jobs_of_template(service, scope, name, shown[name]), names, width=service.calls_in_flight
    )
    return dict(zip(names, found, strict=True))


def jobs_of_template(service: Service, scope: Scope, name: str, shown: Iterable[str] = ()) -> TemplateJobs:
    """Return the jobs of a template, with those of the `shown` jobs that count as its own."""
    ids = _ids(service, scope, name)
    for former in () if ids else scope.former.get(ResourceId(TEMPLATE, name), ()):
        ids = ids or _ids(service, scope, former)  # the template is renamed before boards are made
    newest = newest_jobs(service, scope.workspace_id, ids[0]) if len(ids) == 1 else Newest()
    unknown = set(shown) - {newest.usable, newest.started, *newest.later}
    own = launched_from(service, scope.workspace_id, ids[0], unknown) if len(ids) == 1 else frozenset()
    gone = unknown - own - still_there(service, scope.workspace_id, unknown - own)
    return TemplateJobs(name=name, ids=ids, newest=newest, kept=frozenset(shown) - (unknown - own - gone))


def _ids(service: Service, scope: Scope, name: str) -> tuple[str, ...]:
    """Return the ids of the live templates of a name."""
    rows = service.rows(LIST_JOB_TEMPLATES, WorkspaceId=scope.workspace_id, TemplateName=name)
    return tuple(str(row["TemplateId"]) for row in rows if row.get("TemplateName") == name)


def guesses(service: Service, scope: Scope) -> Guess:
    """Return a guess among the templates that are described or live. However many boards name what is not there, the
    live ones are listed once, and not before the first of them; each name is compared once."""

    @cache
    def known() -> set[str]:
        return {id.name for id in scope.described if id.kind == TEMPLATE} | _live_names(service, scope)

    return cache(lambda name: meant(name, known()))


def problem_of(service: Service, scope: Scope, board: Board, jobs: TemplateJobs, guess: Guess) -> Finding | None:
    """Return why a board that needs a job of its template cannot have one; None when it can."""
    where = board.origin if isinstance(board.origin, SourceRef) else None
    if len(jobs.ids) > 1:
        code, problem = "DLC203", f'several live templates are called "{jobs.name}": {", ".join(sorted(jobs.ids))}'
    elif new := renamed_to(service, scope, jobs):
        code, problem = "DLC214", f'template "{jobs.name}" is renamed to "{new}"'
    elif not jobs.ids and ResourceId(TEMPLATE, jobs.name) not in scope.described:
        code, problem = "DLC214", f'there is no template "{jobs.name}"{guess(jobs.name)}'
    elif not jobs.usable_by(board.body):
        code, problem = "DLC206", missing(jobs.name, follows=board.body.follows)
    else:
        return None
    return finding(code, problem, subject=board.id, where=where, path=("spec", "job", "template"))


def renamed_to(service: Service, scope: Scope, jobs: TemplateJobs) -> str:
    """Return the name that the manifests give to the template that a board still names by its former name; empty for
    every other template.

    After the renaming, a template with the former name is a different one.
    """
    if ResourceId(TEMPLATE, jobs.name) in scope.described:
        return ""
    new = sorted(id.name for id, names in scope.former.items() if id.kind == TEMPLATE and jobs.name in names)
    is_another = bool(jobs.ids) and any(_ids(service, scope, name) for name in new)
    return "" if is_another else ", ".join(new)


def missing(template: str, *, follows: bool) -> str:
    """Return what a board waits for, as a sentence without its full stop."""
    if follows:
        return f'no job of template "{template}" has run yet'
    return f'no job was launched from template "{template}" yet'


def _live_names(service: Service, scope: Scope) -> set[str]:
    rows = service.rows(LIST_JOB_TEMPLATES, WorkspaceId=scope.workspace_id)
    return {str(row.get("TemplateName") or "") for row in rows}
