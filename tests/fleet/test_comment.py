"""The comment on many targets: one for all, what is alike once, and within any limit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from render.plans import CREATE, HOSTILE_TEXTS, UPDATE, plan, template
from support.laws import examples

from reconciler.fleet.codec import fleet_id
from reconciler.model import ApplyReport, Fleet, FleetReport, Outcome, Status
from reconciler.plan.codec import plan_id
from reconciler.render.budget import GITHUB_COMMENT, length
from reconciler.render.comment import SMALLEST
from reconciler.render.fleet.alike import alike_actions, spread
from reconciler.render.fleet.markdown import fleet_markdown
from reconciler.render.fleet.outcomes import fleet_report_markdown
from reconciler.render.fleet.text import fleet_text
from reconciler.render.fleet.words import verdict

from .fleets import large, nasty, sixty, target

PARSER = MarkdownIt("commonmark", {"html": True}).enable("table").enable("strikethrough")
OURS = re.compile(
    r"<details><summary>(<code>[^<>]*</code> on (all )?\d+ targets?|[\w, ]+( \([\d,]+\))?"
    r"|\w+ DLC\d{3} <code>[^<>]*</code> \([\d,]+\))</summary>\n|</details>\n"
)
MEANINGFUL = re.compile(r"@\w|\w#\d|(?<![\w#])#\d|\bGH-\d|://|www\.|<!--|[\x00-\x08\x0b-\x1f]|octocat|evil|alert")


FIFTY_ONE = "51 targets (`hangzhou-00`, `shanghai-01`, `beijing-02` and 48 more)"


def leaves(tokens: Iterable[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from leaves(token.children or ())


def check(text: str, links: str = "") -> None:
    """The text is what we meant: data only in code, and every fold is closed.

    Only links to addresses that begin with `links` may be there, none without it.
    """
    depth = 0
    for token in leaves(PARSER.parse(text)):
        assert token.type not in ("image", "html_inline"), token
        if token.type == "link_open":
            assert links, token
            assert str(token.attrs["href"]).startswith(links), token
        if token.type == "html_block":
            assert OURS.fullmatch(token.content), token.content
            depth += token.content.count("<details>") - token.content.count("</details>")
            assert depth in (0, 1, 2)
        if token.type == "text":
            assert not MEANINGFUL.search(token.content), token.content
    assert depth == 0


def rows_of(text: str, heading: str) -> list[list[str]]:
    """The rows of the table whose head begins with this cell."""
    lines = text[text.index(f"| {heading} |") :].split("\n\n", maxsplit=1)[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def test_sixty_targets_in_one_comment() -> None:
    fleet = sixty()
    text = fleet_markdown(fleet, fleet_id(fleet))
    check(text)
    assert length(text) < GITHUB_COMMENT / 2, "with room to spare"
    assert "Left out" not in text
    assert verdict(fleet) == (
        "No plan for 2 targets of 60. Blocked on 1 target: apply refuses it. Takes away 1 live object on 1 target."
    )
    assert [row[:3] for row in rows_of(text, "Action")] == [
        ["`-` delete", "`JobTemplate/old-train`", "`eu-central-1-05`"],
        ["`^` promote", "`JobTemplate/recommender`", FIFTY_ONE],
        ["`~` new-version", "`JobTemplate/resnet50-train`", FIFTY_ONE],
        ["`~` update", "`JobTemplate/etl`", FIFTY_ONE.replace("51", "50").replace("48", "47")],
        ["`~` update", "`JobTemplate/etl`", "`eu-central-1-11`"],
        ["`+` create", "`JobTemplate/bert-pretrain`", FIFTY_ONE],
    ]
    targets = rows_of(text, "Target")
    assert targets[0][:2] == ["`shenzhen-09`", "**blocked**"]
    assert targets[1][:2] == ["`eu-central-1-05`", "**takes away**"]
    assert targets[2][0].startswith("`hangzhou-00`, `shanghai-01`, `beijing-02`, ")
    assert targets[2][0].endswith(" and 36 more")
    assert targets[2][1:] == ["**new default**", "", "1 each", "1 each", "1 each", "1 each", "", "290-293"]
    assert [row[0] for row in targets[3:5]] == ["`beijing-20`", "`shenzhen-21`"], "two that wait stand alone"
    assert targets[5][1] == "nothing to do"
    assert len(targets) == 6
    assert "<summary>47 targets one by one</summary>" in text
    assert all(code in text for code in (f"`{plan.target.name}`" for plan in fleet.plans))
    assert "only here" in text
    assert "**unreachable**" in text
    assert "`no profile 'tokio'`" in text


@pytest.mark.parametrize(
    ("count", "rows"), [(3, ["`t0`", "`t1`", "`t2`"]), (4, ["`t0`, `t1`, `t2`, `t3`"]), (12, None), (13, None)]
)
def test_targets_that_stand_equally_share_a_row(count: int, rows: list[str] | None) -> None:
    """From four on; each name can be found, in the row while it names all, else one by one."""
    plans = tuple(plan(UPDATE, target=target(f"t{at}", at), unchanged=7) for at in range(count))
    fleet = Fleet(project="vision", chosen="all", plans=plans)
    text = fleet_markdown(fleet, fleet_id(fleet))
    found = rows_of(text, "Target")
    assert rows is None or [row[0] for row in found] == rows
    assert count == 3 or [row[1:] for row in found] == [["**changes**", "1 each", "", "7 each"]]
    assert all(f"`t{at}`" in text[text.index("| Target |") :] for at in range(count))
    assert ("one by one" in text) is (count > 12)


@pytest.mark.parametrize(
    ("equal", "apart"),
    [(12, 450), *(pytest.param(equal, 20, marks=pytest.mark.slow) for equal in (4, 12, 30))],
)
def test_what_was_left_out_is_counted_by_target_also_where_rows_are_shared(equal: int, apart: int) -> None:
    """Equal targets share a row, and equal actions too; the notice counts what stood in it. The limits are so many
    characters `apart`."""
    shared = [plan(UPDATE, target=target(f"same-{at}", at)) for at in range(equal)]
    own = [replace(CREATE, id=template(f"new-{at:02}")) for at in range(60)]
    others = [plan(*own[: at + 1], target=target(f"other-{at}", at)) for at in range(8)]
    others.append(plan(*own, target=target("last", 9)))
    fleet = Fleet(project="vision", chosen="all", plans=(*shared, *others))
    actions = [(each.target.name, action.id) for each in fleet.plans for action in each.actions]
    seen = set()
    for limit in range(SMALLEST, length(fleet_markdown(fleet, fleet_id(fleet), max_chars=None)) + apart, apart):
        text = fleet_markdown(fleet, fleet_id(fleet), max_chars=limit)
        said = {what: int(count) for count, what in re.findall(r"the rows? of (\d+) (target|action)s?", text)}
        targets = text.partition("| Target |")[2].partition("| Action |")[0]
        table = [f"| {row[1]} |" for row in rows_of(text, "Action")] if "| Action |" in text else []
        assert said.get("target", 0) == sum(f"`{each.target.name}`" not in targets for each in fleet.plans)
        assert said.get("action", 0) == sum(f"| `{id}` |" not in table for _, id in actions)
        seen.add(tuple(said.items()))
    assert len(seen) > 10


@pytest.mark.parametrize("text", [*HOSTILE_TEXTS, "x" * 20_000, "`" * 20_000, "", " ", "\n", "|"])
def test_no_text_gets_out_of_its_place(text: str) -> None:
    fleet = nasty(text)
    for limit in (None, GITHUB_COMMENT, SMALLEST):
        shown = fleet_markdown(fleet, fleet_id(fleet), max_chars=limit)
        check(shown)
        assert limit is None or length(shown) <= limit
    assert "\x1b" not in fleet_text(fleet)


@settings(max_examples=examples(5))
@given(st.integers(0, 20), st.integers(1, 20), st.integers(SMALLEST, 30_000))
def test_whatever_the_limit_it_fits_and_says_what_is_missing(actions: int, targets: int, limit: int) -> None:
    fleet = large(actions, targets)
    text = fleet_markdown(fleet, fleet_id(fleet), max_chars=limit)
    assert length(text) <= limit
    check(text)
    assert verdict(fleet) in text
    whole = fleet_markdown(fleet, fleet_id(fleet), max_chars=None)
    assert ("Left out to fit" in text) == (length(whole) > limit)


def test_the_same_change_with_other_numbers_is_one() -> None:
    """Each workspace counts its versions by itself: the number alone does not make a change special."""
    found = {str(each.action.key): each for each in alike_actions(sixty().plans)}
    assert len(found["promote JobTemplate/recommender"].targets) == 51
    one = replace(sixty(), plans=sixty().plans[:1])
    assert all(len(each.targets) == 1 for each in alike_actions(one.plans))


@pytest.mark.parametrize(
    ("count", "of", "told"),
    [
        (1, 1, "t0"),
        (2, 2, "both targets"),
        (4, 60, "t0, t1, t2, t3"),
        (58, 60, "58 targets (all but t58, t59)"),
        (20, 60, "20 targets (t0, t1, t2 and 17 more)"),
    ],
)
def test_targets_in_few_words(count: int, of: int, told: str) -> None:
    names = [f"t{at}" for at in range(of)]
    assert spread(names[:count], names, str) == told


def report_of(fleet: Fleet, status: Status) -> FleetReport:
    reports = tuple(
        ApplyReport(
            plan_id=plan_id(plan),
            target=plan.target,
            outcomes=tuple(
                Outcome(action=action, status=status if action == UPDATE else Status.DONE, detail="x | y", writes=1)
                for action in plan.actions
            ),
        )
        for plan in fleet.plans
    )
    return FleetReport(fleet_id=fleet_id(fleet), reports=reports, failed=fleet.failed)


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("limit", [None, GITHUB_COMMENT, 10_000, SMALLEST])
def test_the_report_of_sixty_targets(status: Status, limit: int | None) -> None:
    fleet = sixty()
    text = fleet_report_markdown(report_of(fleet, status), fleet, max_chars=limit)
    check(text)
    assert limit is None or length(text) <= limit
    assert "**Not everything is done: part of it was written.**" in text
    if limit is None and status in (Status.FAILED, Status.UNKNOWN, Status.HELD):
        assert len(rows_of(text, "Target")) == sum(UPDATE in plan.actions for plan in fleet.plans)


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_no_text_gets_out_of_the_report(text: str) -> None:
    fleet = nasty(text)
    check(fleet_report_markdown(report_of(fleet, Status.FAILED), fleet))
