"""What a TensorBoard's manifest asks for, compared with what the service tells of the live one."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.commands import Commands
from support.project import BOARD, ProjectFolder

from reconciler.emulator import Emulator, ManualClock, Profile
from reconciler.kinds.tensorboard.canonical import DesiredBoard, LiveBoard
from reconciler.kinds.tensorboard.diff import _compared, _of_leftover
from reconciler.model import JsonObject, RemoteRef, Resource, ResourceId, SourceRef, Verb

URI = {"Uri": "oss://bucket/logs/", "SummaryRelativePath": "/run", "DataSourceType": "OSS"}


@pytest.mark.parametrize(("content", "field"), [(URI, "Uri"), (BOARD, "DataSources")], ids=["uri", "dataset"])
def test_sources_that_the_service_does_not_tell_are_named(
    content: dict[str, object], field: str, tmp_path: Path, clock: ManualClock
) -> None:
    """A change of them cannot be seen then, and nobody may believe that it was."""
    project = ProjectFolder(tmp_path)
    project.board(content=content)
    with Emulator(clock=clock, profile=Profile(board_delay=0.0, board_sources="hidden")) as emulator:
        cli = Commands(tmp_path, emulator.url)
        assert cli.apply().code == 0
        document = cli.document()
    assert document["actions"] == []
    assert [each["summary"] for each in document["findings"] if each["code"] == "DLC210"] == [
        f"not shown by the service: {field}"
    ]


ID = ResourceId("TensorBoard", "board")


def asked(*, follows: bool = False) -> Resource[DesiredBoard]:
    """A board of the newest job of a template."""
    body = DesiredBoard(
        content={"SummaryPath": "/mnt/logs"}, written={}, job_template="train", follows=follows, state="", remote_id=""
    )
    return Resource(id=ID, body=body, origin=SourceRef("board.yaml"))


def row(id: str, **fields: str) -> JsonObject:
    return {"TensorboardId": id, "SummaryPath": "/mnt/logs", "Status": "Running", **fields}


@pytest.mark.parametrize("path", ["/mnt/logs", "/mnt/other"])
@pytest.mark.parametrize("follows", [True, False])
def test_only_a_leftover_that_followed_a_job_is_followed_to_its_end(follows: bool, path: str) -> None:
    live = Resource(id=ID, body=LiveBoard(row=row("tb2", JobId="dlc2")), origin=RemoteRef("tb2"))
    action = _of_leftover(asked(follows=follows), live, row("tb1", JobId="dlc1", SummaryPath=path))
    assert action.verb is (Verb.FOLLOW if follows and path == "/mnt/logs" else Verb.DELETE)


@pytest.mark.parametrize(
    ("fields", "sources"),
    [({"JobId": "dlc9"}, ["job dlc9"]), ({"DataSourceId": "d-1"}, ["dataset d-1"]), ({}, None)],
    ids=["job", "dataset", "untold"],
)
def test_a_source_that_is_no_job_of_the_template_is_shown_beside_it(
    fields: dict[str, str], sources: list[str] | None
) -> None:
    before, after = _compared(asked().body, LiveBoard(row=row("tb1", **fields)))
    assert before.get("Sources") == sources
    assert after.get("Sources") == (["newest job of template train"] if sources else None)
