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
from pathlib import Path

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
    "pytest",
    "ruamel.yaml",
    "urllib3",
    "yaml",
)
"""Loaded once, before a process for each mutant is forked off. No plugin of pytest: loaded too early it warns."""


FIRST = 25
"""So many tests are tried before the others: they notice most mutants, and to collect hundreds takes seconds."""


class Verdict(enum.StrEnum):
    """What became of a mutant."""

    NOTICED = "noticed"
    ENDLESS = "ran out of time"
    SURVIVED = "survived"
    UNREACHED = "not reached by any test"


@dataclass(frozen=True, slots=True)
class Trial:
    """A mutant with the tests to run."""

    mutant: Mutant
    tests: tuple[str, ...]
    reached_by: int
    """How many tests reach the line; more than are run when they take too long together."""
    seconds: float
    """After this time the mutant is taken to hang."""
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


def run(trial: Trial, copy: Path) -> Verdict:
    """Change the file, run the tests, put the file back."""
    if not trial.tests:
        return Verdict.UNREACHED
    file = copy / trial.mutant.file
    whole = file.read_bytes()
    file.write_bytes(trial.mutant.applied(whole))
    try:
        first = _judged(trial, trial.tests[:FIRST], copy)
        rest = trial.tests[FIRST:]
        return _judged(trial, rest, copy) if rest and first is Verdict.SURVIVED else first
    finally:
        file.write_bytes(whole)


def _judged(trial: Trial, tests: Sequence[str], copy: Path) -> Verdict:
    words = (*trial.options, *tests)
    process = multiprocessing.get_context("fork").Process(target=_tested, args=(words, copy))
    process.start()
    process.join(trial.seconds)
    verdict = Verdict.ENDLESS if process.is_alive() else Verdict.SURVIVED if process.exitcode == 0 else Verdict.NOTICED
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid or 0, signal.SIGKILL)
    process.join()
    return verdict


def _tested(words: Sequence[str], copy: Path) -> None:
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
    pytest = importlib.import_module("pytest")
    quiet = ("-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--hypothesis-seed=0")
    os._exit(int(pytest.main([*quiet, *words])))
