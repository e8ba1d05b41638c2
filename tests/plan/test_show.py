"""`plan show` and the formats on the command line; and that no format and no file holds a secret."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.commands import Commands, command
from support.project import CONTENT, ProjectFolder

from reconciler.cli.options.plan_view import FORMATS
from reconciler.emulator import Emulator
from reconciler.model.canonical import digest

CANARY = "canary-7f3a91"


@pytest.fixture
def saved(project: ProjectFolder, cli: Commands) -> Path:
    project.template("train")
    assert cli.apply().code == 0
    project.template("train", command="python two.py")
    project.template("new")
    file = project.root / "saved.json"
    assert cli.plan("--out", file).code == 0
    return file


@pytest.mark.parametrize("format_name", sorted(FORMATS))
def test_a_saved_plan_looks_as_it_did_when_it_was_made(
    format_name: str, saved: Path, cli: Commands, emulator: Emulator
) -> None:
    made = cli.plan("--format", format_name)
    emulator.clear_log()
    shown = command("plan", "show", saved, "--format", format_name)
    assert (shown.code, shown.err) == (0, "")
    assert shown.out == made.out
    assert emulator.calls() == []


def test_a_plan_that_is_blocked_can_be_shown(project: ProjectFolder, cli: Commands, emulator: Emulator) -> None:
    emulator.seed({"jobTemplates": [{"TemplateName": "train", "Content": CONTENT}]})
    project.template("train")
    file = project.root / "saved.json"
    assert cli.plan("--out", file).code == 3
    shown = command("plan", "show", file, "--format", "markdown")
    assert shown.code == 0
    assert "Blocked by 1 error" in shown.out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("show",), "Missing argument 'PLAN'"),
        (("show", "gone.json"), "gone.json cannot be read"),
        (("shwo",), "No such command 'shwo'"),
        (("show", "{saved}", "--format", "pdf"), "'pdf' is not one of"),
        (("show", "{saved}", "--max-chars", "5000"), "text is never shortened"),
        (("show", "{saved}", "--format", "markdown", "--max-chars", "100"), "does not fit into less than 2000"),
    ],
)
def test_mistakes_are_told(arguments: tuple[str, ...], told: str, saved: Path) -> None:
    ended = command("plan", *(each.format(saved=saved) for each in arguments))
    assert ended.code in (1, 64)
    assert ended.out == ""
    assert told in " ".join(ended.err.split())
    assert "Traceback" not in ended.err


def test_a_file_whose_checksums_fit_but_whose_fields_do_not_is_refused(saved: Path) -> None:
    document = json.loads(saved.read_text(encoding="utf-8"))
    document["unchanged"] = "<b>"
    del document["checksum"]
    document["checksum"] = digest(document)
    saved.write_text(json.dumps(document), encoding="utf-8")
    ended = command("plan", "show", saved)
    assert ended.code == 3
    assert "is not a whole plan: unchanged: '<b>' is not of type 'integer'" in ended.err


def test_a_comment_keeps_within_its_limit(project: ProjectFolder, cli: Commands) -> None:
    for index in range(40):
        project.template(f"t{index:02}", command="\n".join(f"echo {line}" for line in range(60)))
    limited = cli.plan("--format", "markdown", "--max-chars", "5000", "--whole-plan", "https://ci.example.com/1")
    assert limited.code == 0
    assert len(limited.out) <= 5000
    assert "<https://ci.example.com/1>" in limited.out
    whole = cli.plan("--format", "markdown", "--max-chars", "0")
    assert "Left out" not in whole.out
    assert whole.out.count("<details>") == 40


def test_no_format_and_no_file_holds_a_secret(
    project: ProjectFolder, cli: Commands, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def secrets(value: str) -> None:
        monkeypatch.setenv("HF_TOKEN", value)
        project.template(
            "train",
            command=f"login --token {value}-a\nWANDB_API_KEY={value}-b python train.py\n",
            content={
                "Envs": {"HF_TOKEN": "${env.HF_TOKEN}", "MY_PASSWORD": f"{value}-c"},
                "CodeSource": {"Branch": "${env.HF_TOKEN}"},
            },
            constraints={"Envs.HF_TOKEN": "locked"},
        )

    secrets(CANARY)
    file = project.root / "saved.json"
    texts = [cli.plan("--format", format_name, "--out", file).text for format_name in FORMATS]
    texts.append(file.read_text(encoding="utf-8"))
    texts.append(cli.apply().text)
    emulator.store.create_job("job", template_id=emulator.store.templates()[0].id, body={"Envs": {"HF_TOKEN": CANARY}})
    secrets(f"second-{CANARY}")
    texts += [cli.plan("--format", format_name, "--out", file).text for format_name in FORMATS]
    texts.append(file.read_text(encoding="utf-8"))
    assert all("(sensitive" in text for text in texts if "UserCommand" in text)
    assert [text for text in texts if CANARY in text] == []


@pytest.mark.parametrize(("variable", "coloured"), [("FORCE_COLOR", True), ("NO_COLOR", False), ("", False)])
def test_colour_only_where_it_is_wanted(
    variable: str, *, coloured: bool, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if variable:
        monkeypatch.setenv(variable, "1")
    for format_name in FORMATS:
        shown = command("plan", "show", saved, "--format", format_name).out
        assert ("\x1b[" in shown) is (coloured and format_name == "text")
