"""Every write times every fault: exactly one object or version afterwards, and a report that tells what happened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

from .conftest import FIGURES
from .matrix import CASES, PROOF_CASES, SENT_AND_ENDED, Beginning, Trouble, Write, run_case

Beginnings = Callable[[Write], Beginning]


@pytest.fixture(scope="module")
def beginnings(tmp_path_factory: pytest.TempPathFactory) -> Beginnings:
    """The state before each write, made when it is first asked for."""
    return cache(lambda write: Beginning.made(write, tmp_path_factory.mktemp("beginning")))


LOST = ("dropped before it acted", "dropped after it acted", "read time-out, acted later")
"""In every run of the tests each write and each call of a verification is tried with one of these faults, in turn."""
WORST = "dropped after it acted"
"""Each write is tried with it in every run: who takes it for the other one does it twice."""
SHARE = 9
"""Of the other faults each write has one in so many in every run, and each fault has one write in so many. CI tries
all, and so does `python -m tests.faults`."""


def in_every_run(write: int, trouble: int, name: str) -> bool:
    """Whether a write is tried with a fault in every run, by their numbers."""
    return name == WORST or LOST[write % len(LOST)] == name or (write + trouble) % SHARE == 0


def in_turn(write: int, _trouble: int, name: str) -> bool:
    """Whether a call of a verification is tried with a fault in every run."""
    return LOST[write % len(LOST)] == name


def tried(cases: Sequence[tuple[Write, Trouble]], is_quick: Callable[[int, int, str], bool]) -> list[ParameterSet]:
    """The cases; those are slow that are not quick by the numbers of write and fault, and by the name of the fault."""
    writes, troubles = (list(dict.fromkeys(each)) for each in zip(*cases, strict=True))
    return [
        pytest.param(
            write,
            trouble,
            marks=() if is_quick(writes.index(write), troubles.index(trouble), trouble.name) else pytest.mark.slow,
        )
        for write, trouble in cases
    ]


@pytest.mark.parametrize(
    ("write", "trouble"),
    tried(CASES, in_every_run),
    ids=lambda each: each.name.replace(" ", "-"),
)
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


@pytest.mark.parametrize(
    ("write", "trouble"), tried(PROOF_CASES, in_turn), ids=lambda each: each.name.replace(" ", "-")
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
