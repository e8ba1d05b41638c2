"""The comment: what Markdown makes of it, and that it fits whatever the limit is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from support.laws import examples

from reconciler.model import Action, Plan, ResourceId, Verb
from reconciler.plan.codec import plan_id
from reconciler.render.budget import GITHUB_COMMENT, length
from reconciler.render.comment import SMALLEST, sign_and_words
from reconciler.render.markdown import plan_markdown
from reconciler.render.wording import verdict

from .plans import (
    CASES,
    CREATE,
    DELETE,
    ERRORS,
    HOSTILE_TEXTS,
    NEW_VERSION,
    PROMOTE,
    REPLACE,
    RETAINED,
    UPDATE,
    WARNINGS,
    change,
    hostile,
    plan,
    template,
)

PARSER = MarkdownIt("commonmark", {"html": True}).enable("table").enable("strikethrough")
ADDRESS = "https://ci.example.com/run/1"
OURS = re.compile(r"<details><summary>(<code>[^<>]*</code>|[\w ]+( \(\d+\))?)</summary>\n|</details>\n")
MEANINGFUL = re.compile(r"@\w|\w#\d|(?<![\w#])#\d|\bGH-\d|://|www\.|<!--|[\x00-\x08\x0b-\x1f]|octocat|evil|alert")


def leaves(tokens: Iterable[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from leaves(token.children or ())


def check(text: str, made: Plan) -> None:
    """The text is what we meant: data only in code, folds closed, the foot at the end."""
    tokens = PARSER.parse(text)
    depth = 0
    for token in leaves(tokens):
        assert token.type not in ("image", "html_inline"), token
        if token.type == "html_block":
            assert OURS.fullmatch(token.content), token.content
            depth += token.content.count("<details>") - token.content.count("</details>")
            assert depth in (0, 1)
        if token.type == "text":
            assert token.content == ADDRESS or not MEANINGFUL.search(token.content), token.content
        if token.type == "link_open":
            assert token.attrs["href"] == ADDRESS
    assert depth == 0
    assert tokens[-3].type == "paragraph_open"
    assert tokens[-3].level == 0
    assert tokens[-2].children is not None
    assert tokens[-2].children[-1].content == plan_id(made)
    assert verdict(made) in text


@pytest.mark.parametrize("made", CASES.values(), ids=CASES)
def test_only_our_own_words_are_markdown(made: Plan) -> None:
    check(plan_markdown(made, plan_id(made)), made)


@pytest.mark.parametrize("text", [*HOSTILE_TEXTS, "x" * 100_000, "`" * 100_000, "\x1b" * 20_000, "", " ", "\n"])
def test_no_text_gets_out_of_its_place(text: str) -> None:
    made = hostile(text)
    check(plan_markdown(made, plan_id(made)), made)
    check(plan_markdown(made, plan_id(made), max_chars=SMALLEST), made)
    assert length(plan_markdown(made, plan_id(made), max_chars=SMALLEST)) <= SMALLEST


def test_table_rows_keep_their_cells() -> None:
    made = plan(replace(DELETE, id=template("a | b \\| c || d")))
    tokens = PARSER.parse(plan_markdown(made, plan_id(made)))
    cells = [after.content for token, after in pairwise(tokens) if token.type == "td_open"]
    assert cells[1] == "`JobTemplate/a | b \\| c || d`"
    assert len(cells) == 5


def test_deletions_replacements_and_promotions_are_never_folded() -> None:
    made = CASES["everything"]
    text = plan_markdown(made, plan_id(made))
    folded = "".join(re.findall(r"<details>.*?</details>", text, re.DOTALL))
    for action in (DELETE, REPLACE, PROMOTE):
        assert action.id.name not in folded
        assert f"**{sign_and_words(action)}** `{action.id}`" in text
    for action in (CREATE, NEW_VERSION):
        assert f"{action.id}</code></summary>" in folded


def utf16(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def many(action: Action, count: int, prefix: str = "") -> list[Action]:
    return [replace(action, id=template(f"{prefix or action.verb}-{index:04}")) for index in range(count)]


def test_two_thousand_actions_fit_and_nothing_dangerous_is_missing() -> None:
    dangerous = [*many(DELETE, 50), *many(REPLACE, 50), *many(PROMOTE, 50)]
    made = plan(*many(CREATE, 700), *many(NEW_VERSION, 700), *many(UPDATE, 450), *dangerous, findings=WARNINGS * 30)
    text = plan_markdown(made, plan_id(made), whole=ADDRESS)
    assert length(text) <= GITHUB_COMMENT
    check(text, made)
    for action in dangerous:
        assert f"| `{action.id}` |" in text
    assert "700 to create, 700 new versions" in text
    assert "> Left out to fit 65,536 characters: the details of" in text
    assert f"The whole plan: <{ADDRESS}>" in text


def test_two_thousand_deletions_fit_by_name() -> None:
    made = plan(*many(DELETE, 2000))
    text = plan_markdown(made, plan_id(made))
    assert length(text) <= GITHUB_COMMENT
    check(text, made)
    assert "**delete (2,000):** `JobTemplate/delete-0000`, " in text
    assert "`JobTemplate/delete-1999`" in text


def test_more_deletions_than_names_fit_are_counted() -> None:
    made = plan(*many(DELETE, 2000, prefix="x" * 60), *many(PROMOTE, 2000))
    text = plan_markdown(made, plan_id(made))
    check(text, made)
    shown = text.count("`JobTemplate/xxx")
    assert f"and {2000 - shown:,} more" in text
    assert "**promote (2,000):** names left out" in text
    assert length(text) <= GITHUB_COMMENT


def test_details_give_way_from_the_least_dangerous_upwards() -> None:
    body = "\n".join(f"line {index}" for index in range(200))
    grown = [replace(action, changes=(change("content.UserCommand", after=body),)) for action in (CREATE, NEW_VERSION)]
    made = plan(*grown, PROMOTE)
    full = plan_markdown(made, plan_id(made), max_chars=None)
    held = {}
    for limit in range(SMALLEST, length(full) + 1, 150):
        text = plan_markdown(made, plan_id(made), max_chars=limit)
        assert length(text) <= limit
        held[limit] = ("create JobTemplate" in text, "<code>~ new-version" in text, "python a.py" in text)
    assert set(held.values()) >= {(False, False, True), (False, True, True), (True, True, True)}
    assert all(newer or not created for created, newer, _ in held.values())


def test_the_notice_names_a_command_when_nobody_says_where_the_whole_plan_is() -> None:
    made = plan(*many(CREATE, 500))
    assert "The whole plan: `dlc-reconciler plan show FILE`" in plan_markdown(made, plan_id(made), max_chars=3000)


@pytest.mark.parametrize("whole", ["https://x.example/ <script>", "javascript:alert(1)", "https://a.example/`x`"])
def test_only_an_address_becomes_a_link(whole: str) -> None:
    made = plan(*many(CREATE, 500))
    text = plan_markdown(made, plan_id(made), max_chars=3000, whole=whole)
    check(text, made)
    assert not [token for token in leaves(PARSER.parse(text)) if token.type == "link_open"]


def test_a_limit_that_holds_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least"):
        plan_markdown(plan(), "x", max_chars=SMALLEST - 1)


NAMES = st.text(min_size=1, max_size=60)
TEXTS = st.one_of(st.text(max_size=300), st.sampled_from(HOSTILE_TEXTS), st.just("\U0001f680" * 200))
BASES = st.sampled_from([CREATE, NEW_VERSION, PROMOTE, UPDATE, REPLACE, DELETE])


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    actions = [
        replace(
            draw(BASES),
            id=ResourceId(draw(st.sampled_from(["JobTemplate", "TensorBoard"])), draw(NAMES)),
            changes=(change("content.x", draw(TEXTS), draw(TEXTS)), *base.changes),
        )
        for base in draw(st.lists(BASES, max_size=12))
        for _ in range(draw(st.sampled_from([1, 1, 30])))
    ]
    extra = draw(st.sampled_from([(), WARNINGS, ERRORS, (*ERRORS, *WARNINGS) * 20]))
    return plan(*actions, findings=extra, retained=draw(st.sampled_from([(), RETAINED, RETAINED * 20])))


@settings(max_examples=examples(15))
@given(plans(), st.integers(SMALLEST, 30_000))
def test_any_plan_fits_any_limit(made: Plan, limit: int) -> None:
    text = plan_markdown(made, plan_id(made), max_chars=limit)
    assert length(text) <= limit
    assert utf16(text) == length(text)
    check(text, made)
    if "**delete (" not in text and "**replace (" not in text and "**promote (" not in text:
        rows = text.count("\n| `")
        assert rows >= sum(made.count(verb) for verb in (Verb.DELETE, Verb.REPLACE, Verb.PROMOTE))
