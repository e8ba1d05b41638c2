"""Every folder of `cases` is one situation of many targets: what the plan, the comment and the apply say of it.

case.yaml      says, targets in their order, and where they are needed: more of `spec` of the project, `seed` (templates
               of other people by target), `applied` (targets that have what stands in before/; else all), `arguments`
before/        manifests applied first        manifests/   those that are planned then
plan.txt       the plan as text, and what standard error says        plan.json   the document, reduced to what it means
comment.md     the comment on a pull request                        apply.txt   what an apply of them came to

A target with `down: true` goes down after what stands in before/ was applied.
`pytest tests/fleet/test_cases.py --update-cases` rewrites what they expect: read the diff before you commit it.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.commands import Ended, command
from support.project import CONTENT

from .conftest import NOWHERE, FleetFolder

CASES = sorted(path for path in (Path(__file__).parent / "cases").iterdir() if path.is_dir())
KEPT_OF_PLAN = ("actions", "waiting", "findings", "unchanged", "retained", "blocked")
KEPT_OF_ACTION = ("verb", "id", "reason")


class FleetCase:
    """One case being played."""

    def __init__(self, folder: Path, fleet: FleetFolder) -> None:
        self.folder, self.fleet = folder, fleet
        self.told: dict[str, Any] = yaml.safe_load((folder / "case.yaml").read_text(encoding="utf-8"))
        self.arguments: list[str] = self.told.get("arguments", ["--all-targets"])

    def play(self) -> dict[str, str]:
        """The texts by file name."""
        self._set_up()
        file = self.fleet.project.root / "fleet.json"
        texts = {"plan.txt": self._plain(self.fleet("plan", *self.arguments))}
        self.fleet("plan", *self.arguments, "--out", file)
        if file.exists():
            document = json.loads(file.read_text(encoding="utf-8"))
            texts["plan.json"] = json.dumps(_reduced(document), indent=1, sort_keys=True, ensure_ascii=False) + "\n"
            texts["comment.md"] = self._same(command("plan", "show", file, "--format", "markdown").out)
        self.fleet.emulator.clear_log()
        applied = self.fleet("apply", *self.arguments, "--yes", "--format", "json")
        texts["apply.txt"] = self._ends(applied)
        return texts

    def _set_up(self) -> None:
        self.fleet.project.remove("train")
        for name, fields in self.told["targets"].items():
            self.fleet.add(name, **{key: value for key, value in (fields or {}).items() if key != "down"})
        self.fleet.write(**self.told.get("project", {}))
        if (self.folder / "before").exists():
            self._manifests("before")
            wanted = [word for name in self.told.get("applied", []) for word in ("--target", name)]
            done = self.fleet("apply", *(wanted or ["--all-targets"]), "--yes")
            assert done.code == 0, done.text
        for name, templates in self.told.get("seed", {}).items():
            workspace = self.fleet.targets[name]["workspaceId"]
            for each in templates:
                self.fleet.emulator.store.create_template(each, CONTENT, workspace=workspace)
        for name, fields in self.told["targets"].items():
            if (fields or {}).get("down"):
                self.fleet.change(name, endpoint=NOWHERE)
        self._manifests("manifests")

    def _manifests(self, name: str) -> None:
        here = self.fleet.project.root / "manifests"
        shutil.rmtree(here)
        shutil.copytree(self.folder / name, here)

    def _ends(self, ended: Ended) -> str:
        """`east: done create JobTemplate/train` for each action, then what standard error says, and the exit code."""
        lines = []
        if ended.out:
            for report in ended.json["reports"]:
                name = report["target"]["name"]
                rows = report["outcomes"] or [{"status": "nothing to do"}]
                lines += [f"{name}: {_outcome(each)}" for each in rows]
            lines += [f"{each['target']}: failed, {each['code']}" for each in ended.json["failed"]]
        told = [line for line in ended.err.splitlines() if re.match("error|  - |reconciler", line)]
        writes = [str(request.action) for request in self.fleet.emulator.writes()]
        sent = [f"{action} x {writes.count(action)}" for action in sorted(set(writes))]
        return self._same("\n".join([*lines, *told, *sent, f"exit code {ended.code}"]) + "\n")

    def _plain(self, ended: Ended) -> str:
        error = f"--- standard error\n{ended.err}" if ended.err else ""
        return self._same(f"{ended.out}{error}--- exit code {ended.code}\n")

    def _same(self, text: str) -> str:
        """The text without what is different in each run: the emulator's port, and ids that are made from it."""
        text = text.replace(self.fleet.emulator.endpoint, "emulator").replace(str(self.fleet.project.root), "PROJECT")
        return re.sub(r"\b[0-9a-f]{12,64}\b", "ID", re.sub(r"\btpl[a-z0-9]{8,}\b", "TPL", text))


def _outcome(row: dict[str, Any]) -> str:
    return f"{row['status']} {row['action']}" if "action" in row else str(row["status"])


def _name(id: Any) -> str:
    return f"{id['kind']}/{id['name']}" if isinstance(id, dict) else str(id)


def _reduced(document: dict[str, Any]) -> dict[str, Any]:
    return {
        "blocked": document["blocked"],
        "failed": [{"target": each["target"], "code": each["code"]} for each in document["failed"]],
        "findings": [each["summary"] for each in document["findings"]],
        "plans": {each["target"]["name"]: _reduced_plan(each) for each in document["plans"]},
    }


def _reduced_plan(plan: dict[str, Any]) -> dict[str, Any]:
    kept = {key: plan[key] for key in KEPT_OF_PLAN if plan.get(key)}
    kept["actions"] = [{key: action[key] for key in KEPT_OF_ACTION} for action in plan["actions"]]
    kept["findings"] = [f"{each['code']}: {each['summary']}" for each in plan["findings"]]
    kept["waiting"] = [
        f"{_name(each['id'])}: {awaited['target']}: {awaited['why']}"
        for each in plan.get("waiting", [])
        for awaited in each["awaits"]
    ]
    return {key: value for key, value in kept.items() if value}


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_case(folder: Path, fleet: FleetFolder, pytestconfig: pytest.Config) -> None:
    texts = FleetCase(folder, fleet).play()
    if pytestconfig.getoption("--update-cases", default=False):
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8")
    expected = {each.name for each in folder.iterdir() if each.is_file()} - {"case.yaml"}
    assert set(texts) == expected
    assert texts == {name: (folder / name).read_text(encoding="utf-8") for name in texts}


def test_there_are_cases() -> None:
    assert len(CASES) >= 10
