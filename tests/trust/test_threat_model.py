"""The table of attacks in SECURITY.md names tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_attack_names_tests_that_exist() -> None:
    text = (ROOT / ".github" / "SECURITY.md").read_text(encoding="utf-8")
    table = text.partition("| Attack |")[2].partition("\n\n")[0].splitlines()[2:]
    source = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "tests").rglob("test_*.py"))
    named = [re.findall(r"`(test_\w+)`", row) for row in table]
    assert len(named) >= 10
    assert all(named)
    assert [name for row in named for name in row if f"def {name}(" not in source] == []
