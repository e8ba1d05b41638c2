"""What a TensorBoard's manifest asks for, compared with what the service tells of the live one."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.commands import Commands
from support.project import BOARD, ProjectFolder

from reconciler.emulator import Emulator, ManualClock, Profile

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
