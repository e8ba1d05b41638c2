"""`hosted.sh` and the files that call it: Flow, Gitee Go and Jenkins, each with its host on loopback."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from notify.chats import CHATS
from support.project import ProjectFolder

from ci.gitlab_pipeline import BIN, script
from ci.loopback import serving
from ci.scene import SERVERS, Scene
from ci.test_workflows import EXAMPLES, template, tool, written
from reconciler.ci import platform_named
from reconciler.emulator import Emulator

CALLERS = {
    "codeup/plan.yml": ("codeup", ("plan",)),
    "codeup/apply.yml": ("codeup", ("apply",)),
    "codeup/drift.yml": ("codeup", ("drift",)),
    "gitee/dlc.yml": ("gitee", ("plan", "apply")),
    "Jenkinsfile": ("", ("plan", "apply")),
}
"""Each file with the host it is for, and what it asks of the script."""
C7 = "7" * 40


@pytest.mark.slow
@pytest.mark.parametrize("name", SERVERS)
def test_the_script_plans_applies_and_looks_for_drift_on_every_host(
    name: str, project: ProjectFolder, emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write("train", template("train"))
    shutil.copy2(EXAMPLES / "hosted.sh", project.root)
    host, chat = SERVERS[name](), CHATS["wecom"]()
    with serving(host), serving(chat):
        scene = Scene(host, tmp_path, monkeypatch)

        def run(what: str) -> subprocess.CompletedProcess[str]:
            words = ("GITHUB_", "GITLAB_", "CI_", "GITEE_", "YUNXIAO_", "CODEUP_", "PIPELINE_", "BUILD_")
            environ = {key: value for key, value in os.environ.items() if key.startswith(words)}
            environ |= {"DLC_RECONCILER_ENDPOINT": emulator.url, "DLC_RECONCILER_INDEX_WAIT": "0"}
            environ |= {
                "DLC_RECONCILER_TARGET": "test",
                "NOTIFY_TO": "wecom",
                "DLC_RECONCILER_NOTIFY_URL": chat.address,
            }
            return script(f"./hosted.sh {what}", cwd=project.root, **environ)

        assert run("").returncode == 64
        scene.on_request()
        planned = run("plan")
        assert planned.returncode == 0, planned.stderr
        assert "JobTemplate/train" in scene.only()
        scene.on_commit(C7)
        refused = run("apply")
        assert (refused.returncode, written(emulator)) == (3, []), refused.stderr
        host.merge(7, C7)
        applied = run("apply")
        assert applied.returncode == 0, applied.stderr
        assert written(emulator).count("CreateJobTemplate") == 1
        assert "Everything is done." in scene.only(purpose="apply")
        project.write("train", template("train", UserCommand="python other.py"))
        drifted = run("drift")
        assert drifted.returncode == 0, drifted.stderr
        assert ("Codeup keeps no issues" in drifted.stderr) is (name == "codeup")
        told = [text.split(" dlc-reconciler:")[0].strip("* ") for text in chat.texts]
        assert told == ["Takes nothing away.", "Everything is done.", "Drift: 1 live object not as Git has it."]
        project.write("more", template("more", UserComand="x"))
        scene.on_request()
        wrong = run("plan")
        assert wrong.returncode == 1
        assert "Out of date: the manifests of " in scene.only()
        said = planned.stdout + refused.stdout + applied.stdout + drifted.stdout + wrong.stdout
        assert chat.path not in said


def test_every_file_calls_the_script_for_what_it_is_there() -> None:
    for name, (_, asked) in CALLERS.items():
        text = (EXAMPLES / name).read_text(encoding="utf-8")
        assert (
            tuple(re.findall(r"bash ci/hosted\.sh (\w+)", text.partition("{" if name == "Jenkinsfile" else "name:")[2]))
            == asked
        )


def test_the_scripts_in_the_files_are_clean() -> None:
    for name in CALLERS:
        text = (EXAMPLES / name).read_text(encoding="utf-8")
        if name == "Jenkinsfile":
            scripts = re.findall(r"sh '([^']*)'", text)
            assert text.count("{") == text.count("}")
        else:
            scripts = ["\n".join(commands_of(yaml.safe_load(text)))]
        for each in scripts:
            checked = subprocess.run(
                [BIN / "shellcheck", "--shell=bash", "--exclude=SC1091", "-"],
                input=each, capture_output=True, text=True, check=False,
            )  # fmt: skip
            assert checked.returncode == 0, f"{name}\n{checked.stdout}"
    assert tool("shellcheck", EXAMPLES / "hosted.sh").returncode == 0


def commands_of(document: object) -> list[str]:
    """What a pipeline file runs, wherever it stands."""
    if isinstance(document, dict):
        own = document.get("run") or document.get("commands") or []
        below = [line for value in document.values() for line in commands_of(value)]
        return [*([own] if isinstance(own, str) else own), *below]
    return [line for each in document for line in commands_of(each)] if isinstance(document, list) else []


def test_a_repository_in_the_files_is_one_of_its_host() -> None:
    for name, (host, _) in CALLERS.items():
        text = (EXAMPLES / name).read_text(encoding="utf-8")
        found = re.findall(r"(?:CODEUP_REPOSITORY|GITEE_REPOSITORY|DLC_RECONCILER_REPOSITORY) ?= ?'?([\w/.-]+)", text)
        assert found, name
        for each in found:
            assert re.fullmatch(platform_named(host or "gitee").repository, each), (name, each)
