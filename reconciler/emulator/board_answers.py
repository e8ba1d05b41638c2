"""How TensorBoards look in the answers of the service."""

from __future__ import annotations

from . import boards
from .boards import Board
from .clock import show_seconds
from .service import Service
from .wire import JsonObject, present

_COPIED = (
    "Cpu",
    "DataSourceId",
    "DataSourceType",
    "DisplayName",
    "JobId",
    "MaxRunningTimeMinutes",
    "Memory",
    "Options",
    "QuotaId",
    "SummaryPath",
    "SummaryRelativePath",
    "TensorboardSpec",
)


def details(board: Board, service: Service) -> JsonObject:
    """Return the Tensorboard structure of Get and List."""
    body = board.body
    first: JsonObject = next(iter(body.get("DataSources", ())), {})
    is_shown = service.profile.board_sources == "shown"
    answer = present(
        Accessibility=body.get("Accessibility", "PRIVATE"),
        DataSourceId=first.get("DataSourceId") if is_shown else None,
        Duration=str(boards.running_seconds(board, service.clock.now())),
        GmtCreateTime=show_seconds(board.created),
        GmtModifyTime=show_seconds(board.modified),
        Priority=body.get("Priority", "1"),
        ReasonCode=board.reason,
        ReasonMessage="",
        Status=board.phase,
        TensorboardDataSources=_sources_shown(body) if is_shown else [],
        TensorboardId=board.id,
        TensorboardUrl=url(board) if board.phase == "Running" else None,
        UserId=board.user,
        Username="emulator",
        WorkspaceId=board.workspace,
    )
    answer["GmtFinishTime"] = None if board.finished is None else show_seconds(board.finished)
    return {**answer, **{name: body[name] for name in _COPIED if name in body}}


def _sources_shown(body: JsonObject) -> list[JsonObject]:
    """Return the sources of the events as an answer shows them: it has neither DataSources nor Uri (API.md, section
    3.2)."""
    if "TensorboardDataSources" in body:
        return list(body["TensorboardDataSources"])
    sources = [
        present(Id=source.get("DataSourceId"), SourceType="datasource", SummaryPath=source.get("MountPath"))
        for source in body.get("DataSources", ())
    ]
    if body.get("Uri"):
        kind = body.get("DataSourceType")
        sources.append(present(SourceType="datasource", DataSourceType=kind, Uri=body["Uri"]))
    return sources


def url(board: Board) -> str:
    """Return the address of a board that runs; its host name resolves nowhere."""
    return f"http://pai-dlc-tensorboard.invalid/{board.id}/"
