"""A project in Git, commands that look, and texts that are compared byte for byte."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from support.commands import Ended, command
from support.project import ProjectFolder

from reconciler.emulator import Emulator

EXPECTED = Path(__file__).parent / "expected"

Commit = Callable[[str], str]
Look = Callable[..., Ended]


@pytest.fixture
def commit(project: ProjectFolder) -> Commit:
    """Commit the project as it stands, always with the same hash for the same content; the commit's id."""
    identity = {
        f"GIT_{who}_{what}": value
        for who in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", "Ann"), ("EMAIL", "ann@example.com"), ("DATE", "2026-02-01T08:00:00+00:00"))
    }
    quiet = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "PATH": os.environ["PATH"]}

    def git(*arguments: str) -> str:
        done = subprocess.run(
            ["git", *arguments], cwd=project.root, env={**identity, **quiet}, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    git("init", "-q", "-b", "main")

    def commit_all(message: str) -> str:
        git("add", "-A")
        git("commit", "-q", "--allow-empty", "-m", message)
        return git("rev-parse", "HEAD")

    return commit_all


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
