"""The tool itself, on a small checkout: it finds the mistakes it promises, and tells which one nobody noticed."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from .__main__ import main
from .mutants import Source

CODE = '''"""Prices."""

MOST = 100


def price(count: int, *, is_member: bool = False) -> int:
    """What so many cost."""
    if count < 1:
        raise ValueError(count)
    total = count * 3
    if is_member and count > 1:
        total -= 1
    if total > MOST:
        total = MOST
    return total


def never(asked: bool) -> bool:
    return not asked
'''
TESTS = """from reconciler.shop import price
import pytest


@pytest.mark.parametrize(("count", "is_member", "total"), [(1, False, 3), (1, True, 3), (2, True, 5), (2, False, 6)])
def test_price(count, is_member, total):
    assert price(count, is_member=is_member) == total


def test_none():
    with pytest.raises(ValueError):
        price(-1)
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for name, text in {
        "reconciler/__init__.py": "",
        "reconciler/shop.py": CODE,
        "tests/test_shop.py": TESTS,
        "pyproject.toml": "[tool.pytest.ini_options]\nfilterwarnings = ['error']\n",
    }.items():
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    for name in ("__init__.py", "recorder.py"):
        file = tmp_path / "tests/mutation" / name
        file.parent.mkdir(exist_ok=True)
        file.write_bytes((Path(__file__).parent / name).read_bytes())
    return tmp_path


def test_every_kind_of_mistake_is_made_once_in_its_place(checkout: Path) -> None:
    source = Source(checkout, "reconciler/shop.py")
    made = {(each.line, each.kind, each.before, each.after) for each in source.mutants()}
    assert made >= {
        (6, "constant changed", "False", "True"),
        (8, "comparison swapped", "count < 1", "(count <= 1)"),
        (8, "constant changed", "1", "2"),
        (9, "statement dropped", "raise ValueError(count)", "pass"),
        (11, "condition negated", "is_member and count > 1", "(not (is_member and count > 1))"),
        (11, "and, or", "is_member and count > 1", "((is_member) or (count > 1))"),
        (12, "statement dropped", "total -= 1", "pass"),
        (15, "result dropped", "return total", "return None"),
    }
    assert all(each.line not in (1, 7) for each in source.mutants()), "docstrings are no code"
    for each in source.mutants():
        ast.parse(each.applied(source.text))


def test_who_survives_is_told_and_the_checkout_is_left_alone(checkout: Path) -> None:
    before = {file: file.read_bytes() for file in checkout.rglob("*") if file.is_file()}
    lines: list[str] = []
    options = ["--root", str(checkout), "--mutants", "0", "--jobs", "1", "--tests", "tests/test_shop.py"]
    code = main(options, lines.append)
    report = lines[-1]
    assert code == 1
    assert "reconciler/shop.py:8: comparison swapped" not in report, "the tests know that one is enough"
    assert "shop.py:19: result dropped (no test reaches it)\n    - return not asked\n    + return None" in report
    assert "reconciler/shop.py:8: constant changed (5 of 5 tests ran)\n    - 1\n    + 2" not in report
    assert "shop.py:11: constant changed" not in report
    assert "shop.py:13: comparison swapped (4 of 4 tests ran)\n    - total > MOST\n    + (total >= MOST)" in report
    assert "shop.py:3: constant changed (5 of 5 tests ran)\n    - 100\n    + 101" in report
    assert {file: file.read_bytes() for file in checkout.rglob("*") if file.is_file()} == before
