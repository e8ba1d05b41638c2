"""Reads live TensorBoards, and the jobs of the templates from which boards take theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from reconciler.codes import finding
from reconciler.errors import NotFound
from reconciler.kinds import text_equality
from reconciler.kinds.base import Scope
from reconciler.kinds.identity import Known, match
from reconciler.kinds.results import Reading
from reconciler.kinds.tensorboard.canonical import (
    GONE,
    KIND_NAME,
    DesiredBoard,
    LiveBoard,
    fits,
    job_of,
    live_resource,
    of_job,
    status_of,
)
from reconciler.kinds.tensorboard.operations import GET_TENSORBOARD, LIST_TENSORBOARDS
from reconciler.kinds.tensorboard.template_jobs import (
    Guess,
    TemplateJobs,
    guesses,
    problem_of,
    renamed_to,
    template_jobs,
)
from reconciler.kinds.waiting import age
from reconciler.live.port import Operation, Service
from reconciler.model import Finding, JsonObject, Resource, ResourceId, Severity
from reconciler.model.moments import THE_BEGINNING

Board = Resource[DesiredBoard]


def read(service: Service, scope: Scope, desired: Mapping[ResourceId, Board]) -> Reading[DesiredBoard, LiveBoard]:
    """Return the live TensorBoards that manifests describe or the project's prefix covers.

    Raises:
        IncompleteListing: not every TensorBoard of the workspace could be listed.
        ServiceError: a call failed.
    """
    rows = [row for row in boards(service, scope) if status_of(row) not in GONE]
    rows += _unlisted(service, scope, rows, desired)
    ours = [board for id, board in desired.items() if scope.share.covers(id)]
    jobs = template_jobs(service, scope, ours, rows)
    wanted = {**desired, **{board.id: _completed(board, jobs) for board in ours}}
    leftovers = _leftovers(rows, wanted, jobs)
    superseded = {row["TensorboardId"] for row in leftovers.values()}
    found = match(
        KIND_NAME,
        [row for row in rows if row["TensorboardId"] not in superseded],
        wanted,
        name_field="DisplayName",
        id_field="TensorboardId",
        known=_known(wanted),
    ).of_share(scope.share)
    chosen = {id: live_resource(id.name, _live(row, wanted[id], leftovers, jobs)) for id, row in found.chosen.items()}
    pruned, pruned_twice = _under_prefix(scope, found.others)
    unmanaged = {id for id, _ in found.others if id not in pruned}
    guess = guesses(service, scope)
    problems = (_lacks(service, scope, board, chosen.get(board.id), jobs, guess=guess) for board in ours)
    lacking = [problem for problem in problems if problem is not None]
    refused = {each.subject for each in lacking if each.subject is not None and each.severity is Severity.ERROR}
    return Reading(
        resources={**chosen, **pruned},
        completed={board.id: wanted[board.id] for board in ours if board.body.job_template},
        unmanaged=tuple(sorted(unmanaged)),
        findings=(*found.findings, *lacking, *pruned_twice),
        refused=found.refused | refused,
    )


def _named(body: DesiredBoard, jobs: Mapping[str, TemplateJobs]) -> TemplateJobs | None:
    """Return the template from which a board takes its job; None for other boards, and for those that are to be
    removed."""
    return None if body.state == "absent" else jobs.get(body.job_template)


def _completed(board: Board, jobs: Mapping[str, TemplateJobs]) -> Board:
    """Return the manifest's board with the job of its template from which a new board is made."""
    found = _named(board.body, jobs)
    return board if found is None else replace(board, body=replace(board.body, newest=found.usable_by(board.body)))


def _live(
    row: JsonObject, board: Board, leftovers: Mapping[ResourceId, JsonObject], jobs: Mapping[str, TemplateJobs]
) -> LiveBoard:
    """Return a live board as it is compared with its manifest."""
    found = _named(board.body, jobs)
    if found is None:
        return LiveBoard(row=row, leftover=leftovers.get(board.id))
    return LiveBoard(
        row=row,
        leftover=leftovers.get(board.id),
        keeps_job=found.keeps(row),
        successor=found.successor(board.body, row),
    )


def _lacks(
    service: Service,
    scope: Scope,
    board: Board,
    live: Resource[LiveBoard] | None,
    jobs: Mapping[str, TemplateJobs],
    *,
    guess: Guess,
) -> Finding | None:
    """Return why a board cannot have the job that it needs. A board that shows a job of its template needs none."""
    found = _named(board.body, jobs)
    if found is None:
        return None
    if live is not None and live.body.keeps_job and len(found.ids) <= 1 and not renamed_to(service, scope, found):
        return None
    return problem_of(service, scope, board, found, guess)


