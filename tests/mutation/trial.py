"""One mutant: its file is changed in a copy of the checkout, and the tests that reach the line are run there."""

from __future__ import annotations

import compileall
import enum
import importlib
import multiprocessing
import os
import py_compile
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import pairwise
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from .mutants import Mutant

LEFT_BEHIND = shutil.ignore_patterns(".git", ".venv", ".*_cache", ".hypothesis", "__pycache__", "*.pyc")
HEAVY = (
    "alibabacloud_aiworkspace20210204.client",
    "alibabacloud_pai_dlc20201203.client",
    "cattrs",
    "click",
    "deepdiff",
    "httptools",
    "jinja2",
    "jsonschema",
    "jsonschema_rs",
    "ruamel.yaml",
    "urllib3",
    "yaml",
)
"""Loaded once, before a process for each mutant is forked off. No plugin of pytest: loaded too early it warns."""


ROUNDS = (8, 32)
"""So many tests are tried before the others: they notice most mutants, and to collect hundreds takes seconds."""


class Verdict(enum.StrEnum):
    """What became of a mutant."""

    NOTICED = "noticed"
    ENDLESS = "ran out of time"
    SURVIVED = "survived"
    UNREACHED = "not reached by any test"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a mutant, and by which tests."""

    verdict: Verdict
    failed: tuple[str, ...] = ()
    """The tests that failed, or the files that could not be collected."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A mutant with the tests to run."""

    mutant: Mutant
    tests: tuple[str, ...]
    reached_by: int
    """How many tests reach the line; more than are run when they take too long together."""
    seconds: float
    """When no test ends for so long, the mutant is taken to hang."""
    options: tuple[str, ...] = ()
    """More words for pytest."""


@contextmanager
def copy_of(root: Path) -> Iterator[Path]:
    """A copy of the checkout, compiled so that only what changes is compiled again."""
    with tempfile.TemporaryDirectory(prefix="mutation-") as folder:
        copy = Path(folder, "checkout")
        shutil.copytree(root, copy, ignore=LEFT_BEHIND)
        compileall.compile_dir(copy, quiet=2, invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH)
        yield copy


def load_heavy() -> None:
    """What every trial needs and no mutant changes."""
    for name in HEAVY:
        importlib.import_module(name)


def run(trial: Trial, copy: Path) -> Outcome:
    """Change the file, run the tests, put the file back."""
    if not trial.tests:
        return Outcome(Verdict.UNREACHED)
    file = copy / trial.mutant.file
    whole = file.read_bytes()
    file.write_bytes(trial.mutant.applied(whole))
    try:
        for tests in _rounds(trial.tests):
            outcome = _judged(trial, tests, copy)
            if outcome.verdict is not Verdict.SURVIVED:
                break
        return outcome
    finally:
        file.write_bytes(whole)


def _rounds(tests: Sequence[str]) -> Iterator[Sequence[str]]:
    ends = [0, *(end for end in ROUNDS if end < len(tests)), len(tests)]
    return (tests[start:end] for start, end in pairwise(ends))


def _judged(trial: Trial, tests: Sequence[str], copy: Path) -> Outcome:
    context = multiprocessing.get_context("fork")
    ours, told = context.Pipe(duplex=False)
    process = context.Process(target=_tested, args=(trial.options, tests, copy, told))
    process.start()
    told.close()
    try:
        outcome = heard(ours, trial.seconds)
        died = outcome.verdict is Verdict.ENDLESS and not process.is_alive()
        return Outcome(Verdict.NOTICED, outcome.failed) if died else outcome
    finally:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid or 0, signal.SIGKILL)
        process.join()
        ours.close()


def heard(ours: Connection, seconds: float) -> Outcome:
    """Listen until pytest has ended. A process that a mutant ends early never tells its exit code: that is noticed."""
    failed: list[str] = []
    while ours.poll(seconds):
        try:
            word = ours.recv()
        except EOFError:
            return Outcome(Verdict.NOTICED, tuple(failed))
        if isinstance(word, int):
            passed = word in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)
            return Outcome(Verdict.SURVIVED if passed else Verdict.NOTICED, tuple(failed))
        failed += [word] if word else []
    return Outcome(Verdict.ENDLESS, tuple(failed))


class _Chosen:
    """A plugin of pytest: takes the chosen tests of the collected ones in their turn, and tells of each that ended.

    Names on the command line would be an error where a mutant changes the name of a case, and that shows nothing: a run
    of all tests passes without that case.
    """

    def __init__(self, tests: Sequence[str], told: Connection) -> None:
        self._turn = {test: turn for turn, test in enumerate(tests)}
        self._told = told

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        chosen = [item for item in items if item.nodeid in self._turn]
        items[:] = sorted(chosen, key=lambda item: self._turn[item.nodeid])

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self._told.send(report.nodeid if report.failed else "")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._told.send(report.nodeid if report.failed else "")


def _tested(options: Sequence[str], tests: Sequence[str], copy: Path, told: Connection) -> None:
    os.setsid()  # so that what the tests start can be ended together with them
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    os.chdir(copy)
    sys.dont_write_bytecode = False  # tests are compiled once for all mutants; a changed module is known by its hash
    sys.path.insert(0, str(copy))
    for name in [name for name in sys.modules if name.partition(".")[0] in ("tests", "reconciler")]:
        del sys.modules[name]
    os.environ["PYTHONPATH"] = str(copy)
    quiet = ("-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--hypothesis-seed=0")
    files = dict.fromkeys(test.partition("::")[0] for test in tests)
    told.send(int(pytest.main([*quiet, *options, *files], [_Chosen(tests, told)])))
    os._exit(0)
