"""Which tests reach which line: measured once for all mutants, kept in a file when one is named."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

from coverage import CoverageData

from .recorder import TIMES

SETTINGS = """[run]
data_file = {data}
parallel = true
relative_files = true
source = reconciler
patch = subprocess
"""


@dataclass(frozen=True)
class Reach:
    """What a run of the tests showed."""

    digest: str
    """Of all files that took part: another one means that it must be measured anew."""
    seconds: Mapping[str, float]
    """Of each test that passed."""
    tests: Mapping[str, Mapping[str, Sequence[str]]]
    """File and line to the tests that reach it."""

    @classmethod
    def measured(cls, root: Path, selection: Sequence[str], kept: Path | None, jobs: int) -> Self:
        """Run the selected tests in the folder, some side by side; take what is kept while it fits."""
        digest = _digest(root, selection)
        if kept is not None and kept.is_file():
            found = cls(**json.loads(kept.read_text(encoding="utf-8")))
            if found.digest == digest:
                return found
        made = cls(digest, *_run(root, selection, jobs))
        if kept is not None:
            kept.write_text(json.dumps(vars(made)), encoding="utf-8")
        return made

    def of(self, file: str, line: int, budget: float) -> tuple[list[str], int]:
        """The tests that are most about a line and take so many seconds together, and how many reach it in all."""
        lines = self.tests.get(file, {})
        tests: Collection[str] = lines.get(str(line), ())
        if not tests and str(line) in lines:  # it ran while the module was imported
            tests = {test for each in lines.values() for test in each}
        known = self._in_turn(test for test in tests if test in self.seconds)
        chosen: list[str] = []
        for test in known:
            budget -= self.seconds[test]
            if chosen and budget < 0:
                break
            chosen.append(test)
        return chosen, len(known)

    def _in_turn(self, tests: Iterable[str]) -> list[str]:
        """The tests that reach the fewest lines first: they are about these lines, and the others only pass by.

        The cases of a function do much the same, and so do the functions of a file. So a test counts as twice as broad
        when one of its file came before, three times after two of them, and so on.
        """
        cases: Counter[str] = Counter()
        functions: Counter[tuple[str, int]] = Counter()
        places: dict[str, tuple[int, float]] = {}
        for test in sorted(tests, key=lambda test: (self._breadth[test], self.seconds[test], test)):
            file, function = test.partition("::")[0], test.partition("[")[0]
            case = cases[function]
            earlier = case + functions[file, case]
            places[test] = (self._breadth[test] * (1 + earlier), self.seconds[test])
            cases[function] += 1
            functions[file, case] += 1
        return sorted(places, key=lambda test: (places[test], test))

    @cached_property
    def _breadth(self) -> Counter[str]:
        """How many lines each test reaches."""
        return Counter(test for lines in self.tests.values() for tests in lines.values() for test in tests)


def _digest(root: Path, selection: Sequence[str]) -> str:
    text = hashlib.sha256(" ".join(selection).encode())
    for folder in ("reconciler", "tests"):
        for file in sorted((root / folder).rglob("*")):
            is_tool = file.is_relative_to(root / "tests/mutation")  # its own tests take no part
            if file.is_file() and file.suffix != ".pyc" and not is_tool:
                text.update(str(file.relative_to(root)).encode() + b"\0" + file.read_bytes())
    return text.hexdigest()


def _run(root: Path, selection: Sequence[str], jobs: int) -> tuple[dict[str, float], dict[str, dict[str, list[str]]]]:
    with tempfile.TemporaryDirectory() as folder:
        settings, times = Path(folder, "settings"), Path(folder, "times")
        data = Path(folder, "data")
        settings.write_text(SETTINGS.format(data=data), encoding="utf-8")
        command = [sys.executable, "-m", "coverage", "run", f"--rcfile={settings}", "-m", "pytest"]
        command += ["-p", "tests.mutation.recorder", "-p", "no:cacheprovider"]
        command += ["-n", str(jobs if jobs > 1 else 0), "-m", "not slow"]
        command += ["--ignore=tests/mutation", *selection]
        environ = {**os.environ, TIMES: str(times), "PYTHONPATH": str(root)}
        subprocess.run(command, cwd=root, env=environ, check=False)
        if not times.is_file():
            raise SystemExit("the tests could not be run; their output stands above")
        return json.loads(times.read_text(encoding="utf-8")), _lines(Path(folder), data.name)


def _lines(folder: Path, prefix: str) -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, set[str]]] = {}
    for part in folder.glob(f"{prefix}*"):
        data = CoverageData(str(part))
        data.read()
        for file in data.measured_files():
            for line, tests in data.contexts_by_lineno(file).items():
                found.setdefault(file, {}).setdefault(str(line), set()).update(test for test in tests if test)
    return {file: {line: sorted(tests) for line, tests in lines.items()} for file, lines in found.items()}
