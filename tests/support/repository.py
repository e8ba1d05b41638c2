"""A Git repository made by a test: identity and dates fixed, nobody's own configuration."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

_WHO = ("-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false")
_LOCAL = ("-c", "protocol.file.allow=always", "-c", "uploadpack.allowFilter=true", "-c", "init.defaultBranch=main")
_NO_MAINTENANCE = ("-c", "maintenance.auto=false", "-c", "gc.auto=0")  # each commit would start a process more
_FIXED = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_TEMPLATE_DIR": "",
    "GIT_AUTHOR_DATE": "2026-03-01T12:00:00Z",
    "GIT_COMMITTER_DATE": "2026-03-01T12:00:00Z",
}


def git(folder: Path, *arguments: str | Path, **environ: str) -> str:
    """What a command of Git prints; it must succeed. Variables win over the fixed identity and dates."""
    done = subprocess.run(
        ["git", *_WHO, *_LOCAL, *_NO_MAINTENANCE, *map(str, arguments)],
        cwd=folder,
        env={**os.environ, **_FIXED, **environ},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def commit(folder: Path, message: str = "state", **environ: str) -> str:
    """Commit everything there is; the commit's id."""
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", message, **environ)
    return git(folder, "rev-parse", "HEAD")


def repository(folder: Path) -> str:
    """Make a repository of a folder with all its files in the first commit; the commit's id."""
    git(folder, "init", "-q")
    return commit(folder)
