"""What is said of many targets agrees with what is so: counts, what is held, what follows, what nobody looked at."""

from __future__ import annotations

import json
import os
import re
import signal
from dataclasses import replace

import pytest
from render.plans import CREATE, DELETE, ERRORS, HELD, NEW_VERSION, UPDATE, VERIFY, plan, template

from reconciler.audit.drift import DriftReport, Stand
from reconciler.cli.terminal.fleet_progress import FleetLines
from reconciler.fleet.codec import fleet_id
from reconciler.model import Awaited, Broken, Failure, Fleet, Plan, ResourceId, SourceRef, Waiting
from reconciler.render.fleet.drift import fleet_drift_text
from reconciler.render.fleet.markdown import fleet_markdown
from reconciler.render.fleet.page import drift_page, plan_page
from reconciler.render.fleet.text import fleet_text
from reconciler.render.fleet.words import summary, verdict
from reconciler.render.sums import sums

from .conftest import NOWHERE, FleetFolder
from .fleets import target

GONE = Failure(target="gone", code="unreachable", message="no answer")
NOT_ASKED = "its default, version 1, is not what this commit asks there"


def fleet_of(*plans: Plan, failed: tuple[Failure, ...] = ()) -> Fleet:
    return Fleet(project="vision", chosen="all", plans=plans, failed=failed)


def later(name: str, *awaited: str, hours: float | None = None) -> Waiting:
    awaits = tuple(Awaited(target=each, why=NOT_ASKED, hours_left=hours) for each in awaited)
    return Waiting(id=template(name), actions=(replace(NEW_VERSION, id=template(name)),), awaits=awaits)


def test_the_sums_of_one_plan_and_of_a_fleet_count_the_same_things() -> None:
    """What is held and what nobody knows the size of is counted in both, so that neither promises too little."""
    unknown = replace(VERIFY, id=template("large"), intended={**VERIFY.intended, "gpuHours": None})
    out = Broken(where=SourceRef("templates/a.yaml", 1, 1), id=template("a"))
    one = plan(HELD, VERIFY, unknown, target=target("a", 0), unchanged=4, broken=(out,), waiting=(later("b", "z"),))
    counted = sums(one)
    assert summary(fleet_of(one)) == f"Plan: 1 target: {counted}"
    for part in ("1 held", "and 1 verification of unknown size", "1 left out", "1 waiting", "4 unchanged"):
        assert part in counted


def test_what_is_on_all_targets_but_those_that_failed_is_not_said_to_be_on_all() -> None:
    plans = tuple(plan(UPDATE, target=target(f"t{at}", at)) for at in range(5))
    fleet = fleet_of(*plans, failed=(GONE,))
    for told in (fleet_text(fleet), fleet_markdown(fleet, fleet_id(fleet)), plan_page(fleet, fleet_id(fleet))):
        assert "5 targets (all but " in told
        assert "all 5 targets" not in told
    assert "all 5 targets" in fleet_text(fleet_of(*plans))


@pytest.mark.parametrize(
    ("plans", "following"),
    [
        ((plan(NEW_VERSION, target=target("a", 0)), plan(target=target("b", 1), waiting=(later("x", "a"),))), ""),
        (
            (
                plan(replace(NEW_VERSION, id=template("x")), target=target("a", 0)),
                plan(target=target("b", 1), waiting=(later("x", "a"),)),
                plan(target=target("c", 2), waiting=(later("x", "a", "b"),)),
            ),
            "Up to 2 of what waits may follow in the same apply, on 2 targets.",
        ),
        ((plan(target=target("b", 1), waiting=(later("x", "elsewhere"),)),), ""),
        (
            (
                plan(replace(NEW_VERSION, id=template("x")), target=target("a", 0)),
                plan(target=target("b", 1), waiting=(later("x", "a", hours=3),)),
            ),
            "",
        ),
        (
            (
                plan(replace(HELD, id=template("x")), replace(NEW_VERSION, id=template("x")), target=target("a", 0)),
                plan(target=target("b", 1), waiting=(later("x", "a"),)),
            ),
            "",
        ),
    ],
    ids=["another template", "wave after wave", "a target outside", "time is missing", "held"],
)
def test_the_verdict_says_how_much_more_the_same_apply_may_do(plans: tuple[Plan, ...], following: str) -> None:
    told = verdict(fleet_of(*plans))
    assert ("may follow" in told) is bool(following)
    assert following in told


def test_equal_targets_at_risk_share_a_row_that_names_all_of_them() -> None:
    plans = [plan(DELETE, target=target(f"t{at:02}", at)) for at in range(30)]
    fleet = fleet_of(*plans, plan(DELETE, CREATE, target=target("other", 30)))
    text = fleet_markdown(fleet, fleet_id(fleet))
    rows = [line for line in text.splitlines() if "**takes away**" in line]
    assert len(rows) == 2
    assert all(f"`t{at:02}`" in rows[0] for at in range(30))


