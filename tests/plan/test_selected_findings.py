"""A selection leaves out what was found about resources that it does not cover, also of those nobody can read."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from reconciler.codes import finding
from reconciler.model import ResourceId
from reconciler.plan.build import Sides, _concerns
from reconciler.plan.selection import Selection

VISION, OTHER, UNKNOWN = (ResourceId("JobTemplate", name) for name in ("vision", "other", "unknown"))


def resource(id: ResourceId, **labels: str) -> Any:
    return SimpleNamespace(id=id, labels=labels)


SIDE = cast(
    Sides,
    SimpleNamespace(
        desired={VISION: resource(VISION, team="vision")},
        reading=SimpleNamespace(resources={OTHER: resource(OTHER, team="speech")}),
    ),
)


@pytest.mark.parametrize(
    ("labels", "shown"),
    [
        ((), {None, VISION, OTHER, UNKNOWN}),
        ((("team", "vision"),), {None, VISION}),
        ((("team", "speech"),), {None, OTHER}),
        ((("team", "none"),), {None}),
    ],
)
def test_findings_about_others_are_left_out(labels: tuple[tuple[str, str], ...], shown: set[ResourceId | None]) -> None:
    selection = Selection(labels=labels)
    subjects = (None, VISION, OTHER, UNKNOWN)
    found = {each for each in subjects if _concerns(finding("DLC203", "x", subject=each), SIDE, selection)}
    assert found == shown
