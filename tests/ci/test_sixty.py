"""Sixty real targets on a code host: one comment, the verdict first, what is the same once, what is special in full."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.commands import command
from support.project import ProjectFolder

from ci.github_server import GitHubServer
from ci.scene import Scene
from reconciler.emulator import Emulator, Profile
from reconciler.http.retry import RetryPolicy

COUNT = 60
NOWHERE = "http://127.0.0.1:1"
REGIONS = ("cn-hangzhou", "cn-shanghai", "cn-beijing", "ap-southeast-1", "eu-central-1", "us-west-1")
NAMES = [f"{REGIONS[at % 6].removeprefix('cn-')}-{at:02}" for at in range(COUNT)]
QUIET, SPECIAL, GONE = NAMES[4::10], NAMES[7], NAMES[-1]


def test_sixty_targets_are_one_comment(
    project: ProjectFolder, github: GitHubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Six targets have nothing to do, one has a change of its own and a deletion, one cannot be reached."""
    monkeypatch.setattr(RetryPolicy, "wait", lambda *_: 0.0)
    known = frozenset(str(1001 + at) for at in range(COUNT))
    with Emulator(profile=Profile(workspaces=known)) as emulator:
        targets = {
            name: {"region": REGIONS[at % 6], "workspaceId": str(1001 + at), "endpoint": emulator.url}
            for at, name in enumerate(NAMES)
        }
        project.settings(targets=targets)
        project.template()
        run = ("--all-targets", "--project", project.root)
        assert command("apply", "--yes", *run).code == 0
        project.template("old-train")
        assert command("apply", "--yes", *run[1:], "--target", SPECIAL).code == 0
        project.remove("old-train")
        before = {name: {"content": {"UserCommand": "python train.py"}} for name in QUIET}
        own = {SPECIAL: {"content": {"UserCommand": "python only_here.py"}}}
        project.template(command="python train.py --epochs 90", overrides={**before, **own})
        targets[GONE]["endpoint"] = NOWHERE
        project.settings(targets=targets)
        file = project.root / "fleet.json"
        command("plan", *run, "--out", file)
        scene = Scene(github, tmp_path, monkeypatch)
        scene.on_request()
        commented = command("ci", "comment", "--file", file)
        assert commented.code == 0, commented.text
        body = scene.only()
        assert json.loads(file.read_text(encoding="utf-8"))["failed"][0]["target"] == GONE
    told = body.partition("-->")[2]
    assert len(body) < 10_000, "far below the 65,536 characters that GitHub takes"
    assert told.index("**No plan for 1 target of 60. Takes away 1 live object on 1 target.**") < told.index("\n####")
    assert told.count("python train.py --epochs 90") == 1, "what is the same on 52 targets stands there once"
    assert told.count("python only_here.py") == 1
    assert "**`-` delete** `JobTemplate/old-train` on `shanghai-07`" in told
    assert f"`{GONE}`: **unreachable**" in told
    assert all(f"`{name}`" in told for name in NAMES)
