"""The first minutes of a new user: every command that a command says to run next is run as it stands there."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from pathlib import Path

import pytest
import yaml
from support.commands import Ended, command
from support.project import CONTENT

SECRET = "hf_" + "a1B2" * 9
WORKSPACE = {
    "jobTemplates": [
        {"TemplateName": "good", "Content": CONTENT},
        {"TemplateName": "wrong role", "Content": {**CONTENT, "JobSpecs": [{**CONTENT["JobSpecs"][0], "Type": "PS"}]}},
        {"TemplateName": "leaky", "Content": {**CONTENT, "Envs": {"HF_TOKEN": SECRET}, "NewField": 1}},
    ],
    "tensorboards": [{"DisplayName": "curves", "DataSourceId": "d-logs", "SummaryPath": "/mnt/logs"}],
}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, in which the commands run."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def did(*words: str, code: int = 0) -> Ended:
    ended = command(*words)
    assert ended.code == code, ended.text
    return ended


def told_next(ended: Ended) -> list[str]:
    """The command behind `Next:`, as words."""
    found = re.search(r"^Next: .*?(dlc-reconciler .*)$", ended.err, re.MULTILINE)
    assert found is not None, ended.err
    return shlex.split(found[1])[1:]


@pytest.mark.parametrize("folder", ["", "my project"])
def test_from_nothing(home: Path, folder: str) -> None:
    began = did("init", *([folder, "--name", "mine"] if folder else ["--name", "mine"]))
    where = ["--project", folder] if folder else []
    planned = did(*told_next(began))
    assert "Plan: 1 to create" in planned.out
    did("apply", "--yes", *where)
    assert "nothing to do" in did("plan", "--detailed-exitcode", *where).out
    # Pipelines need a target on the service; the hint is what to add.
    refused = did("init", *([folder] if folder else []), "--ci", "github", code=64)
    shown = re.search(r"`(prod: .*)`", refused.err)
    assert shown is not None, refused.err
    file = Path(folder) / "reconciler.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("  targets:\n", f"  targets:\n    {shown[1]}\n", 1), encoding="utf-8")
    assert yaml.safe_load(file.read_text(encoding="utf-8"))["spec"]["targets"].keys() == {"prod", "local"}
    left = did("init", *([folder] if folder else []), "--ci", "github").err
    assert "dlc-prod" in left
    assert (f", in {folder}:" in left) is bool(folder)


@pytest.mark.parametrize("folder", ["", "my fleet"])
def test_from_a_live_workspace_with_wrong_objects(home: Path, folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("seed.json").write_text(json.dumps(WORKSPACE), encoding="utf-8")
    assert did("emulator", "seed", "seed.json").out == "Added 3 jobTemplates, 1 tensorboards.\n"
    words = ["--from-live", "--name", "fleet", "--workspace", "1001", "--endpoint", "emulator"]
    began = did("init", *([folder] if folder else []), *words)
    assert "1 secret taken out; set this variable to plan:\n  HF_TOKEN" in began.err
    monkeypatch.setenv("HF_TOKEN", SECRET)
    state = Path(folder) / ".dlc-reconciler"
    if folder:
        Path(".dlc-reconciler").rename(state)  # the embedded emulator's state is the project's
    did(*told_next(began), "--yes")
    where = ["--project", folder] if folder else []
    planned = did("plan", "--target", "prod", "--endpoint", "emulator", "--detailed-exitcode", *where)
    assert "nothing to do, 4 unchanged" in planned.out


def test_pipelines_of_codeup_say_how_a_repository_is_written_there(home: Path) -> None:
    words = ["init", "--name", "mine", "--workspace", "2002", "--ci", "codeup", "--notify", "dingtalk"]
    refused = did(*words, code=64)
    assert "--repository https://codeup.aliyun.com/ORGANIZATION_ID/PATH" in refused.err
    assert list(home.iterdir()) == []
    subprocess.run(["git", "init", "-q"], check=True)
    address = "https://codeup.aliyun.com/60d54f3daccf2bbd6659f3ad/ai/models.git"
    subprocess.run(["git", "remote", "add", "origin", address], check=True)
    left = did(*words).err
    assert "DLC_RECONCILER_NOTIFY_SECRET" in left
    flow = yaml.safe_load(Path("ci/codeup/plan.yml").read_text(encoding="utf-8"))
    assert flow["sources"]["repository"]["endpoint"] == address
