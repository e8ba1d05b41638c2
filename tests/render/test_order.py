"""The order and the words of a plan are the same in the text, the comment and the page."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest

from reconciler.model import Plan, Verb
from reconciler.plan.codec import plan_id
from reconciler.render.html import plan_html
from reconciler.render.markdown import plan_markdown
from reconciler.render.text import plan_text
from reconciler.render.wording import GROUPS

from .plans import CASES, DELETE, ERRORS, RETAINED, UPDATE, WARNINGS, plan, template

ALL = plan(
    *(replace(UPDATE, verb=verb, id=template(f"{verb}-{name}")) for name in "ab" for verb in Verb),
    findings=(*WARNINGS, *ERRORS),
    waiting=CASES["waiting"].waiting,
    retained=RETAINED,
)
HEADINGS = ["Errors", *(group.heading for group in GROUPS.values()), "Waiting", "Retained", "Warnings and notes"]
NAMES = [f"JobTemplate/{verb}-{name}" for verb in GROUPS for name in "ab"]


def text_of(made: Plan) -> tuple[list[str], list[tuple[str, str]]]:
    """Headings, and the sign and words of each action with its name; without those that wait."""
    shown = plan_text(made)
    actions = re.findall(r"(?m)^  (\S [^/\n]+?) (JobTemplate/\S+)  #", shown)
    return re.findall(r"(?m)^([A-Z][a-z ]+):$", shown), actions


def comment_of(made: Plan) -> tuple[list[str], list[tuple[str, str]]]:
    shown = plan_markdown(made, plan_id(made))
    headings = re.findall(r"(?m)^(?:#### |<details><summary>)([A-Z][a-z ]+?)(?: \(\d+\)</summary>)?$", shown)
    plain = html.unescape(re.sub(r"\*\*|`|</?code>", "", re.sub(r"(?m)^\*\*`", "<details><summary>", shown)))
    now = plain.partition("<details><summary>Waiting")[0]
    return headings, re.findall(r"(?m)^<details><summary>(. [^/\n]+?) (JobTemplate/[^<\s]+)", now)


def rows_of(made: Plan) -> list[tuple[str, str]]:
    """The actions of the comment's table."""
    shown = plan_markdown(made, plan_id(made))
    rows = re.findall(r"(?m)^\| `(.)` (.+?) \| `(.+?)` \|", shown)
    return [(f"{sign} {words}", name) for sign, words, name in rows]


def page_of(made: Plan) -> tuple[list[str], list[tuple[str, str]]]:
    shown = plan_html(made, plan_id(made))
    now = shown.partition("<h2>Waiting")[0]
    actions = re.findall(r'<span class="badge [a-z-]+">(.+?)</span><span class="name">(.+?)</span>', now)
    return re.findall(r"<h2>(.+?) <", shown), [(html.unescape(words), name) for words, name in actions]


def test_each_verb_has_its_group() -> None:
    assert set(GROUPS) == set(Verb)
    assert len({group.heading for group in GROUPS.values()}) == len(Verb)


@pytest.mark.parametrize("made", [ALL, plan(*reversed(ALL.actions), findings=ALL.findings)], ids=["all", "reversed"])
def test_text_comment_and_page_agree(made: Plan) -> None:
    text = text_of(made)
    assert text == comment_of(made) == page_of(made)
    assert text[1] == rows_of(made)


def test_the_most_dangerous_stands_first_and_what_is_no_action_around_the_groups() -> None:
    headings, actions = text_of(ALL)
    assert headings == HEADINGS
    assert [name for _, name in actions] == NAMES


def test_a_heading_above_nothing_is_left_out_of_a_short_comment() -> None:
    deletions = [replace(DELETE, id=template(f"old-{number:02}")) for number in range(12)]
    made = plan(*deletions, *(replace(UPDATE, id=template(f"u{number:02}")) for number in range(30)))
    shown = plan_markdown(made, plan_id(made), max_chars=3_000)
    assert "#### To update" not in shown
    assert not re.search(r"#### [^\n]+\n\n(?:####|>|Plan)", shown)
