"""Records of where secrets stand, and values that overlap: when in doubt, more is hidden."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.secrets.in_texts import SENSITIVE, looks_secret_value, may_look_secret, redact_text
from reconciler.secrets.record import EVERYTHING, LONGEST, bounded, job_paths, record, recorded

NAMES = st.text("abc.[ ", min_size=1, max_size=4)
PATHS = st.frozensets(st.lists(NAMES | st.integers(0, 20), min_size=1, max_size=4).map(lambda p: ("content", *p)))


@pytest.mark.parametrize(
    "text", ["nonsense", "{}", '{"content": 1}', "[1]", '["content", 1]', '["$.x"]', '"x"', "[" * 9999]
)
def test_a_record_that_cannot_be_read_hides_everything(text: str) -> None:
    assert recorded(text) == EVERYTHING


@given(PATHS)
def test_a_record_comes_back_the_same_in_whatever_order_it_was_made(paths: frozenset[tuple[str | int, ...]]) -> None:
    kept = bounded(paths)
    assert len(record(kept)) <= LONGEST
    assert recorded(record(kept)) == kept
    assert json.loads(record(kept) or "[]") == sorted(json.loads(record(kept) or "[]"))
    for path in paths:
        assert any(path[:end] in kept for end in range(1, len(path) + 1)), "shortening hides more, never less"


def test_no_record_is_no_path() -> None:
    assert recorded("") == frozenset()
    assert record(frozenset()) == ""


def test_paths_of_a_job_are_those_of_the_content() -> None:
    job = {"UserCommand": "x", "Envs": {"A": "b"}}
    assert job_paths(EVERYTHING, job) == {("UserCommand",), ("Envs",)}
    some = frozenset({("content", "Envs", "A"), ("description",), ("constraints", "Envs")})
    assert job_paths(some, job) == {("Envs", "A")}


@given(st.permutations(["hunter2-hunter2", "hunter2", "hunter2-hunter2-hunter3", "2-hunter3"]))
def test_of_values_inside_each_other_no_rest_is_left(known: list[str]) -> None:
    assert redact_text("say hunter2-hunter2-hunter3, hunter2-hunter2 and hunter2", known) == (
        f"say {SENSITIVE}, {SENSITIVE} and {SENSITIVE}"
    )


@pytest.mark.parametrize(("value", "hidden"), [("abcde", False), ("abcdef", True)])
def test_a_known_value_is_hidden_from_six_characters_on(value: str, hidden: bool) -> None:
    assert redact_text(f"say {value} once", [value]) == f"say {SENSITIVE if hidden else value} once"


@pytest.mark.parametrize(
    "text",
    [
        """{'password': 'VALUE'}""",
        """{"password": "VALUE"}""",
        """{\\"password\\": \\"VALUE\\"}""",
        """conf["password"] = VALUE""",
        """password: VALUE""",
        """http://VALUE@host.example""",
        """see https://VALUE@host.example""",
        """Authorization: Bearer VALUE""",
        """AUTHORIZATION: BEARER VALUE""",
        """BEARER VALUE""",
        """bearer VALUE""",
        """authorization: VALUE""",
    ],
)
def test_each_way_of_writing_a_secret_is_looked_for_by_itself(text: str) -> None:
    """Quick looks decide what is searched for: each text holds the sign of one of them alone."""
    assert "hunter2hunter2x9" not in redact_text(text.replace("VALUE", "hunter2hunter2x9"))


@pytest.mark.parametrize(
    "text", ['conf["learning_rate"] = 0.001', "learning_rate: 0.001", "password: str", "ssh://git@host.example/x.git"]
)
def test_what_is_named_or_shaped_like_no_secret_stays(text: str) -> None:
    assert redact_text(text) == text


@pytest.mark.parametrize(("length", "kept"), [(1000, True), (1001, False)])
def test_a_record_has_a_thousand_characters_at_most(length: int, kept: bool) -> None:
    around = len(record(frozenset({("content", "x")}))) - 1
    path = ("content", "x" * (length - around))
    assert len(record(frozenset({path}))) == length
    assert bounded([path]) == (frozenset({path}) if kept else frozenset({("content",)}))


def test_a_record_that_cannot_be_made_short_enough_hides_everything() -> None:
    assert bounded([("x" * (LONGEST + 1),)]) == EVERYTHING
    assert bounded([(f"key-{number}", "below") for number in range(200)]) == EVERYTHING


@pytest.mark.parametrize(
    ("text", "worth"),
    [
        ("https://bob:pass@host.example", True),
        ("https://host.example/?Signature=abc", True),
        ("https://host.example/#x&Signature=abc", True),
        ("https://host.example/page", False),
        ("bob@host.example? yes & no", False),
        ("LTAI5tAbCdEfGhIjKlMnOpQr", True),
        ("nothing", False),
    ],
)
def test_the_quick_look_errs_on_the_side_of_looking(text: str, worth: bool) -> None:
    assert may_look_secret(text) is worth
    assert worth or not looks_secret_value(text)


def test_of_paths_inside_each_other_the_outermost_is_kept() -> None:
    for inside in (("content", "Envs"), ("content", "JobSpecs", 0, "Image")):
        for end in range(1, len(inside)):
            assert bounded([inside, inside[:end], ("description",)]) == {inside[:end], ("description",)}
