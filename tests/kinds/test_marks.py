"""Marks: they count on the template whose id they name, and a copy of a template is nobody's."""

from __future__ import annotations

import pytest

from reconciler.kinds.jobtemplate.answers import live_summary
from reconciler.kinds.jobtemplate.marks import Marks
from reconciler.model import FieldPath
from reconciler.secrets.record import EVERYTHING

OURS = Marks(
    project="vision", manifest="m.yaml", revision="abc", protect=True, digest="sha256:1", version=2, pin=1,
    template_id="tpl1", nonce="n", labels={"team": "vision"}, sensitive=frozenset({("content", "Envs")}),
)  # fmt: skip


def test_what_was_written_is_what_is_read() -> None:
    written = OURS.written_into({"other": "theirs", "dlc-reconciler/from-the-future": "x"})
    assert written["other"] == "theirs"
    assert "dlc-reconciler/from-the-future" not in written
    assert Marks.of("tpl1", written) == Marks.parse(written) == OURS


@pytest.mark.parametrize(("named", "count"), [("tpl1", True), ("", True), ("tpl2", False)])
def test_marks_of_another_template_do_not_count(named: str, count: bool) -> None:
    metadata = {**OURS.written_into({}), "dlc-reconciler/template-id": named}
    found = Marks.of("tpl1", metadata)
    assert (found.project, found.version, found.protect) == (("vision", 2, True) if count else ("", 0, False))


def test_a_copy_has_the_secrets_of_its_model_but_neither_owner_nor_record() -> None:
    row = {"TemplateId": "tpl2", "DefaultVersion": 1, "Metadata": OURS.written_into({})}
    copy = live_summary(row)
    assert copy.marks == Marks()
    assert (copy.marks.version, copy.marks.pin) == (0, 0), "it was never pinned"
    assert copy.recorded_digest == ""
    assert copy.sensitive == OURS.sensitive
    assert live_summary({**row, "TemplateId": "tpl1"}).recorded_digest == "sha256:1"


def test_a_record_needs_the_id_and_the_version() -> None:
    """A template that is being created has marks without an id yet: they own it, but prove no version."""
    for without in ("template-id", "version"):
        metadata = {key: value for key, value in OURS.written_into({}).items() if not key.endswith(without)}
        live = live_summary({"TemplateId": "tpl1", "DefaultVersion": 1, "Metadata": metadata})
        assert live.marks.project == "vision"
        assert live.recorded_digest == ""


@pytest.mark.parametrize(
    ("text", "number"), [("1", 1), ("", 0), ("-1", 0), ("x", 0), ("9" * 9, 999_999_999), ("1" * 10, 0), ("\u0661", 0)]
)
def test_numbers_are_digits(text: str, number: int) -> None:
    marks = Marks.parse({"dlc-reconciler/pin": text, "dlc-reconciler/version": text})
    assert (marks.pin, marks.version) == (number, number)


@pytest.mark.parametrize(
    ("paths", "is_legible"),
    [
        ({("content", "Envs", "A"), ("content", "UserCommand")}, True),
        ({("content",), ("description",)}, True),
        ({("content", "envs-of-mine"), ("constraints", "envs"), ("description",)}, True),
        ({("content", "envs", "a")}, False),
        ({("content", "usercommand"), ("content", "Envs", "A"), ("description",)}, False),
        ({("content", "jobspecs", 0, "image"), ("constraints", "Envs")}, False),
    ],
)
def test_a_record_whose_fields_lost_their_case_hides_everything(paths: set[FieldPath], is_legible: bool) -> None:
    """A service that stores texts in small letters makes another field of `Envs`: the secret below it would show."""
    marks = Marks.parse(Marks(sensitive=frozenset(paths)).written_into({}))
    assert marks.sensitive == (paths if is_legible else EVERYTHING)
