"""The short way of a plan: only a template whose marks record, word for word, what the manifest asks is passed by."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import pytest

from reconciler.kinds.base import Scope
from reconciler.kinds.jobtemplate.canonical import DesiredTemplate, LiveTemplate, LiveVersion, Written
from reconciler.kinds.jobtemplate.comparison import is_as_recorded
from reconciler.kinds.jobtemplate.marks import Marks
from reconciler.model import Resource, ResourceId, SourceRef

SCOPE = Scope(project="vision", workspace_id="1001")
MARKS = Marks(
    project="vision", manifest="train.yaml", digest="sha256:1", version=2, template_id="tpl1", labels={"team": "a"}
)
LIVE = LiveTemplate(template_id="tpl1", name="train", description="", metadata={}, default_version=2, marks=MARKS)
VERSION = LiveVersion(number=2, content={}, constraints={})
SECRET = frozenset({("content", "Envs", "A")})


def described(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def asked(*, labels: dict[str, str] | None = None, sensitive: Any = frozenset(), **body: Any) -> Any:
    """The manifest whose record the marks are, with other fields."""
    usual = DesiredTemplate(
        written=lambda: Written(content={}, constraints={}, description="", verify=None, asked={}),
        pin=None,
        protect=False,
        adopt=False,
        adopt_from="",
        remote_id="",
        manifest="train.yaml",
        digest="sha256:1",
        written_digest="sha256:1",
        description_digest=described(""),
    )
    return Resource(
        id=ResourceId("JobTemplate", "train"),
        body=replace(usual, **body),
        origin=SourceRef("train.yaml"),
        labels={"team": "a"} if labels is None else labels,
        sensitive=sensitive,
    )


def test_what_is_recorded_word_for_word_is_passed_by() -> None:
    assert is_as_recorded(SCOPE, asked(), LIVE)


@pytest.mark.parametrize(
    "other",
    [
        {"digest": "sha256:2"},
        {"pin": 2},
        {"manifest": "moved.yaml"},
        {"protect": True},
        {"former_names": ("old",)},
        {"description_digest": described("new words")},
        {"labels": {"team": "b"}},
        {"labels": {}},
        {"sensitive": SECRET},
    ],
    ids=str,
)
def test_a_manifest_that_asks_for_anything_else_is_compared(other: dict[str, Any]) -> None:
    assert not is_as_recorded(SCOPE, asked(**other), LIVE)


@pytest.mark.parametrize(
    "other",
    [
        {"digest": ""},
        {"pin": 1},
        {"version": 1},
        {"version": 0},
        {"template_id": "tpl2"},
        {"template_id": ""},
        {"project": "audio"},
        {"manifest": ""},
        {"labels": {}},
        {"protect": True},
        {"sensitive": SECRET},
    ],
    ids=str,
)
def test_a_record_of_anything_else_is_compared(other: dict[str, Any]) -> None:
    assert not is_as_recorded(SCOPE, asked(), replace(LIVE, marks=replace(MARKS, **other)))


@pytest.mark.parametrize(
    "other", [{"default_version": 1}, {"description": "new words"}, {"versions": {2: VERSION}}], ids=str
)
def test_a_template_that_shows_anything_else_is_compared(other: dict[str, Any]) -> None:
    assert not is_as_recorded(SCOPE, asked(), replace(LIVE, **other))
