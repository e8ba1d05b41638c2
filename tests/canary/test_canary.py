"""No secret in any output of any command in any format, at any verbosity, not even when everything fails."""

from __future__ import annotations

from pathlib import Path

import pytest
from ci.github_server import GitHubServer
from support.commands import Ended

from canary.canaries import ALL, seen_in, seen_in_files, spellings
from canary.table import ROWS, commands, invocations
from canary.world import World

RUN = [name for name, rows in ROWS.items() if rows]


SILENT = {"ci oidc-token", "ci annotate", "ci summary", "ci verify"}
"""They write elsewhere, or say something only when something is wrong."""


UNTELLABLE = {"boards list": {"GRANITE"}}
"""A live board has no free field that could say what came from the environment, and `boards` reads no manifests."""


def leaks(world: World, ended: Ended) -> list[object]:
    """Canaries in what a command said or wrote: manifests and the repository hold them by purpose."""
    own = (world.project.root / "manifests", world.project.root / ".git")
    return [*seen_in(ended.text.encode()), *seen_in_files(world.project.root.parent, own)]


def test_every_command_has_a_row() -> None:
    assert set(commands()) == set(ROWS)


@pytest.mark.parametrize("name", ALL)
def test_a_canary_is_found_however_it_is_spelled(name: str, tmp_path: Path) -> None:
    for spelled in spellings(ALL[name]):
        assert name in seen_in(b"before " + spelled + b" after")
    (tmp_path / "report.json").write_bytes(b"x" + next(spellings(ALL[name])))
    assert ("report.json", name) in seen_in_files(tmp_path)


@pytest.mark.parametrize("name", RUN)
def test_no_command_shows_a_canary(name: str, world: World, host: GitHubServer) -> None:
    said = 0
    for arguments in invocations(world, name):
        ended = world.run(*arguments)
        said += len(ended.text)
        assert set(leaks(world, ended)) <= UNTELLABLE.get(name, set()), arguments
        assert "internal error" not in ended.err, ended.err
    told = repr([host.comments, host.issues]).encode()
    assert seen_in(told) == []
    assert said or name in SILENT
