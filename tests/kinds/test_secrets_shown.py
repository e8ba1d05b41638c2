"""Values from the environment reach the service and no output, wherever in a manifest they stand."""

from __future__ import annotations

import pytest
from support.commands import Commands
from support.project import CONTENT, ProjectFolder

from reconciler.emulator import Emulator

OLD, NEW = "canary-one-4711", "canary-two-0815"


@pytest.mark.parametrize(
    "spec",
    [
        {"content": {"Envs": {"HARMLESS": "${env.VALUE}"}}},
        {"content": {"UserCommand": "run ${env.VALUE} now"}},
        {"content": {"JobSpecs": [{**CONTENT["JobSpecs"][0], "Image": "${env.VALUE}"}]}},
    ],
    ids=["env", "command", "image"],
)
def test_a_value_of_the_environment_is_never_shown(
    spec: dict[str, object], project: ProjectFolder, cli: Commands, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.template(**spec)  # type: ignore[arg-type]
    monkeypatch.setenv("VALUE", OLD)
    shown = [cli.plan().text, cli.plan("--format", "json").text, cli.apply().text]
    monkeypatch.setenv("VALUE", NEW)
    plan = cli.plan()
    assert "(sensitive, changed)" in plan.out
    log = project.root / "log.jsonl"
    shown += [plan.text, cli.plan("--format", "json").text, cli.apply("--log-json", log).text, log.read_text()]
    assert not [text for text in shown if OLD in text or NEW in text]
    assert NEW in str([request.body for request in emulator.writes()])
    assert cli.verbs() == []


@pytest.mark.parametrize(
    "source",
    [
        {"Uri": "oss://${env.VALUE}/logs/", "SummaryRelativePath": "/run"},
        {"TensorboardDataSources": [{"SourceType": "datasource", "Uri": "oss://${env.VALUE}/logs/"}]},
    ],
    ids=["uri", "source"],
)
def test_a_source_from_the_environment_is_hidden_when_a_board_is_replaced(
    source: dict[str, object], project: ProjectFolder, cli: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.board(content={**source, "Accessibility": "PUBLIC"})
    shown = []
    for value, verb in ((OLD, "create"), (NEW, "replace")):
        monkeypatch.setenv("VALUE", value)
        assert cli.verbs() == [f"{verb} TensorBoard/board"]
        shown += [cli.plan().text, cli.plan("--format", "json").text, cli.apply().text]
    assert not [text for text in shown if OLD in text or NEW in text]
    assert cli.verbs() == []