def _unlisted(
    service: Service, scope: Scope, rows: Sequence[JsonObject], desired: Mapping[ResourceId, Board]
) -> list[JsonObject]:
    """Return the boards with remembered ids that the listing does not show yet, as long as they have the name."""
    listed = {row["TensorboardId"] for row in rows}
    found = []
    for id in filter(scope.share.covers, desired):
        board_id = scope.created.known(id)
        if not board_id:
            continue
        try:
            row = {} if board_id in listed else service.call(GET_TENSORBOARD, board_id, WorkspaceId=scope.workspace_id)
        except NotFound:
            row = {}
        if not row or status_of(row) in GONE:
            scope.created.forget(id)
        elif text_equality.may_be(id.name, str(row.get("DisplayName") or "")):
            found.append(row)
    return found


def _known(desired: Mapping[ResourceId, Board]) -> Callable[[JsonObject], Known]:
    """Return a function that tells what is known of a row's name.

    A board has no field for marks. A live board that fits one of the manifests, under a name in another case, is ours
    as the service stored it.
    """
    by_fold: dict[str, list[Board]] = {}
    for board in desired.values():
        by_fold.setdefault(text_equality.folded(board.id.name), []).append(board)

    def known(row: JsonObject) -> Known:
        alike = by_fold.get(text_equality.folded(str(row.get("DisplayName") or "")), [])
        return Known(names=frozenset(text_equality.short(each.id.name) for each in alike if fits(each.body, row)))

    return known


def boards(service: Service, scope: Scope, name: str = "") -> list[JsonObject]:
    """Return all TensorBoards of the workspace, however old, or those whose name matches fuzzily."""
    operation, fields = every_board(scope)
    return service.rows(operation, **fields, **({"DisplayName": name} if name else {}))


def every_board(scope: Scope) -> tuple[Operation, JsonObject]:
    """Return the listing of all TensorBoards of the workspace, however old.

    New boards come first, so that rows that move while paging arrive twice, not never.
    """
    where = {"WorkspaceId": scope.workspace_id, "StartTime": THE_BEGINNING}
    return LIST_TENSORBOARDS, {**where, "SortBy": "GmtCreateTime", "Order": "desc"}


def _under_prefix(
    scope: Scope, others: Iterable[tuple[ResourceId, JsonObject]]
) -> tuple[dict[ResourceId, Resource[LiveBoard]], list[Finding]]:
    """Yield TensorBoards that belong to the project by the prefix of their names and that no manifest describes."""
    groups: dict[ResourceId, list[JsonObject]] = {}
    for id, row in others:
        if scope.prune and scope.prune_prefix and id.name.startswith(scope.prune_prefix):
            groups.setdefault(id, []).append(row)
    single = {id: live_resource(id.name, LiveBoard(row=rows[0])) for id, rows in groups.items() if len(rows) == 1}
    findings = [
        finding(
            "DLC203",
            f"several live objects have this name: {', '.join(sorted(row['TensorboardId'] for row in rows))}",
            subject=id,
        )
        for id, rows in groups.items()
        if len(rows) > 1
    ]
    return single, findings


def _leftovers(
    rows: list[JsonObject], desired: Mapping[ResourceId, Board], jobs: Mapping[str, TemplateJobs]
) -> dict[ResourceId, JsonObject]:
    """Return old boards of replacements that were interrupted.

    Of two boards with one name the younger is what the manifest asks for, and the older is not. Every case that is less
    clear remains an ambiguity for a person to solve.
    """
    by_name: dict[str, list[JsonObject]] = {}
    for row in rows:
        by_name.setdefault(row.get("DisplayName") or "", []).append(row)
    found = {}
    for id, resource in desired.items():
        pair = sorted(by_name.get(id.name, ()), key=lambda row: age(row, "TensorboardId"))
        if len(pair) != 2 or resource.body.remote_id:
            continue
        old, new = pair
        if fits(_asked(resource.body, new, jobs), new) and not fits(_asked_of_elder(resource.body, pair, jobs), old):
            found[id] = old
    return found


def _asked(body: DesiredBoard, row: JsonObject, jobs: Mapping[str, TemplateJobs]) -> DesiredBoard:
    """Return what the manifest asks of this live board: to keep its job, or to have the newest one."""
    found = _named(body, jobs)
    return body if found is None else of_job(body, job_of(row) if found.keeps(row) else body.newest)


def _asked_of_elder(body: DesiredBoard, pair: Sequence[JsonObject], jobs: Mapping[str, TemplateJobs]) -> DesiredBoard:
    """Return what the manifest asks of the older of two boards. One that follows should show the job of the younger
    one."""
    old, new = pair
    return _asked(body, new if body.follows else old, jobs)
