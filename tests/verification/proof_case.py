"""A case of a verification: one folder of `cases` with its world, what is done in it, and everything that is said then.

case.yaml        `says` is the lesson; `verify` is the manifest's spec.verify; `lives` how jobs live; `before` is done
                 first: runs of apply, faults, clock; then follow `faults` and `applyArguments` of the apply that counts
plan.txt         the plan as text        comment.md  as a comment        plan.json  as a document, reduced
calls.txt        every call of the apply in order, looks at a job that followed each other as one line; first the two
                 listings that begin side by side
report.txt       what the apply reported and told meanwhile    report.md  the report as a comment, without the plan
after.txt        the plan made afterwards

Nobody waits: sleeping moves the clock of the service.
"""

from __future__ import annotations

import json
import os
import re
import signal
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from support.cases import Case
from support.commands import Ended

from reconciler.cli.ci.reportfile import load_report
from reconciler.emulator import Emulator, Fault, ManualClock
from reconciler.emulator.application import Request
from reconciler.pipeline import Settings
from reconciler.plan.codec import loads
from reconciler.render.outcomes import report_markdown
from reconciler.render.text import report_text

CONTENT = {
    "JobType": "PyTorchJob",
    "JobSpecs": [
        {"Type": "Worker", "PodCount": 4, "Image": "registry.example.com/a:1", "EcsSpec": "ecs.gn6i-c4g1.xlarge"}
    ],
    "UserCommand": "python train.py",
}
VERIFY = {
    "maxMinutes": 15,
    "set": {"JobSpecs[0].PodCount": 1, "UserCommand": "python train.py --max-steps 10"},
}


class ProofCase(Case):
    """One case being played on one emulator, whose clock is moved by whoever sleeps."""

    def __init__(
        self, folder: Path, root: Path, emulator: Emulator, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        super().__init__(folder, root, emulator, monkeypatch)
        self._clock = clock
        defaults: dict[str, Any] = Settings.__init__.__kwdefaults__ or {}
        monkeypatch.setitem(defaults, "sleep", clock.advance)
        monkeypatch.setitem(defaults, "clock", clock.now)
        monkeypatch.setitem(defaults, "wall", lambda: datetime.fromtimestamp(clock.now(), UTC))
        monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(clock.now())))

    def play(self) -> dict[str, str]:
        """Play the case; the texts by file name."""
        self._template(self.told.get("command", "python train.py"))
        for step in self.told.get("before", []):
            self._do(step)
        arguments = self.told.get("arguments", [])
        text = self.cli.plan(*arguments)
        comment = self.cli.plan("--format", "markdown", *arguments)
        document = self.cli.plan("--format", "json", *arguments).json
        for step in self.told.get("meanwhile", []):
            self._do(step)
        self.emulator.clear_log()
        saved, reported = self.project.root / "plan.json", self.project.root / "report.json"
        saved.write_text(json.dumps(document), encoding="utf-8")
        applied = self.cli.apply(
            "--parallel", "1", "--format", "json", *arguments, *self.told.get("applyArguments", [])
        )
        reported.write_text(applied.out, encoding="utf-8")
        calls = _ahead_first([_call(request) for request in self.emulator.requests])
        return {
            "plan.txt": self._plain(text),
            "comment.md": re.sub(r"sha256:\w{64}", "sha256:...", self._without_address(comment.out)),  # of the address
            "plan.json": _as_json([_reduced(action) for action in document["actions"]]),
            "calls.txt": "".join(f"{name}\n" for name, _ in groupby(calls)),
            **self._reports(applied, saved, reported),
            "after.txt": self._plain(self.cli.plan(*arguments)),
        }

    def _reports(self, applied: Ended, saved: Path, reported: Path) -> dict[str, str]:
        """What the apply told, as text and as a comment; nothing is reported where it was refused."""
        told = re.sub(r"\(\d+\.\d s\)", "(0.0 s)", applied.err)
        plain = self._without_address(f"--- standard error\n{told}--- exit code {applied.code}\n")
        if not applied.out:
            return {"report.txt": plain, "report.md": ""}
        plan = loads(saved.read_text(encoding="utf-8"))
        report = load_report(reported, plan)
        comment = report_markdown(report, plan).partition("<details><summary>The plan")[0]
        return {
            "report.txt": self._without_address(report_text(report)) + plain,
            "report.md": self._without_address(comment),
        }

    def _do(self, step: dict[str, Any]) -> None:
        """One step: `{apply: [arguments], code: 4}`, `{live: {...}}`, `{fault: {...}}`, `{wait: seconds}`, ..."""
        ((what, how),) = ((key, value) for key, value in step.items() if key != "code")
        match what:
            case "apply":
                done = self.cli.apply("--parallel", "1", *how)
                assert done.code == step.get("code", 0), done.text
            case "live":
                self.emulator.seed({"jobLives": [how]})
            case "fault":
                self.emulator.faults.add(Fault(**how))
            case "wait":
                self._clock.advance(how)
            case "command":
                self._template(how)
            case "interrupt":
                self._interrupt_at(how)
            case _:
                raise ValueError(f"unknown step: {what}")

    def _template(self, command: str) -> None:
        content = {**CONTENT, "UserCommand": command}
        verify = {**VERIFY, **self.told.get("verify", {})}
        self.project.template(content=content, verify=verify)

    def _interrupt_at(self, action: str) -> None:
        """Ctrl-C while the first call of an operation is answered."""
        done: list[str] = []

        def hook(request: Request) -> None:
            if request.action == action and not done:
                done.append(action)
                os.kill(os.getpid(), signal.SIGINT)

        self.emulator.on_request(hook)


def _call(request: Request) -> str:
    """`CreateJob verify-train-...`: the operation and what it is about."""
    about = (request.body or {}).get("DisplayName") or "/".join(request.path.split("/")[4:5])
    return f"{request.action} {about}".rstrip()


def _ahead_first(calls: list[str]) -> list[str]:
    """The calls with the two listings that begin ahead in front: whichever arrives first, and whatever is asked
    meanwhile."""
    ahead = [name for name in ("ListJobTemplates", "ListTensorboards") if name in calls]
    for name in ahead:
        calls.remove(name)
    return ahead + calls


def _reduced(action: dict[str, Any]) -> dict[str, Any]:
    kept = ("verb", "reason", "intended", "verification", "notes")
    return {
        "id": f"{action['id']['kind']}/{action['id']['name']}",
        **{key: action[key] for key in kept if key in action},
    }


def _as_json(value: object) -> str:
    return json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
