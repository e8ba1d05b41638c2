"""Whatever stands in names, values and descriptions, every command on many targets shows it as data.

`SHOWN` has a row for each way in which a person or a program reads many targets. Each runs on a real project on a real
service, whose texts are hostile wherever a text may be anything.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from render.plans import HOSTILE_TEXTS
from support.commands import Ended, command

from reconciler.codes import finding
from reconciler.fleet.codec import dumps, loads
from reconciler.manifests.schemas import validator
from reconciler.model import Fleet, Plan, SourceRef

from .conftest import NOWHERE, FleetFolder
from .test_comment import check

READ = ("--all-targets", "--project", "{project}")
ALL = (*READ, "--no-cache")
SHOWN: dict[str, tuple[str, tuple[str, ...]]] = {
    "plan": ("text", ("plan", *ALL)),
    "plan, Markdown": ("markdown", ("plan", *ALL, "--format", "markdown")),
    "plan, page": ("html", ("plan", *ALL, "--format", "html")),
    "plan, JSON": ("fleet", ("plan", *ALL, "--format", "json")),
    "plan show": ("text", ("plan", "show", "{file}")),
    "plan show, JSON": ("fleet", ("plan", "show", "{file}", "--format", "json")),
    "drift": ("text", ("drift", *ALL)),
    "drift, Markdown": ("markdown", ("drift", *ALL, "--format", "markdown")),
    "drift, page": ("html", ("drift", *ALL, "--format", "html")),
    "drift, JSON": ("json", ("drift", *ALL, "--format", "json")),
    "list": ("text", ("list", *ALL)),
    "list, JSON": ("list", ("list", *ALL, "--format", "json")),
    "validate": ("text", ("validate", *ALL)),
    "validate, JSON": ("json", ("validate", *ALL, "--format", "json")),
    "validate, annotations": ("annotations", ("validate", *ALL, "--format", "github")),
    "summary": ("summary", ("ci", "summary", "{file}", "--to", "{summary}")),
    "annotations": ("annotations", ("ci", "annotate", "{file}", "--project", "{project}")),
    "audit": ("text", ("audit", *READ)),
    "audit, JSON": ("audit", ("audit", *READ, "--format", "json")),
    "apply": ("text", ("apply", *ALL, "--yes")),
    "apply, JSON": ("json", ("apply", *ALL, "--yes", "--format", "json")),
}
"""What is read there, and the words of the command. The schemas that the program ships are named where there is one."""
RAW = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\U000e0041]")
LEVELS = re.compile(r"::(error|warning|notice|debug) ?[^:]*::|::(group|endgroup)::")


ONE_BY_ONE = [text.replace("\x00", "").replace("\ud800", "").replace("${", "$${") for text in HOSTILE_TEXTS]
TEXTS = ["".join(ONE_BY_ONE[at::3]) for at in range(3)]
"""All hostile texts in three, without what no YAML file and no JSON document can hold."""
NAMES = [" ".join(text.replace("$${", "$").split()) for text in TEXTS]
"""Targets may be called anything that is one line."""


@pytest.fixture
def hostile(fleet: FleetFolder) -> FleetFolder:
    """A project where every text is the name of a target, a value that a command takes, and a description."""
    for name, text in zip(NAMES, TEXTS, strict=True):
        fleet.add(name, values={"who": text})
    for at in range(len(TEXTS)):
        fleet.project.template(f"train-{at}", description="calm")
    assert fleet("apply", "--all-targets", "--yes").code == 0
    for at, text in enumerate(TEXTS):
        fleet.project.template(f"train-{at}", description=text, command="echo ${values.who}")
    fleet.add("gone", endpoint=NOWHERE, values={"who": "x"})
    return fleet


def check_shown(kind: str, ended: Ended, summary: Path) -> None:
    """Nothing of it is more than data there."""
    said = ended.out
    assert not RAW.search(ended.err), ended.err
    match kind:
        case "text":
            assert not RAW.search(said), said
            assert not re.search("^::", said + ended.err, re.MULTILINE), said
        case "markdown" | "summary":
            check(summary.read_text(encoding="utf-8") if kind == "summary" else said)
        case "html":
            assert not RAW.search(said)
            assert not re.search("<script|<img|<b>|</details>", said)
        case "annotations":
            assert not RAW.search(said + ended.err), said
            assert all(LEVELS.match(line) for line in said.splitlines() if line.startswith("::")), said
        case "json":
            assert json.loads(said)
        case schema:
            assert list(validator(f"{schema}.schema.json").errors(json.loads(said))) == []


def with_findings(plan: Plan) -> Plan:
    """A plan whose findings quote every text."""
    where = SourceRef("manifests/train-0.yaml", 1, 1)
    found = (finding("DLC221", text, subject=plan.actions[0].id, where=where) for text in TEXTS)
    return replace(plan, findings=(*plan.findings, *found))


def check_all(fleet: FleetFolder, folder: Path, *may_be_silent: str) -> None:
    """Every row of the table, on one plan file. The rows that are named may have nothing to say."""
    file, summary = folder / "fleet.json", folder / "summary.md"
    fleet("plan", "--all-targets", "--keep-going", "--out", file)
    saved = loads(file.read_text(encoding="utf-8"))
    assert isinstance(saved, Fleet)
    assert saved.failed
    file.write_text(dumps(replace(saved, plans=tuple(map(with_findings, saved.plans)))), encoding="utf-8")
    failed = []
    for name, (kind, words) in SHOWN.items():
        places = {"{project}": str(fleet.project.root), "{file}": str(file), "{summary}": str(summary)}
        ended = command(*(places.get(word, word) for word in words))
        assert "internal error" not in ended.text, (name, ended.text)
        assert ended.code != 64, (name, ended.err)
        assert ended.out or kind == "summary" or name in may_be_silent, name
        try:
            check_shown(kind, ended, summary)
        except AssertionError as error:
            failed.append(f"{name}: {str(error)[:500]}")
    assert failed == []


def test_every_way_of_reading_many_targets_shows_data_as_data(hostile: FleetFolder, tmp_path: Path) -> None:
    check_all(hostile, tmp_path, "validate, annotations")


def test_so_it_does_where_manifests_are_wrong(hostile: FleetFolder, tmp_path: Path) -> None:
    """Messages quote what is wrong: keys and values of fields that nobody knows."""
    for at, text in enumerate(TEXTS):
        hostile.project.template(f"wrong-{at}", content={text: "x", "JobType": text, "Priority": text})
    check_all(hostile, tmp_path)
