"""Runs the steps of a composite action as the runner does, as far as ours need it: expressions, env, outputs, summary.

`run` steps are executed by bash with the runner's own flags; of the actions that are used, only upload-artifact does
something here: it keeps a copy and gives an address.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

_EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
_SIMULATED = ("actions/cache", "actions/setup-python", "actions/upload-artifact")


@dataclass(slots=True)
class Ran:
    """How an action ended: the log of all steps, each step's outcome by name, the outputs by step id."""

    log: str = ""
    failed: bool = False
    outcomes: dict[str, str] = field(default_factory=dict)
    steps: dict[str, dict[str, str]] = field(default_factory=dict)
    artifacts: dict[str, Path] = field(default_factory=dict)
    summary: str = ""


class Composite:
    """One action.yml in a workspace, with the environment of the job."""

    def __init__(self, action: Path, workspace: Path, temporary: Path, environ: Mapping[str, str]) -> None:
        self._action = action
        self._document = yaml.safe_load((action / "action.yml").read_text(encoding="utf-8"))
        self._workspace = workspace
        self._temporary = temporary
        self._environ = environ

    def run(self, github: Mapping[str, str], **inputs: str) -> Ran:
        """Run all steps; `inputs` with underscores for dashes."""
        given = {name.replace("_", "-"): value for name, value in inputs.items()}
        unknown = given.keys() - self._document["inputs"].keys()
        assert not unknown, f"the action has no inputs {unknown}"
        ran = Ran()
        context: dict[str, Any] = {"github": github, "steps": ran.steps}
        context["inputs"] = {
            name: given.get(name, self._expand(str(spec["default"]), context))
            for name, spec in self._document["inputs"].items()
        }
        for number, step in enumerate(self._document["runs"]["steps"]):
            name = step.get("name", f"step {number}")
            if not self._condition(step.get("if", ""), context, failed=ran.failed):
                ran.outcomes[name] = "skipped"
                continue
            ok = self._uses(step, context, ran) if "uses" in step else self._bash(step, context, ran)
            ran.outcomes[name] = "success" if ok else "failure"
            ran.failed = ran.failed or not ok
        return ran

    def _uses(self, step: Mapping[str, Any], context: Mapping[str, Any], ran: Ran) -> bool:
        action, _, commit = step["uses"].partition("@")
        assert action in _SIMULATED
        assert re.fullmatch("[0-9a-f]{40}", commit)
        if action == "actions/upload-artifact":
            given = {key: self._expand(str(value), context) for key, value in step["with"].items()}
            kept = self._temporary / "artifacts" / given["name"]
            shutil.rmtree(kept, ignore_errors=True)
            kept.mkdir(parents=True)
            source = Path(given["path"])
            if source.is_dir():
                shutil.copytree(source, kept, dirs_exist_ok=True)
            else:
                shutil.copy2(source, kept)
            ran.artifacts[given["name"]] = kept
            ran.steps[step.get("id", given["name"])] = {"artifact-url": f"https://github.example/a/{given['name']}"}
        return True

    def _bash(self, step: Mapping[str, Any], context: Mapping[str, Any], ran: Ran) -> bool:
        assert step["shell"] == "bash"
        assert "${{" not in step["run"], "expressions go through env"
        script, output, summary = (self._temporary / name for name in ("script.sh", "output.txt", "summary.md"))
        script.write_text(step["run"], encoding="utf-8")
        output.write_text("", encoding="utf-8")
        summary.write_text("", encoding="utf-8")
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)],
            cwd=self._workspace / self._expand(step.get("working-directory", "."), context),
            env={
                **self._environ,
                **{name: self._expand(str(value), context) for name, value in step.get("env", {}).items()},
                "GITHUB_ACTION_PATH": str(self._action),
                "GITHUB_OUTPUT": str(output),
                "GITHUB_STEP_SUMMARY": str(summary),
                "GITHUB_PATH": os.devnull,
                "RUNNER_TEMP": str(self._temporary),
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )
        ran.log += done.stdout
        ran.summary += summary.read_text(encoding="utf-8")
        if "id" in step:
            pairs = (line.partition("=") for line in output.read_text(encoding="utf-8").splitlines())
            ran.steps[step["id"]] = {key: value for key, _, value in pairs}
        return done.returncode == 0

    def _expand(self, text: str, context: Mapping[str, Any]) -> str:
        return _EXPRESSION.sub(lambda found: _value(found[1], context), text)

    def _condition(self, text: str, context: Mapping[str, Any], *, failed: bool) -> bool:
        parts = [part.strip() for part in text.split("&&")] if text else []
        if failed and not {"always()", "failure()"}.intersection(parts):
            return False
        if "failure()" in parts and not failed:
            return False
        return all(_holds(part, context) for part in parts if not part.endswith("()"))


def _holds(text: str, context: Mapping[str, Any]) -> bool:
    left, operator, right = re.split(r"\s*(==|!=)\s*", text)
    return (_value(left, context) == _value(right, context)) is (operator == "==")


def _value(text: str, context: Mapping[str, Any]) -> str:
    """A quoted text, or a value such as steps.plan.outputs.exit-code; what is not there is empty, as on the runner."""
    if text.startswith("'"):
        return text.strip("'")
    head, *rest = text.split(".")
    if head == "steps":
        name, outputs, key = rest
        assert outputs == "outputs"
        return str(context["steps"].get(name, {}).get(key, ""))
    (key,) = rest
    return str(context[head][key])
