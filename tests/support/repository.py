"""A Git repository made by a test: identity and dates fixed, nobody's own configuration."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

_WHO = ("-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false")
_LOCAL = ("-c", "protocol.file.allow=always", "-c", "uploadpack.allowFilter=true", "-c", "init.defaultBranch=main")
_FIXED = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_DATE": "2026-03-01T12:00:00Z",
    "GIT_COMMITTER_DATE": "2026-03-01T12:00:00Z",
}


def git(folder: Path, *arguments: str | Path) -> str:
    """What a command of Git prints; it must succeed."""
    done = subprocess.run(
        ["git", *_WHO, *_LOCAL, *map(str, arguments)],
        cwd=folder,
        env={**os.environ, **_FIXED},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def commit(folder: Path, message: str = "state") -> str:
    """Commit everything there is; the commit's id."""
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", message)
    return git(folder, "rev-parse", "HEAD")


def repository(folder: Path) -> str:
    """Make a repository of a folder with all its files in the first commit; the commit's id."""
    git(folder, "init", "-q")
    return commit(folder)
