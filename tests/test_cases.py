"""Every folder of `cases` is one situation, played from its starting point to the plan after the apply.

`pytest tests/test_cases.py --update-cases` rewrites what they expect: read the diff before you commit it.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from support.cases import Case, profile_of

from reconciler.emulator import Emulator, ManualClock

CASES = sorted(path for path in (Path(__file__).parent / "cases").iterdir() if path.is_dir())
SECRET = "canary"


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_case(
    folder: Path, tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch, pytestconfig: pytest.Config
) -> None:
    with Emulator(clock=clock, profile=profile_of(folder)) as emulator:
        case = Case(folder, tmp_path / "project", emulator, monkeypatch)
        texts = case.play()
    if pytestconfig.getoption("--update-cases", default=False):
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8")
    assert texts == {name: (folder / name).read_text(encoding="utf-8") for name in texts}
    assert SECRET not in texts["plan.txt"] + texts["plan.json"] + texts["after.txt"]
    if not case.told.get("leaves"):
        assert "nothing to do" in texts["after.txt"], "a plan made after an apply is empty"


def test_there_are_cases() -> None:
    assert len(CASES) >= 20
