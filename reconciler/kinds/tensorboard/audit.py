"""What audits say about TensorBoards: how they are read, and the rules about them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.errors import Forbidden
from reconciler.kinds.audited import (
    Audit,
    AuditedSite,
    Fleet,
    FleetRule,
    Hit,
    Listed,
    Parameter,
    Rule,
    Setting,
    Subject,
    is_gone,
)
from reconciler.kinds.jobtemplate.audit import AUDIT as TEMPLATES
from reconciler.kinds.tensorboard.canonical import (
    GONE,
    KIND_NAME,
    RUNNING,
    DesiredBoard,
    sensitive_in_row,
    status_of,
)
from reconciler.kinds.tensorboard.operations import LIST_TENSORBOARDS
from reconciler.live.operations import GET_JOB, LIST_JOBS
from reconciler.model import JsonObject, Resource, ResourceId
from reconciler.model.moments import THE_BEGINNING
from reconciler.model.quick import dataclass
from reconciler.secrets.trees import redact

_IDS_AT_ONCE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Board(Subject):
    """One TensorBoard as a snapshot keeps it."""

    kind: str = KIND_NAME
    status: str
    """The state in lower case."""
    accessibility: str
    created: str
    user: str
    content: JsonObject
    """What the service shows of the board, redacted."""
    running_hours: float | None
    """How long the board has been running; None when it is not."""
    job_id: str = ""
    job_gone: bool = False
    template_id: str = ""
    """The template from which its job was launched; empty for none."""


def listed(audited: AuditedSite) -> list[Listed[Board]]:
    """Return every TensorBoard of the workspace, however old, with the template of its job."""
    rows = audited.site.service.rows(
        LIST_TENSORBOARDS,
        WorkspaceId=audited.site.workspace_id,
        StartTime=THE_BEGINNING,
        SortBy="GmtCreateTime",
        Order="desc",
    )
    rows = [row for row in rows if status_of(row) not in GONE]
    jobs = _jobs(audited, sorted({str(row["JobId"]) for row in rows if row.get("JobId")}))
    boards = [_board(audited, row, jobs) for row in rows]
    return [Listed(id=board.id, name=board.name, subject=board) for board in boards]


def _board(audited: AuditedSite, row: JsonObject, jobs: Mapping[str, JsonObject | None]) -> Board:
    job_id, name = str(row.get("JobId") or ""), str(row.get("DisplayName") or "")
    job = jobs.get(job_id)
    described: Resource[DesiredBoard] | None = audited.desired.get(ResourceId(KIND_NAME, name))
    seconds = str(row.get("Duration") or "")
    running = status_of(row) in RUNNING and seconds.isascii() and seconds.isdigit()
    return Board(
        site=audited.facts.key,
        id=row["TensorboardId"],
        name=name,
        status=status_of(row),
        accessibility=str(row.get("Accessibility") or "").upper(),
        created=str(row.get("GmtCreateTime") or ""),
        user=str(row.get("UserId") or ""),
        manifest=described.where if described else None,
        content=redact(
            {key: value for key, value in row.items() if key not in ("Token", "TensorboardUrl")},
            sensitive=sensitive_in_row(described) if described else frozenset(),
        ),
        running_hours=round(int(seconds) / 3600, 2) if running else None,
        job_id=job_id,
        job_gone=job_id in jobs and job is None,
        template_id=str(job.get("TemplateId") or "") if job else "",
    )


def _jobs(audited: AuditedSite, ids: list[str]) -> Mapping[str, JsonObject | None]:
    """Return the jobs with these ids, None for those that are gone. Only ListJobs says from which template a job was
    launched."""
    found: dict[str, JsonObject | None] = {}
    for start in range(0, len(ids), _IDS_AT_ONCE):
        some = ids[start : start + _IDS_AT_ONCE]
        try:
            rows = audited.site.service.rows(
                LIST_JOBS, WorkspaceId=audited.site.workspace_id, StartTime=THE_BEGINNING, JobIds=",".join(some)
            )
        except Forbidden:
            return {}
        found |= {str(row["JobId"]): row for row in rows}
        found |= {id: None for id in some if id not in found and is_gone(audited.site.service, GET_JOB, id)}
    return {id: None if job is not None and job.get("IsDeleted") is True else job for id, job in found.items()}


def running_long(board: Board, setting: Setting) -> Iterator[Hit]:
    """Yield a hit when the board has been running for more hours than the project allows."""
    most = setting.numbers["hours"]
    if board.running_hours is not None and board.running_hours > most:
        yield Hit(summary=f"running for more than {most} hours", path=("state",))


def of_deleted_job(board: Board, setting: Setting) -> Iterator[Hit]:
    """Yield a hit when the job of the board does not exist any more."""
    del setting
    if board.job_gone:
        yield Hit(summary=f"its job {board.job_id} does not exist any more", path=("content", "JobId"))


def private_on_shared(fleet: Fleet, numbers: Mapping[str, int]) -> Iterator[tuple[Subject, Hit]]:
    """Yield a hit for a private board of a job whose template several people use."""
    for board in fleet.outlines(AUDIT):
        template = None
        if board.accessibility == "PRIVATE" and board.template_id:
            template = fleet.outline(TEMPLATES, board.site, board.template_id)
        if template is not None and template.users >= numbers["users"]:
            summary = f"only {board.user or 'its maker'} sees it, but several people use template {template.name}"
            yield board, Hit(summary=summary, path=("content", "Accessibility"))


def document(board: Board) -> JsonObject:
    """Return what custom rules see of a TensorBoard. Like a template it has constraints and metadata, but they are
    empty."""
    return {"content": board.content, "constraints": {}, "metadata": {}}


def row(board: Board) -> JsonObject:
    """Return what a report says about a TensorBoard."""
    return {
        "status": board.status,
        "accessibility": board.accessibility,
        "created": board.created,
        "user": board.user,
        "running_hours": board.running_hours,
        "job_id": board.job_id,
        "job_gone": board.job_gone,
        "template_id": board.template_id,
    }


AUDIT: Audit[Board] = Audit(
    kind=KIND_NAME,
    many="boards",
    subject=Board,
    listed=listed,
    rules=(
        Rule(
            code="DLC319",
            name="board-running-long",
            check=running_long,
            parameters=(Parameter(name="hours", default=72, meaning="Most hours of one run.", minimum=1),),
        ),
        Rule(code="DLC321", name="board-of-deleted-job", check=of_deleted_job),
    ),
    fleet_rules=(
        FleetRule(
            code="DLC320",
            name="private-board-on-shared-template",
            check=private_on_shared,
            parameters=(
                Parameter(name="users", default=2, meaning="Users from which a template is shared.", minimum=2),
            ),
        ),
    ),
    document=document,
    row=row,
)
