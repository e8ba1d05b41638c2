"""The command line, run in this process as a person would run it, with its output and exit code."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reconciler.cli.boundary import run


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The document on standard output."""
        return json.loads(self.out)

    @property
    def text(self) -> str:
        """Both outputs, one after the other."""
        return self.out + self.err


def command(*arguments: str | Path) -> Ended:
    """Run `dlc-reconciler ARGUMENTS` in this process."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run([str(argument) for argument in arguments])
    return Ended(code, out.getvalue(), err.getvalue())


def python(*arguments: str, cwd: Path | None = None, **environ: str) -> Ended:
    """Run `python ARGUMENTS` in a process of its own, with a small environment."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "SYSTEMROOT", "XDG_CACHE_HOME") if name in os.environ}
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env={**kept, **environ},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


class Commands:
    """Commands on one project and one address of the service."""

    def __init__(self, project: Path, endpoint: str) -> None:
        self.project = project
        self.endpoint = endpoint

    def _service(self) -> tuple[str | Path, ...]:
        return ("--project", self.project, "--endpoint", self.endpoint)

    def plan(self, *arguments: str | Path) -> Ended:
        """`plan`."""
        return command("plan", *self._service(), *arguments)

    def apply(self, *arguments: str | Path) -> Ended:
        """`apply --yes`."""
        return command("apply", "--yes", *self._service(), *arguments)

    def verbs(self, *arguments: str | Path) -> list[str]:
        """The actions of a plan made now, as "promote JobTemplate/train"."""
        return [
            f"{each['verb']} {each['id']['kind']}/{each['id']['name']}" for each in self.document(*arguments)["actions"]
        ]

    def document(self, *arguments: str | Path) -> Any:
        """The plan made now, as JSON, whatever its exit code."""
        ended = self.plan("--format", "json", *arguments)
        assert ended.out, ended.err
        return ended.json
