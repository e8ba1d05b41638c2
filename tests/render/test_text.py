"""Plans on a terminal: what a reader has to be able to rely on."""

from __future__ import annotations

import dataclasses
import re

import pytest

from reconciler.model import Plan
from reconciler.render.changes import LONGEST
from reconciler.render.style import _HARMFUL, COLOUR
from reconciler.render.text import plan_text

from .plans import CASES, CREATE, DELETE, NEW_VERSION, PROMOTE, RETAINED, UPDATE, change, plan, template

ANSI = re.compile(r"\x1b\[[0-9]*m")


def test_the_summary_is_the_last_line_as_promised() -> None:
    made = plan(
        CREATE,
        dataclasses.replace(CREATE, id=template("b")),
        NEW_VERSION,
        dataclasses.replace(NEW_VERSION, id=template("b")),
        dataclasses.replace(NEW_VERSION, id=template("c")),
        PROMOTE,
        DELETE,
        retained=RETAINED[:1],
        unchanged=14,
    )
    last = "Plan: 2 to create, 3 new versions, 1 promotion, 1 to delete, 1 retained, 14 unchanged"
    assert plan_text(made).splitlines()[-1] == last


@pytest.mark.parametrize("made", CASES.values(), ids=CASES)
def test_colour_adds_nothing_but_colour(made: Plan) -> None:
    assert ANSI.sub("", plan_text(made, COLOUR)) == plan_text(made)


def test_a_difference_far_to_the_right_shows() -> None:
    long = "x" * 100_000
    text = plan_text(plan(dataclasses.replace(UPDATE, changes=(change("description", long + "old", long + "new"),))))
    assert "old" in text.splitlines()[4]
    assert "new" in text.splitlines()[4]
    assert max(map(len, text.splitlines())) < 4 * LONGEST


def test_a_difference_far_to_the_right_of_one_of_many_lines_shows() -> None:
    long = "x" * 100_000
    before, after = f"a\n{long}old\nb", f"a\n{long}new\nb"
    text = plan_text(plan(dataclasses.replace(UPDATE, changes=(change("description", before, after),))))
    assert [line.strip()[-3:] for line in text.splitlines() if "equal characters" in line] == ["old", "new"]


def test_a_long_value_says_how_much_is_not_shown() -> None:
    text = plan_text(plan(dataclasses.replace(UPDATE, changes=(change("description", after="x" * 1000),))))
    assert f"({1002 - LONGEST:,} more characters)" in text


def test_white_space_at_the_end_of_a_line_is_a_difference_that_shows() -> None:
    text = plan_text(plan(dataclasses.replace(UPDATE, changes=(change("c", "a\nb", "a\nb  "),))))
    assert "+ b  \n" in text


def test_no_harmful_character_counts_as_printable() -> None:
    """What `visible` passes without a closer look."""
    harmful = [chr(code) for code in range(0x110000) if _HARMFUL.match(chr(code))]
    assert len(harmful) > 2000
    assert not [character for character in harmful if character.isprintable()]
