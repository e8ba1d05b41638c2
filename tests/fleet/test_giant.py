"""A hundred targets of a thousand templates: what a second drift asks the service. The whole size, ten thousand on
each, is measured by `python -m tests.benchmarks growth`."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks._giant import Giant
from support.commands import command

TARGETS = 100


@pytest.mark.slow
def test_a_warm_drift_of_a_hundred_targets_asks_for_pages_alone(tmp_path: Path) -> None:
    """A page for each hundred templates, one more because the last is full, and a page without TensorBoards."""
    giant = Giant(templates=1000, targets=TARGETS)
    giant.write(tmp_path)
    with giant.in_place():
        ended = command("drift", "--all-targets", "--detailed-exitcode", *giant.words(tmp_path))
    assert (ended.code, f"No drift on all {TARGETS} targets; {TARGETS * 1000:,} in step." in ended.out) == (0, True), (
        ended.text[:2000]
    )
    assert giant.calls == {"ListJobTemplates": 11 * TARGETS, "ListTensorboards": TARGETS}
