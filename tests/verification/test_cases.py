"""Every folder of `cases` is one outcome of a verification, with everything that people, CI and the service see of it.

`pytest tests/verification/test_cases.py --update-cases` rewrites what they expect: read the diff before you commit it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reconciler.emulator import Emulator, ManualClock, Profile

from .proof_case import ProofCase

CASES = sorted(path for path in (Path(__file__).parent / "cases").iterdir() if path.is_dir())


@pytest.fixture
def emulator(clock: ManualClock) -> Iterator[Emulator]:
    with Emulator(clock=clock, profile=Profile(deterministic_ids=True)) as running:
        yield running


@pytest.fixture
def play(
    tmp_path: Path, emulator: Emulator, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Path], ProofCase]:
    return lambda folder: ProofCase(folder, tmp_path / "project", emulator, clock, monkeypatch)


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_case(folder: Path, play: Callable[[Path], ProofCase], emulator: Emulator, pytestconfig: pytest.Config) -> None:
    case = play(folder)
    texts = case.play()
    if pytestconfig.getoption("--update-cases", default=False):
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8")
    assert texts == {name: (folder / name).read_text(encoding="utf-8") for name in texts}
    published = len(emulator.store.templates())
    assert published == case.told["published"], "only what has proved itself is published"
