"""`spec.verify` in manifests: secrets of the environment in `set`, bases, overrides, matrices, `explain`, a starter."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.commands import Commands, command
from support.project import API, CONTENT, ProjectFolder

from reconciler.emulator import Emulator, Profile

SECRET = "canary-4711-x"


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator(profile=Profile(job_delay=0.0, job_run_seconds=0.0, deterministic_ids=True)) as running:
        yield running


@pytest.fixture
def secret(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("PROOF_KEY", SECRET)
    return SECRET


VERIFY: dict[str, Any] = {
    "maxMinutes": 6,
    "keep": "always",
    "set": {"UserCommand": "python train.py --key ${env.PROOF_KEY}", "Envs.PLACE": "${env.PROOF_KEY}"},
}


def test_a_secret_of_set_reaches_the_job_and_nothing_else(
    project: ProjectFolder, cli: Commands, emulator: Emulator, secret: str, tmp_path: Path
) -> None:
    emulator.seed({"jobLives": [{"job": "*", "steps": ["Failed"], "message": f"bad key {secret}", "times": 1}]})
    project.template(verify=VERIFY)
    shown = [cli.plan("--format", each).text for each in ("text", "json", "markdown", "html")]
    shown.append(cli.plan("--out", tmp_path / "plan.json").text + (tmp_path / "plan.json").read_text())
    log = tmp_path / "log.jsonl"
    held = cli.apply("--format", "json", "--log-json", log, "--interval", "0.01")
    assert held.code == 4, held.text
    shown += [held.text, log.read_text(), cli.plan().text, cli.plan("--format", "markdown").text]
    (job,) = emulator.store.jobs()
    assert job.body["Envs"] == {"PLACE": secret}
    assert job.body["UserCommand"] == f"python train.py --key {secret}"
    place = ("--project", str(project.root), "--endpoint", emulator.url)
    for words in (("show", job.id), ("logs", job.id), ("diagnose", job.id), ("list",)):
        shown.append(command("jobs", words[0], *words[1:], *place).text)
    done = cli.apply("--verify-again", "train", "--interval", "0.01")
    assert done.code == 0, done.text
    shown += [done.text, command("history", "train", *place).text, command("drift", *place).text]
    (row,) = emulator.store.templates()
    shown.append(str(row.metadata))
    assert [each for each in shown if secret in each] == []
    assert "dlc-reconciler/sensitive" not in row.metadata  # no version holds it
    assert secret not in str(emulator.store.versions(row.id))
    assert cli.plan("--detailed-exitcode").code == 0


def test_a_plan_covers_the_reference_and_not_the_value(
    project: ProjectFolder, cli: Commands, secret: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    project.template(verify=VERIFY)
    made = cli.document("--out", tmp_path / "plan.json")
    monkeypatch.setenv("PROOF_KEY", "rotated-0815")
    assert cli.document()["manifests"] == made["manifests"]
    project.template(verify={**VERIFY, "set": {"Envs.PLACE": "${env.OTHER_KEY}"}})
    monkeypatch.setenv("OTHER_KEY", secret)
    assert cli.document()["manifests"] != made["manifests"]
    assert cli.apply(tmp_path / "plan.json").code == 3


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("JobSpecs[0].EcsSpec", "${env.PROOF_KEY}", "DLC036"),
        ("JobSpecs[0]", {"Type": "Worker", "EcsSpec": "${env.PROOF_KEY}"}, "DLC036"),
        ("Priority", "${env.PROOF_KEY}", "DLC036"),
        ("UserCommand", "${env.GITHUB_TOKEN}", "DLC038"),
        ("UserCommand", "${env.NOT_SET}", "DLC032"),
    ],
)
def test_where_it_may_not_stand(key: str, value: Any, code: str, project: ProjectFolder, secret: str) -> None:
    content = {**CONTENT, "Priority": 3}
    project.template(content=content, verify={"maxMinutes": 6, "set": {key: value}})
    ended = command("validate", "--project", project.root, "--format", "json")
    assert code in [each["code"] for each in ended.json["findings"]], ended.text
    assert secret not in ended.text


def documents(spec: dict[str, Any]) -> dict[str, Any]:
    return {"apiVersion": API, "kind": "JobTemplate", "metadata": {"name": "train"}, "spec": spec}


def verified(project: ProjectFolder) -> list[tuple[str, Any]]:
    """What each template asks to be proved, as it is resolved."""
    ended = command("render", "--project", project.root, "--format", "json")
    assert ended.code == 0, ended.text
    return [(each["metadata"]["name"], each["spec"].get("verify")) for each in ended.json]


def test_it_comes_from_a_base_and_an_override_changes_it(project: ProjectFolder) -> None:
    project.template("base", verify={"maxMinutes": 6, "set": {"JobSpecs[0].PodCount": 1}})
    project.write("train", documents({"base": "base", "overrides": {"test": {"verify": {"maxMinutes": 9}}}}))
    assert verified(project)[1] == ("train", {"maxMinutes": 9, "set": {"JobSpecs[0].PodCount": 1}})
    project.write("train", documents({"base": "base", "overrides": {"test": {"verify": None}}}))
    assert verified(project)[1] == ("train", None)


def test_each_row_of_a_matrix_has_its_own(project: ProjectFolder, secret: str) -> None:
    spec = {
        "matrix": [{"size": "small", "minutes": 5}, {"size": "large", "minutes": 20}],
        "content": CONTENT,
        "verify": {"maxMinutes": "${matrix.minutes}", "set": {"Envs.KEY": "${env.PROOF_KEY}-${matrix.size}"}},
    }
    document = documents(spec)
    document["metadata"]["name"] = "train-${matrix.size}"
    project.write("train", document)
    shown = verified(project)
    assert [(name, verify["maxMinutes"]) for name, verify in shown] == [("train-large", 20), ("train-small", 5)]
    assert secret not in str(shown)


def test_explain_knows_its_fields() -> None:
    told = command("explain", "JobTemplate.spec.verify").text
    for field in ("set", "maxMinutes", "queueMinutes", "passAfterMinutes", "keep"):
        assert field in told
    assert "Names of targets" in command("explain", "Project.spec.targets.NAME.after.targets").text


def test_the_starter_is_proved_on_the_emulator(tmp_path: Path, emulator: Emulator) -> None:
    assert command("init", tmp_path / "p", "--template", "verified").code == 0
    ended = command(
        "apply",
        "--yes",
        "--project",
        tmp_path / "p",
        "--endpoint",
        emulator.url,
        "--target",
        "local",
        "--interval",
        "0.01",
    )
    assert ended.code == 0, ended.text
    assert "done     verify JobTemplate/verified: proved by " in ended.out


@pytest.mark.parametrize("asked", [("trian",), ("plain",), ("plan.json",)])
def test_what_asks_for_no_proof_is_not_proved_again(
    asked: tuple[str, ...], project: ProjectFolder, cli: Commands, emulator: Emulator
) -> None:
    project.template(verify={"maxMinutes": 6, "set": {"JobSpecs[0].PodCount": 1}})
    project.template("plain")
    for ended in (cli.plan("--verify-again", *asked), cli.apply("--verify-again", *asked)):
        assert ended.code == 64, ended.text
        assert f'"{asked[0]}"' in ended.err
        assert "apply plan.json --verify-again" in ended.err
        assert ('did you mean "train"?' in ended.err) == (asked == ("trian",))
    assert emulator.writes() == []


def test_all_are_proved_again_when_the_option_goes_last(
    project: ProjectFolder, cli: Commands, emulator: Emulator, tmp_path: Path
) -> None:
    project.template(verify={"maxMinutes": 6, "set": {"JobSpecs[0].PodCount": 1}, "keep": "always"})
    emulator.seed({"jobLives": [{"job": "*", "steps": ["Failed"], "times": 1}]})
    assert cli.apply("--interval", "0.01").code == 4
    assert cli.plan("--out", tmp_path / "plan.json", "--verify-again").code == 0
    done = cli.apply("--interval", "0.01", str(tmp_path / "plan.json"), "--verify-again")
    assert done.code == 0, done.text
    assert len(emulator.store.jobs()) == 2
