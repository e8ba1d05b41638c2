"""What came from the environment is hidden of a verification too: in plans, reports, logs, comments and diagnoses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.commands import Commands, command
from support.project import ProjectFolder

from reconciler.emulator import Emulator, Profile

CONTENT_CANARY, SET_CANARY = "quartz-7f3a91c0", "granite-55e0b2d8"
CONTENT = {
    "JobType": "PyTorchJob",
    "JobSpecs": [{"Type": "Worker", "PodCount": 2, "Image": "registry/a:1", "EcsSpec": "ecs.g7.xlarge"}],
    "UserCommand": "python train.py",
    "Envs": {"DATA": "${env.DATA_CANARY}"},
}
VERIFY = {"maxMinutes": 5, "set": {"JobSpecs[0].PodCount": 1, "UserCommand": "run --with ${env.SET_CANARY}"}}


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator(profile=Profile(job_delay=0.0, job_run_seconds=0.2, deterministic_ids=True)) as running:
        yield running


def test_a_canary_of_content_or_set_is_in_no_output(
    project: ProjectFolder, cli: Commands, emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("DATA_CANARY", CONTENT_CANARY), ("SET_CANARY", SET_CANARY)):
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DLC_RECONCILER_ALLOW_ENV", "DATA_CANARY,SET_CANARY")
    said = [f"cannot open {CONTENT_CANARY}", f"called as run --with {SET_CANARY}"]
    life = {"job": "*", "steps": [["Running", 0.2], "Failed"], "message": f"it read {CONTENT_CANARY}", "log": said}
    emulator.seed({"jobLives": [life]})
    project.template(content=CONTENT, verify=VERIFY)
    place = ("--project", str(project.root), "--endpoint", emulator.url)
    log, file, report = tmp_path / "log.jsonl", tmp_path / "plan.json", tmp_path / "report.json"
    summary = tmp_path / "summary.md"

    ended = [cli.plan("--out", file), cli.apply("--interval", "0.05", "--log-json", log, "-vv")]
    assert (ended[1].code, len(emulator.store.jobs())) == (4, 1), ended[1].text
    (job,) = emulator.store.jobs()
    assert job.body["UserCommand"] == f"run --with {SET_CANARY}"
    assert job.body["Envs"] == {"DATA": CONTENT_CANARY}
    again = cli.apply("--format", "json", "--interval", "0.05")
    report.write_text(again.out, encoding="utf-8")
    ended += [again, *(cli.plan("--format", each) for each in ("text", "json", "markdown", "html"))]
    ended += [cli.plan("--out", file), command("ci", "summary", "--file", file, "--report", report, "--to", summary)]
    for words in (["get", job.id], ["list"], ["diagnose", job.id], ["logs", job.id], ["events", job.id]):
        ended.append(command("jobs", *words, *place))
    ended.append(command("jobs", "clean", "--verify", "--yes", *place))

    texts = [each.text for each in ended] + [path.read_text(encoding="utf-8") for path in (log, file, report, summary)]
    for text in texts:
        assert CONTENT_CANARY not in text, text
        assert SET_CANARY not in text, text
    assert any("it read" in text for text in texts), "the cause is told, without the secret"
    assert any(re.search(r"cannot open .*sensitive", text) for text in texts), "so is the log"
