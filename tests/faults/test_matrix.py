"""Every write times every fault: exactly one object or version afterwards, and a report that tells what happened."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from .conftest import FIGURES
from .matrix import CASES, PROOF_CASES, SENT_AND_ENDED, Beginning, Trouble, Write, run_case

Beginnings = Callable[[Write], Beginning]


@pytest.fixture(scope="module")
def beginnings(tmp_path_factory: pytest.TempPathFactory) -> Beginnings:
    """The state before each write, made when it is first asked for."""
    return cache(lambda write: Beginning.made(write, tmp_path_factory.mktemp("beginning")))


@pytest.mark.parametrize(("write", "trouble"), CASES, ids=lambda each: each.name.replace(" ", "-"))
def test_one_object_whatever_happens(
    write: Write,
    trouble: Trouble,
    tmp_path: Path,
    beginnings: Beginnings,
    record_property: Callable[[str, object], None],
) -> None:
    figures = run_case(beginnings(write), trouble, tmp_path)
    record_property(FIGURES, (figures.lost, figures.doubled, figures.blind))
    assert (figures.lost, figures.doubled, figures.blind) == (0, 0, 0), figures
    assert figures.runs <= 1, figures
    assert set(figures.statuses) <= SENT_AND_ENDED, figures
    assert all(figures.details), figures
    if figures.runs:
        assert set(figures.statuses) & {"unknown", "failed"}, figures


ALWAYS_TRIED = frozenset({"dropped before it acted", "dropped after it acted", "read time-out, acted later"})
"""The faults that are tried on verifications in every run of the tests; the others are slow."""


@pytest.mark.parametrize(
    ("write", "trouble"),
    [
        pytest.param(write, trouble, marks=() if trouble.name in ALWAYS_TRIED else (pytest.mark.slow,))
        for write, trouble in PROOF_CASES
    ],
    ids=lambda each: each.name.replace(" ", "-"),
)
def test_one_verification_whatever_happens(
    write: Write,
    trouble: Trouble,
    tmp_path: Path,
    beginnings: Beginnings,
    record_property: Callable[[str, object], None],
) -> None:
    figures = run_case(beginnings(write), trouble, tmp_path)
    record_property(FIGURES, (figures.lost, figures.doubled, figures.blind))
    assert (figures.lost, figures.doubled, figures.blind) == (0, 0, 0), figures
    assert (figures.unnamed, figures.overdue) == ((), ()), figures
    assert figures.runs <= 1, figures
    assert all(figures.details), figures
