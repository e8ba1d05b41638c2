"""`export --job`: a job that ran well becomes the manifest of a template, without what belongs to its run."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from support.commands import Commands, Ended, command
from support.project import CONTENT, ProjectFolder

from reconciler.emulator import Emulator

SECRET = "hf_" + "Abcd1234" * 4


def export(cli: Commands, *arguments: str | Path) -> Ended:
    return command("export", *arguments, "--project", cli.project, "--endpoint", cli.endpoint)


def ran(emulator: Emulator, name: str = "tried-by-hand", status: str = "Succeeded", **body: object) -> str:
    content = {**CONTENT, "WorkspaceId": "1001", "DisplayName": name, **body}
    return str(emulator.store.create_job(name, body=content, status=status))


def test_what_ran_is_what_the_template_asks_for(project: ProjectFolder, cli: Commands, emulator: Emulator) -> None:
    job = ran(emulator, Envs={"HF_TOKEN": SECRET}, JobMaxRunningTimeMinutes=90, Settings={"Tags": {"team": "v"}})
    made = export(cli, "--job", job, "--out", cli.project / "manifests")
    assert made.code == 0, made.text
    (file,) = (project.root / "manifests" / "templates").glob("*.yaml")
    text = file.read_text(encoding="utf-8")
    manifest = yaml.safe_load(text)
    assert (manifest["kind"], manifest["metadata"]) == ("JobTemplate", {"name": "tried-by-hand"})
    content = manifest["spec"]["content"]
    assert content == {
        **CONTENT,
        "Envs": {"HF_TOKEN": "${env.HF_TOKEN}"},
        "JobMaxRunningTimeMinutes": 90,
        "Settings": {"Tags": {"team": "v"}},
        "Accessibility": "PRIVATE",  # these two are what the service made of fields that were left out
        "Priority": 1,
    }
    assert SECRET not in text + made.text
    assert f"it has the name of job {job}; give the template a name of its own" in made.err


def test_by_name_and_the_template_that_it_came_from(
    project: ProjectFolder, cli: Commands, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VALUE", "a-value-of-the-run")
    project.template("train", content={**CONTENT, "Envs": {"QUIET": "${env.VALUE}"}})
    assert cli.apply("--allow-env", "VALUE").code == 0
    (template,) = emulator.store.templates()
    body = {**CONTENT, "WorkspaceId": "1001", "Envs": {"QUIET": "a-value-of-the-run"}}
    emulator.store.create_job("train-by-hand", template_id=template.id, template_version=1, body=body)
    made = export(cli, "--job", "train-by-hand")
    assert made.code == 0, made.text
    assert "launched from template train" in made.err
    assert "a-value-of-the-run" not in made.text


@pytest.mark.parametrize("status", ["Running", "Failed", "Stopped"])
def test_a_job_that_did_not_succeed_is_refused(cli: Commands, emulator: Emulator, status: str) -> None:
    ended = export(cli, "--job", ran(emulator, status=status))
    assert (ended.code, ended.out) == (3, "")
    assert f"did not succeed, its state is {status}" in ended.err


def test_a_verification_is_refused(cli: Commands, emulator: Emulator) -> None:
    ended = export(cli, "--job", ran(emulator, Settings={"Tags": {"dlc-reconciler-verify": "0123456789ab"}}))
    assert (ended.code, ended.out) == (3, "")
    assert "verified a version" in ended.err


def test_a_name_that_a_manifest_has_already(project: ProjectFolder, cli: Commands, emulator: Emulator) -> None:
    project.template("train")
    ended = export(cli, "--job", ran(emulator, name="train"), "--out", cli.project)
    assert ended.code == 3, ended.text
    assert "is described by manifests/train.yaml" in ended.err


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("train", "--job", "tried-by-hand"), 64, "without NAME"),
        (("--all-targets", "--job", "tried-by-hand", "--out", "live"), 64, "one target"),
        (("--job", "tried-by-hant"), 1, "there is no job"),
    ],
)
def test_mistakes(cli: Commands, emulator: Emulator, arguments: tuple[str, ...], code: int, told: str) -> None:
    ran(emulator)
    ended = export(cli, *arguments)
    assert (ended.code, ended.out) == (code, "")
    assert told in ended.err
