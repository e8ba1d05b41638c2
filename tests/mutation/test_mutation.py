"""The tool itself, on a small checkout: it finds the mistakes it promises, and tells which one nobody noticed."""

from __future__ import annotations

import ast
import multiprocessing
from pathlib import Path

import pytest

from .__main__ import main
from .mutants import Source
from .reach import Reach
from .trial import Outcome, Verdict, heard

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
FEW = '''"""Prices."""

MOST = 100


def price(count: int) -> int:
    """What so many cost."""
    total = count * 3
    if total > MOST:
        return MOST
    return total
'''
"""For the tests that run every change."""
TESTS = """from reconciler.shop import price
import pytest


@pytest.mark.parametrize(("count", "total"), [(1, 3), (2, 6), (3, 9)])
def test_price(count, total):
    assert price(count) == total
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


@pytest.mark.slow
def test_who_survives_is_told_and_the_checkout_is_left_alone(checkout: Path) -> None:
    (checkout / "reconciler/shop.py").write_text(FEW, encoding="utf-8")
    before = {file: file.read_bytes() for file in checkout.rglob("*") if file.is_file()}
    lines: list[str] = []
    options = ["--root", str(checkout), "--mutants", "0", "--jobs", "1", "--tests", "tests/test_shop.py"]
    code = main(options, lines.append)
    report = lines[-1]
    assert code == 1
    assert "shop.py:3: constant changed (3 of 3 tests ran)\n    - 100\n    + 101" in report
    assert "shop.py:8: constant changed" not in report, "the tests know what one costs"
    assert "shop.py:9: comparison swapped (3 of 3 tests ran)\n    - total > MOST\n    + (total >= MOST)" in report
    assert "shop.py:10: result dropped (no test reaches it)\n    - return MOST\n    + return None" in report
    assert "shop.py:11: result dropped" not in report
    assert "| **all** | 5 | 2 (40 %) | 0 | 2 | 1 |" in report
    assert {file: file.read_bytes() for file in checkout.rglob("*") if file.is_file()} == before


LEAVES = '''"""Prices."""

import os


def price(count: int) -> int:
    """What so many cost."""
    if count == 100:
        os._exit(0)
    return count * 3
'''
UNSTEADY = """from pathlib import Path
from reconciler.shop import price


def test_price():
    assert price(1)


def test_unsteady():
    price(1)
    runs = Path(RUNS)
    runs.write_text(runs.read_text() + "x" if runs.exists() else "x")
    assert len(runs.read_text()) <= 2
"""


@pytest.mark.slow
def test_a_process_that_a_mutant_ends_is_noticed_and_a_test_that_fails_anyhow_is_not_believed(
    checkout: Path, tmp_path: Path
) -> None:
    (checkout / "reconciler/shop.py").write_text(LEAVES, encoding="utf-8")
    tests = UNSTEADY.replace("RUNS", repr(str(tmp_path / "runs")))
    (checkout / "tests/test_shop.py").write_text(tests, encoding="utf-8")
    lines: list[str] = []
    main(["--root", str(checkout), "--mutants", "0", "--jobs", "1", "--tests", "tests/test_shop.py"], lines.append)
    at_once = {line[5:] for line in lines[1:-1]}
    assert "noticed                reconciler/shop.py:8 comparison swapped" in at_once, "it ended the process"
    assert any(line.startswith("noticed") and "shop.py:10 " in line for line in at_once), "first it was believed"
    places = [line.partition(" (")[0] for line in lines[-1].splitlines() if line.startswith("reconciler/shop.py")]
    assert "reconciler/shop.py:8: constant changed" in places
    assert "reconciler/shop.py:9: statement dropped" in places
    assert "reconciler/shop.py:8: comparison swapped" not in places
    assert "reconciler/shop.py:10: constant changed" in places, "only the test that fails anyhow had failed"
    assert "reconciler/shop.py:10: result dropped" not in places


def test_only_an_answer_of_pytest_says_that_a_mutant_survived() -> None:
    def after(*words: str | int, ends: bool = True) -> Outcome:
        ours, theirs = multiprocessing.Pipe(duplex=False)
        for word in words:
            theirs.send(word)
        if ends:
            theirs.close()
        return heard(ours, 0.0)

    assert after("", "", 0) == Outcome(Verdict.SURVIVED)
    assert after("", 5) == Outcome(Verdict.SURVIVED), "a mutant that only takes a test away fails none"
    assert after("", "a::test", 1) == Outcome(Verdict.NOTICED, ("a::test",))
    assert after("", "a.py", 2) == Outcome(Verdict.NOTICED, ("a.py",))
    assert after("", "") == Outcome(Verdict.NOTICED), "its process ended early"
    assert after("", "", ends=False) == Outcome(Verdict.ENDLESS)


def test_what_is_about_the_line_comes_first_and_every_file_has_a_turn() -> None:
    """A budget ends early, and the tests of one file do much the same."""
    seconds = {"a::wide[1]": 0.1, "a::wide[2]": 0.2, "b::narrow[1]": 3.0, "b::narrow[2]": 2.0, "b::other": 9.0}
    lines = {"1": [*seconds, "failed"], "2": ["a::wide[1]", "a::wide[2]", "b::other"], "3": ["a::wide[1]"]}
    lines |= {"4": ["a::wide[1]", "a::wide[2]"], "5": ["a::wide[2]"]}
    reach = Reach("digest", seconds, {"file": lines})
    assert reach.of("file", 1, 60.0) == (["b::narrow[2]", "b::narrow[1]", "a::wide[1]", "b::other", "a::wide[2]"], 5)
    assert reach.of("file", 1, 5.5) == (["b::narrow[2]", "b::narrow[1]", "a::wide[1]"], 5)
    assert reach.of("file", 4, 0.0) == (["a::wide[1]"], 2), "one test at least"
    assert reach.of("file", 9, 60.0) == ([], 0)