def test_the_errors_of_a_target_stand_below_it_and_counts_are_those_of_the_sums() -> None:
    failed = Failure(target="wrong", code="manifests", message="1 error", findings=ERRORS)
    waiting = tuple(plan(target=target(f"t{at}", at), waiting=(later("x", "a"),)) for at in range(7))
    text = fleet_markdown(fleet_of(*waiting, failed=(failed,)), "id")
    assert "<summary>Waiting (7)</summary>" in text
    assert "Plan: 8 targets: 7 waiting, " in text
    assert text.count("\n  - **error** ") == len(ERRORS)


def cells(page: str) -> dict[str, str]:
    return {title: mood for mood, title in re.findall(r'<td class="(\w+)" title="([^"]*)"', page)}


def test_the_page_of_a_plan_says_what_is_held_and_what_waits() -> None:
    publishing = replace(NEW_VERSION, id=HELD.id)
    held = plan(HELD, publishing, target=target("a", 0))
    fleet = fleet_of(held, plan(target=target("b", 1), waiting=(later("x", "a"),)))
    page = plan_page(fleet, "id")
    (title,) = (title for title in cells(page) if title.startswith("✗ held"))
    assert cells(page)[title] == "bad"
    assert HELD.verification is not None
    assert f"verify {HELD.id}: held</strong>" in page
    assert re.search(rf"new-version \d+ {HELD.id}: held</strong>", page)
    assert re.search(r"… new-version \d+ JobTemplate/x: waiting</strong> <span class=\"soft\">on b<", page)


def test_the_page_of_drift_says_what_was_not_compared() -> None:
    """A template whose manifest has errors is not shown as being what Git asks."""
    id = ResourceId("JobTemplate", "train")
    broken = Broken(where=SourceRef("templates/train.yaml", 1, 1), id=id)
    report = DriftReport(
        project="vision", target=target("a", 0), unchanged=1, stands=(Stand(id=id, version=3),), broken=(broken,)
    )
    page = drift_page((report,), ())
    assert cells(page) == {"✗v3 · not compared: its manifest has errors": "bad"}
    assert "JobTemplate/train: not compared: its manifest has errors</strong>" in page


@pytest.mark.parametrize(("version", "most"), [(1, 27), (123, 19)])
def test_the_matrix_stands_before_the_list_and_fits_on_paper(version: int, most: int) -> None:
    """Wider cells stand in more tables. What the signs mean stands right above."""
    id = ResourceId("JobTemplate", "train")
    reports = tuple(
        DriftReport(project="vision", target=target(f"t{at}", at), stands=(Stand(id=id, version=version),), broken=out)
        for at in range(54)
        for out in ((Broken(where=SourceRef("templates/train.yaml", 1, 1), id=id),),)
    )
    page = drift_page(reports, ())
    columns = [len(re.findall(r"t\d+</th>", table)) for table in page.split("<thead>")[1:]]
    assert (max(columns) <= most, sum(columns)) == (True, 54)
    assert page.index('class="legend"') < page.index("<table") < page.index("was not compared <span")


def test_the_text_of_drift_ends_with_the_sums_of_all_targets() -> None:
    waits = (template("x"), template("y"))
    report = DriftReport(project="vision", target=target("a", 0), unchanged=1200, waiting=waits)
    last = fleet_drift_text((report,), (GONE,)).splitlines()[-1]
    assert last == "Drift: 2 targets: nothing drifted, 1,200 in step, 2 waiting; 1 target not looked at"
    assert fleet_drift_text((), (GONE,)).splitlines() == ["Drift: 1 target, none of them looked at"]


def test_an_interrupted_apply_also_reports_what_waited_for_a_later_wave(
    fleet: FleetFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run is interrupted when the first action has ended, as by Ctrl-C."""
    fleet.add("staging").add("prod", after={"targets": ["staging"]})
    told, ended_already = FleetLines.ended, list[str]()

    def ended_once(lines: FleetLines, text: str) -> None:
        told(lines, text)
        ended_already.append(text)
        if len(ended_already) == 1:  # the second signal would end the process
            os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(FleetLines, "ended", ended_once)
    ended = fleet("apply", "--all-targets", "--yes", "--format", "json")
    report = json.loads(ended.out)
    assert ended.code == 130
    ends = {each["target"]["name"]: [one["status"] for one in each["outcomes"]] for each in report["reports"]}
    assert ends == {"staging": ["done"], "prod": ["skipped"]}


@pytest.mark.parametrize("count", [1, 2])
def test_the_sums_of_all_are_said_in_chinese_too(count: int, fleet: FleetFolder) -> None:
    fleet.add("dev", "west").add(*[f"gone-{at}" for at in range(count)], endpoint=NOWHERE)
    for name in ("eval", "test"):
        fleet.project.template(name, content={"UserComand": "x"})
    for command in ("drift", "list"):
        ended = fleet(command, "--all-targets", "--lang", "zh")
        assert not re.search(r"[A-Za-z]", ended.out.splitlines()[-1]), ended.out
