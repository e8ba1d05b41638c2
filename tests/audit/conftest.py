"""A project in Git, commands that look, and texts that are compared byte for byte."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from support.commands import Ended, command
from support.project import ProjectFolder
from support.repository import commit as commit_as_it_stands
from support.repository import git

from reconciler.emulator import Emulator

EXPECTED = Path(__file__).parent / "expected"

Commit = Callable[[str], str]
Look = Callable[..., Ended]


def committing(project: ProjectFolder) -> Commit:
    """What commits a project as it stands, always with the same hash for the same content, and returns the id."""
    identity = {
        f"GIT_{who}_{what}": value
        for who in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", "Ann"), ("EMAIL", "ann@example.com"), ("DATE", "2026-02-01T08:00:00+00:00"))
    }

    def commit_all(message: str) -> str:
        return commit_as_it_stands(project.root, message, **identity)

    if not (project.root / ".git").exists():
        git(project.root, "init", "-q")
    return commit_all


@pytest.fixture
def commit(project: ProjectFolder) -> Commit:
    """Commit the project as it stands; the commit's id."""
    return committing(project)


@pytest.fixture
def look(project: ProjectFolder, emulator: Emulator) -> Look:
    """Run a command on the project and the emulator."""

    def run(name: str, *arguments: str) -> Ended:
        return command(name, *arguments, "--project", project.root, "--endpoint", emulator.url)

    return run


@pytest.fixture
def expect(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compare a text with a file in expected/; `--update-cases` writes it anew, and the diff is to be read."""

    def compare(name: str, text: str) -> None:
        file = EXPECTED / name
        if request.config.getoption("--update-cases"):
            file.parent.mkdir(exist_ok=True)
            file.write_text(text, encoding="utf-8")
        assert text == file.read_text(encoding="utf-8")

    return compare
