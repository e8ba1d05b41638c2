"""Many targets on a code host: one comment, one issue, one review and one report for all of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.commands import Ended, command
from support.project import ProjectFolder

from ci.github_server import GitHubServer
from ci.scene import Scene
from reconciler.ci import Marker
from reconciler.emulator import Emulator

TARGETS = {"dev": "1001", "east": "2002"}


class Many:
    """A project with two targets on one emulator, its plan file, and the commands of a pipeline."""

    def __init__(self, project: ProjectFolder, emulator: Emulator) -> None:
        self.project = project
        self.emulator = emulator
        self.targets = {
            name: {"region": "cn-hangzhou", "workspaceId": number, "endpoint": emulator.url}
            for name, number in TARGETS.items()
        }
        project.settings(targets=self.targets)
        project.template()
        self.file = project.root / "fleet.json"
        self.log = project.root / "apply.jsonl"

    def plan(self, *words: str) -> Ended:
        return command("plan", "--all-targets", "--project", self.project.root, "--out", self.file, *words)

    def ci(self, name: str, *words: str | Path) -> Ended:
        return command("ci", name, "--file", self.file, *words)


@pytest.fixture
def many(project: ProjectFolder, emulator: Emulator) -> Many:
    return Many(project, emulator)


@pytest.fixture
def scene(github: GitHubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    return Scene(github, tmp_path, monkeypatch)


def test_one_comment_reviewed_applied_and_reported(many: Many, scene: Scene, tmp_path: Path) -> None:
    scene.on_request()
    assert many.plan().code == 0
    commented = many.ci("comment")
    assert commented.code == 0, commented.text
    body = scene.only()
    marker = Marker.read(body)
    assert marker is not None
    assert (marker.project, marker.target) == ("vision", "all")
    assert "2 targets" in body
    assert "both targets" in body
    assert many.ci("verify").out.startswith("Every action (2) was reviewed in ")
    many.project.template("late")
    assert many.plan().code == 0
    unseen = many.ci("verify")
    assert (unseen.code, "dev: create JobTemplate/late" in unseen.err) == (3, True), unseen.err
    many.project.remove("late")
    assert many.plan().code == 0
    applied = command("apply", many.file, "--project", many.project.root, "--log-json", many.log)
    assert applied.code == 0, applied.text
    for report in (many.log, _printed(many, tmp_path)):
        told = many.ci("comment", "--report", report)
        assert told.code == 0, told.text
        assert "**Everything is done.** Applied on 2 targets: 2 done" in scene.only(purpose="apply")
    summary = tmp_path / "summary.md"
    assert many.ci("summary", "--report", many.log, "--to", summary).code == 0
    assert "### Applied: `vision` → 2 targets" in summary.read_text()


def _printed(many: Many, folder: Path) -> Path:
    """What `apply --format json` prints of the same document: all of it is done already."""
    file = folder / "printed.json"
    log = [json.loads(line) for line in many.log.read_text().splitlines()]
    rows = {name: [each for each in log if each.get("target") == name] for name in many.targets}
    reports = [
        {
            "target": {"name": name},
            "interrupted": False,
            "outcomes": [{**each} for each in events if each["event"] == "finished"],
        }
        for name, events in rows.items()
    ]
    document = {"fleet_id": log[0]["fleet_id"], "reports": reports, "failed": [], "interrupted": False}
    file.write_text(json.dumps(document))
    return file


def test_a_log_that_ends_in_the_middle(many: Many, scene: Scene) -> None:
    """A killed run: what was begun is unknown, what was not is told as not begun."""
    scene.on_request()
    many.plan()
    assert command("apply", many.file, "--project", many.project.root, "--log-json", many.log).code == 0
    lines = many.log.read_text().splitlines()
    east = [line for line in lines if json.loads(line).get("target") == "east"]
    kept = [line for line in lines if line not in east and json.loads(line)["event"] != "ended"]
    many.log.write_text("\n".join(kept) + "\n")
    assert many.ci("comment", "--report", many.log).code == 0
    body = scene.only(purpose="apply")
    assert "**Interrupted: part of it was written.**" in body
    assert "`the run ended before it began with it`" in body


def test_a_report_of_other_plans_is_refused(many: Many, scene: Scene) -> None:
    scene.on_request()
    many.plan()
    assert command("apply", many.file, "--project", many.project.root, "--log-json", many.log).code == 0
    many.project.template(command="python other.py")
    many.plan()
    told = many.ci("comment", "--report", many.log)
    assert (told.code, "it is of plans" in told.err) == (1, True)


def test_a_document_that_lacks_a_target(many: Many, scene: Scene) -> None:
    """It is commented, counts as drift, and is no review of anything, unless that is meant."""
    scene.on_request()
    many.project.template(overrides={"east": {"content": {"UserComand": "x"}}})
    assert many.plan().code == 1
    assert many.ci("comment").code == 0
    body = scene.only()
    assert "**No plan for 1 target of 2." in body
    assert "`east`: **manifests**" in body
    refused = many.ci("verify")
    assert (refused.code, "  - east: " in refused.err) == (3, True)
    assert many.ci("verify", "--allow-missing", "east").code == 0
    issue = many.ci("issue")
    assert issue.out.startswith("Issue created"), issue.text
    annotated = many.ci("annotate", "--project", many.project.root)
    assert "::error file=" in annotated.out
    assert many.ci("counts").json == {"create": 1, "update": 0, "delete": 0}
    assert many.ci("name").out == "vision@all\n"


def test_one_issue_for_all_and_one_mark(many: Many, scene: Scene) -> None:
    scene.on_request()
    many.plan()
    assert many.ci("issue").out.startswith("Issue created")
    many.ci("comment")
    marked = command("ci", "mark", "outdated", "--file", many.file)
    assert marked.code == 0, marked.text
    assert "> **Out of date:" in scene.only()
    assert many.ci("verify").code == 3, "what an outdated comment showed is no review"
    assert command("apply", many.file, "--project", many.project.root).code == 0
    many.plan()
    assert many.ci("issue").out.startswith("Issue closed")


def test_an_empty_document_makes_no_comment(many: Many, scene: Scene) -> None:
    scene.on_request()
    assert command("apply", "--all-targets", "--yes", "--project", many.project.root).code == 0
    many.plan()
    assert many.ci("comment").out == "Comment not needed\n"
    assert many.ci("verify").out == "Nothing to apply, so nothing to review.\n"
