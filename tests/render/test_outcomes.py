"""What an apply did, as Markdown: within any limit, well-formed, and with every action that is not done in it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support.laws import examples

from reconciler.model import ApplyReport, Outcome, Plan, Status
from reconciler.render.budget import GITHUB_COMMENT, length
from reconciler.render.comment import SMALLEST
from reconciler.render.outcomes import report_markdown
from render.plans import CREATE, DELETE, HOSTILE_TEXTS, NEW_VERSION, plan, template
from render.test_markdown import MEANINGFUL, PARSER, leaves

ADDRESS = "https://ci.example.com/run/1"
FINE = (Status.DONE, Status.RETAINED)
LINE_BREAK = "<br>"
"""Between the lines that tell why something is held."""
FOLD = re.compile(r"<details><summary>(<code>[^<>]*</code>|[\w ,]+)</summary>\n|</details>\n")


def report_of(made: Plan, statuses: list[Status], detail: str = "") -> ApplyReport:
    """An apply of this plan that ended so, the statuses taken in turn."""
    outcomes = tuple(
        Outcome(
            action=action, status=statuses[at % len(statuses)], detail=detail, error="InternalError" if at % 3 else ""
        )
        for at, action in enumerate(made.actions)
    )
    return ApplyReport(plan_id="p", target=made.target, outcomes=outcomes)


def check(text: str, report: ApplyReport, limit: int) -> None:
    """It fits, nothing of it is Markdown but our own words, and nothing that is not done goes unsaid."""
    assert length(text) <= limit
    depth = 0
    for token in leaves(PARSER.parse(text)):
        assert token.type != "image", token
        assert token.type != "html_inline" or token.content == LINE_BREAK, token
        if token.type == "html_block":
            assert FOLD.fullmatch(token.content), token.content
            depth += token.content.count("<details>") - token.content.count("</details>")
            assert depth in (0, 1, 2)
        if token.type == "text":
            assert token.content == ADDRESS or not MEANINGFUL.search(token.content), token.content
    assert depth == 0
    wrong = [outcome for outcome in report.outcomes if outcome.status not in FINE]
    missing = [outcome for outcome in wrong if str(outcome.action.id) not in text]
    if missing:
        more = sum(int(found.replace(",", "")) for found in re.findall(r"and ([\d,]+) more", text))
        hidden = sum(
            int(found.replace(",", ""))
            for found in re.findall(r"\*\*([\d,]+) actions? [a-z]+:\*\* names left out", text)
        )
        assert more + hidden == len(missing)
        assert ADDRESS in text
    for status in Status:
        if report.count(status):
            assert f"{report.count(status):,} {status}" in text


@settings(max_examples=examples(2))
@given(
    count=st.integers(0, 1_500),
    width=st.integers(1, 90),
    statuses=st.lists(st.sampled_from(list(Status)), min_size=1, max_size=8),
    detail=st.sampled_from(["", "quota reached", *HOSTILE_TEXTS]),
    limit=st.sampled_from([SMALLEST, 10_000, GITHUB_COMMENT, 262_143]),
)
@example(count=5_000, width=90, statuses=[Status.FAILED], detail="x" * 300, limit=GITHUB_COMMENT)
@example(count=5_000, width=1, statuses=[Status.DONE] * 7 + [Status.FAILED], detail="x" * 300, limit=GITHUB_COMMENT)
def test_every_report_fits_and_names_what_is_not_done(
    count: int, width: int, statuses: list[Status], detail: str, limit: int
) -> None:
    actions = [replace((CREATE, DELETE)[at % 2], id=template(f"{'n' * width}-{at:04}-")) for at in range(count)]
    made = plan(*actions)
    report = report_of(made, statuses, detail)
    check(report_markdown(report, made, max_chars=limit, whole=ADDRESS), report, limit)


def test_one_failure_among_a_thousand_stands_before_everything_else() -> None:
    made = plan(*(replace(NEW_VERSION, id=template(f"t{at:04}")) for at in range(1_000)))
    outcomes = [*report_of(made, [Status.DONE]).outcomes]
    outcomes[700] = replace(outcomes[700], status=Status.FAILED, detail="no quota", error="QuotaExceeded")
    text = report_markdown(replace(report_of(made, [Status.DONE]), outcomes=tuple(outcomes)), made)
    lines = text.splitlines()
    assert lines[2] == "**Not everything is done: part of it was written.** Apply: 1 failed, 999 done"
    assert lines[6].startswith("| **failed** | `~` new-version 5 | `JobTemplate/t0700` | `QuotaExceeded`, `no quota` |")


def test_the_order_is_that_of_importance() -> None:
    made = plan(*(replace(CREATE, id=template(f"t{at}")) for at in range(len(Status))))
    text = report_markdown(report_of(made, list(Status)), made)
    rows = re.findall(r"^\| \*\*(\w+)\*\*", text, re.MULTILINE)
    assert rows == ["failed", "unknown", "stale", "held", "skipped", "waiting"]


def test_the_plan_gives_way_before_any_outcome() -> None:
    made = plan(*(replace(NEW_VERSION, id=template(f"t{at:03}")) for at in range(150)))
    report = report_of(made, [Status.DONE, Status.FAILED], "d" * 90)
    whole = report_markdown(report, made, max_chars=None)
    assert "<summary>The plan</summary>" in whole
    text = report_markdown(report, made, max_chars=length(whole) - 20_000)
    assert "d" * 90 in text
    assert text.count("`JobTemplate/t149`") >= 1
    assert length(text) < length(whole)


@pytest.mark.parametrize("text", [*HOSTILE_TEXTS, "`" * 100_000, "\x1b" * 100_000, "", " ", "\n", "|"])
def test_no_text_gets_out_of_its_place(text: str) -> None:
    made = plan(replace(CREATE, id=template(text or "x")))
    report = report_of(made, [Status.FAILED], text)
    for limit in (SMALLEST, GITHUB_COMMENT):
        rendered = report_markdown(report, made, max_chars=limit, whole=ADDRESS)
        assert length(rendered) <= limit
        assert not [token for token in leaves(PARSER.parse(rendered)) if token.type in ("image", "html_inline", "link")]
