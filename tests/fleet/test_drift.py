"""Drift, audit and validate of many targets, and the page with every template on every target."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.chromium import chromium
from support.project import CONTENT

from reconciler.audit.drift import DriftReport, Stand
from reconciler.fleet.codec import fleet_id
from reconciler.languages import language, say, speaking
from reconciler.model import Failure, Fleet, ResourceId
from reconciler.render.fleet.page import drift_page, plan_page
from reconciler.render.fleet.words import verdict

from .conftest import NOWHERE, FleetFolder
from .fleets import nasty, sixty, target

if TYPE_CHECKING:
    from selenium.webdriver import Chrome


def test_drift_of_many_hides_nothing(fleet: FleetFolder) -> None:
    fleet.add("dev", "east").add("gone", endpoint=NOWHERE)
    assert fleet("apply", "--all-targets", "--yes").code == 4
    fleet.project.template(command="python two.py")
    assert fleet("apply", "--target", "dev", "--yes").code == 0
    ended = fleet("drift", "--all-targets", "--format", "json", "--detailed-exitcode")
    assert ended.code == 1, "failed is worse than drifted"
    assert {each["target"]["name"]: each["drifted"] for each in ended.json["targets"]} == {"dev": 0, "east": 1}
    assert [(each["target"], each["code"]) for each in ended.json["failed"]] == [("gone", "unreachable")]
    some = fleet("drift", "--target", "dev", "--target", "east", "--detailed-exitcode", "--format", "html")
    assert some.code == 2
    cells = re.findall(r'<td class="(\w+)" title="([^"]*)"', some.out)
    assert [mood for mood, _ in cells] == ["calm", "change"]
    assert cells[0][1].startswith("v2 · since ")
    assert cells[1][1].startswith("≠v1 · drifted: content · since ")
    assert fleet("drift", "--targets-with", "env=x").code == 64


def test_targets_where_nothing_is_to_be_told_share_one_line(fleet: FleetFolder) -> None:
    """What drifted is told target by target; of the others only how many they are, which, and through which address."""
    quiet = [f"quiet-{number}" for number in range(6)]
    fleet.add("loud", *quiet).add("gone", endpoint=NOWHERE)
    assert fleet("apply", "--all-targets", "--yes").code == 4
    fleet.project.template(overrides={"loud": {"content": {"UserCommand": "python two.py"}}})
    ended = fleet("drift", "--all-targets")
    told = ended.out.splitlines()
    assert told[0] == "vision -> 8 targets"
    assert told[2].startswith("vision -> loud (cn-hangzhou, workspace 1001, through http")
    assert told[-4] == "No drift on 6 targets (all but loud, gone); 6 in step."
    assert told[-3] == f"  all 6 targets, through {fleet.emulator.url}"
    assert told[-1] == "Drift: 8 targets: 1 drifted on 1 target, 6 in step; 1 target not looked at"
    assert ended.out.count("quiet-") == 0
    markdown = fleet("drift", "--all-targets", "--format", "markdown").out
    heads = [line for line in markdown.splitlines() if line.startswith(("### ", "**", "No drift"))]
    assert heads == [
        "### Drift: `vision` → 8 targets",
        "**Nothing is known of 1 target. 1 resource drifted on 1 target.**",
        "No drift on 6 targets (all but `loud`, `gone`); 6 in step.",
        "### Not looked at",
        f"### Drift of `vision` in `loud`, through `{fleet.emulator.url}`",
    ]


def test_a_manifest_with_errors_is_not_quiet(fleet: FleetFolder) -> None:
    """What was not compared is told, and nobody says "No drift." above it."""
    fleet.add("dev", "east")
    assert fleet("apply", "--all-targets", "--yes").code == 0
    fleet.project.template(overrides={"east": {"content": {"UserComand": "x"}}})
    for form in ("text", "markdown"):
        told = fleet("drift", "--all-targets", "--format", form).out
        assert "has errors and was not compared" in told
        assert "No drift on dev; 1 in step." in told.replace("`", "")
    assert "**1 manifest with errors not compared. Nothing drifted on 2 targets.**" in told
    page = fleet("drift", "--all-targets", "--format", "html").out
    assert "1 manifest with errors not compared. Nothing drifted on 2 targets." in page


def test_validate_takes_some_targets(fleet: FleetFolder) -> None:
    fleet.add("dev", labels={"env": "dev"}).add("east", "west")
    fleet.project.template(overrides={"west": {"content": {"UserComand": "x"}}})
    assert fleet("validate", "--target", "dev", "--target", "east").code == 0
    assert fleet("validate", "--targets-with", "env=dev").code == 0
    assert fleet("validate", "--target", "west", "--target", "east").code == 1
    assert fleet("validate", "--all-targets").code == 1
    unknown = fleet("validate", "--target", "dev", "--target", "wets")
    assert (unknown.code, 'did you mean "west"?' in unknown.err) == (1, True)


@pytest.mark.parametrize("words", [("--all-targets",), ("--target", "all"), ("--target", "dev", "--target", "east")])
def test_audit_takes_several_targets(words: tuple[str, ...], fleet: FleetFolder) -> None:
    fleet.add("dev", "east")
    assert fleet("apply", "--all-targets", "--yes").code == 0
    ended = fleet("audit", *words, "--format", "json")
    assert len(ended.json["targets"]) == 2, ended.json["targets"]


def stands() -> tuple[DriftReport, ...]:
    """Forty templates on eight targets, most of them alike."""
    reports = []
    for at in range(8):
        rows = tuple(
            Stand(
                id=ResourceId("JobTemplate", f"template-{number:02}"),
                version=3 + (at * number) % 3,
                commit="0123abcd" * 5,
                since="2026-02-11T08:15:00Z",
                proved="dlc1a2b3c" if number % 5 == 0 else "",
                unproved=number % 7 == 3,
            )
            for number in range(40)
            if (at + number) % 11
        )
        waiting = (ResourceId("JobTemplate", "template-04"),) if at in (5, 6) else ()
        reports.append(
            DriftReport(project="vision", target=target(f"target-{at}", at), unchanged=38, stands=rows, waiting=waiting)
        )
    return tuple(reports)


NAMES = {name for plan in sixty().plans for name in plan.manifests} | {"JobTemplate/foreign"}
ROWS = len(NAMES | {str(each.id) for plan in sixty().plans for each in plan.waiting})
GONE = (Failure(target="gone", code="unreachable", message="no answer <b>", hint="Check the network."),)


def test_the_page_needs_nothing_and_escapes_everything() -> None:
    for text in ("<script>alert(1)</script>", '"><img src=x>', "\x1b[31m", "\u202e"):
        failed = (*GONE, Failure(target=text, code="x", message=text))
        for page in (plan_page(nasty(text), "id"), drift_page(stands(), failed)):
            assert "<script" not in page
            assert "<img" not in page
            assert "\x1b" not in page
            assert "http" not in page.replace("http-equiv", "")
    assert "no answer &lt;b&gt;" in drift_page(stands(), GONE)


@pytest.mark.parametrize("code", ["en", "zh"])
def test_nothing_says_that_all_is_well_when_a_target_is_unknown(code: str) -> None:
    calm = tuple(replace(report, differences=()) for report in stands())
    fleet = Fleet(project="vision", chosen="all targets", plans=(), failed=GONE)
    with speaking(language(code)):
        well = (say("No drift."), say("Nothing to do."))
        assert well[0] in drift_page(calm, ())
        for page in (drift_page(calm, GONE), drift_page((), GONE), verdict(fleet)):
            assert not any(words in page for words in well), page
        quiet = replace(fleet, plans=tuple(replace(plan, actions=(), waiting=()) for plan in sixty().plans))
        assert well[1] not in verdict(quiet)


def test_a_wide_page_prints_every_target_and_says_where_to_look() -> None:
    """Paper does not scroll: a hundred columns stand in four tables, each with its own heads."""
    base = stands()[0]
    reports = tuple(replace(base, target=target(f"target-{at}", at)) for at in range(100))
    waiting = (ResourceId("JobTemplate", "template-04"),)
    page = drift_page((*reports[:97], *(replace(each, waiting=waiting) for each in reports[97:])), ())
    tables = re.findall(r"<thead>.*?</thead>", page)
    heads = [re.findall(r"target-\d+", table) for table in tables]
    assert [len(each) for each in heads] == [25] * 8
    assert [name for each in heads[:4] for name in each] == [report.target.name for report in reports]
    assert "<strong>JobTemplate/template-04: waiting</strong>" in page
    assert "on target-97, target-98, target-99</span>" in page


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    with chromium(tmp_path_factory.mktemp("profile")) as driver:
        yield driver


@pytest.mark.parametrize(
    ("name", "width"),
    [
        ("plan", 1280),
        ("drift", 390),
        pytest.param("plan", 390, marks=pytest.mark.slow),
        pytest.param("drift", 1280, marks=pytest.mark.slow),
    ],
)
def test_the_page_in_a_browser(name: str, width: int, driver: Chrome, tmp_path: Path) -> None:
    """Nothing is wider than the window but the matrix, which scrolls; no script runs; it prints."""
    page = plan_page(sixty(), fleet_id(sixty())) if name == "plan" else drift_page(stands(), GONE)
    file = tmp_path / "page.html"
    file.write_text(page, encoding="utf-8")
    driver.set_window_size(width, 900)
    driver.get(file.as_uri())
    wide, inner = driver.execute_script("return [document.documentElement.scrollWidth, window.innerWidth]")
    assert wide <= inner
    rows = driver.execute_script("return document.querySelectorAll('tbody tr').length")
    # Eight roomy columns stand in two tables, and 58 dense ones too.
    assert rows == 2 * (len({each.id for report in stands() for each in report.stands}) if name == "drift" else ROWS)
    sticky = driver.execute_script("return getComputedStyle(document.querySelector('tbody th')).position")
    assert sticky == "sticky"
    assert driver.get_log("browser") == []  # type: ignore[no-untyped-call]
    driver.save_screenshot(str(tmp_path / f"{name}-{width}.png"))


def test_export_of_many_targets(fleet: FleetFolder, tmp_path: Path) -> None:
    """Each target has a folder; one that cannot be reached hides no other."""
    fleet.add("dev", "east/2").add("gone", endpoint=NOWHERE)
    seed = [
        {
            "WorkspaceId": fleet.targets[name]["workspaceId"],
            "TemplateName": f"live-{at}",
            "Versions": [{"Content": CONTENT}],
        }
        for at, name in enumerate(("dev", "east/2"))
    ]
    fleet.emulator.seed({"jobTemplates": seed})
    assert fleet("export", "--all-targets").code == 64
    ended = fleet("export", "--all-targets", "--out", tmp_path / "live")
    assert ended.code == 1, "gone"
    written = sorted(str(file.relative_to(tmp_path / "live")) for file in (tmp_path / "live").rglob("*.yaml"))
    assert written == ["dev/templates/live-0.yaml", "east-2/templates/live-1.yaml"]
    assert "error: gone: " in ended.err
    (tmp_path / "live" / "east-2" / "templates" / "live-1.yaml").unlink()
    refused = fleet("export", "--target", "dev", "--target", "east/2", "--out", tmp_path / "live")
    assert (refused.code, "error: dev: files exist that would be overwritten" in refused.err) == (3, True)
    assert refused.out.splitlines() == [str(tmp_path / "live" / "east-2" / "templates" / "live-1.yaml")]


def test_charts_of_an_audit_tell_equal_names_apart(fleet: FleetFolder, driver: Chrome, tmp_path: Path) -> None:
    """On one target a template is called by its name alone (tests/audit/test_html_page.py)."""
    fleet.add("dev", "west")
    assert fleet("apply", "--all-targets", "--yes").code == 0
    page = tmp_path / "audit.html"
    page.write_text(fleet("audit", "--all-targets", "--format", "html").out, encoding="utf-8")
    driver.get(page.as_uri())
    names = driver.find_elements("css selector", "#chart-versions .name title")
    assert [each.get_attribute("textContent") for each in names] == ["train @dev", "train @west"]
