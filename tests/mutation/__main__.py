"""`python -m tests.mutation [MODULE...]`: changes the code and tells which changes no test noticed."""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import yaml

from .mutants import Mutant, Source
from .reach import Reach
from .trial import Outcome, Trial, Verdict, copy_of, load_heavy, run

ROOT = Path(__file__).parents[2]
SAME = Path(__file__).with_name("same_behaviour.yaml")
Result = tuple[Trial, Outcome]


def files_of(root: Path, names: Sequence[str]) -> list[str]:
    """The modules of dotted names, files or folders; all without any."""
    found: set[Path] = set()
    for name in names or ["reconciler"]:
        place = root / (name if "/" in name or name.endswith(".py") else name.replace(".", "/"))
        place = place if place.exists() else place.with_suffix(".py")
        if not place.exists():
            raise SystemExit(f"there is no module {name}")
        found |= set(place.rglob("*.py")) if place.is_dir() else {place}
    return [file.relative_to(root).as_posix() for file in sorted(found)]


def without_same_behaviour(root: Path, mutants: Sequence[Mutant], listed: Path) -> list[Mutant]:
    """The mutants that somebody did not find to behave the same."""
    entries = yaml.safe_load(listed.read_text(encoding="utf-8")) or []
    same = {(each["file"], each["in"], each["before"], each["after"]) for each in entries}
    lines = {file: (root / file).read_text(encoding="utf-8").splitlines() for file in {each.file for each in mutants}}
    return [
        each
        for each in mutants
        if (each.file, lines[each.file][each.line - 1].strip(), each.before, each.after) not in same
    ]


def trials(mutants: Sequence[Mutant], reach: Reach, budget: float) -> Iterator[Trial]:
    """Each mutant with its tests."""
    for each in mutants:
        tests, count = reach.of(each.file, each.line, budget)
        if not count:
            tests, count = reach.of(each.file, each.statement, budget)
        yield Trial(each, tuple(tests), count, _patience(tests, reach))


def _patience(tests: Sequence[str], reach: Reach) -> float:
    """How many seconds one test may take where other work keeps the machine busy."""
    return 60.0 + 10.0 * max((reach.seconds[test] for test in tests), default=0.0)


def unchanged(work: Sequence[Trial], seconds: Mapping[str, float], budget: float) -> list[Trial]:
    """Trials without a change: all tests that are used can be found, and the quickest of them pass."""
    used = sorted({test for trial in work for test in trial.tests}, key=lambda test: seconds[test])
    chosen: list[str] = []
    for test in used:
        budget -= seconds[test]
        if chosen and budget < 0:
            break
        chosen.append(test)
    return [_without_change(used[:1], 600.0, "--collect-only", *used), _without_change(chosen, 600.0)]


def _without_change(tests: Sequence[str], seconds: float, *options: str) -> Trial:
    return Trial(Mutant("pyproject.toml", 0, 0, 0, 0, "nothing", "", ""), tuple(tests), len(tests), seconds, options)


def second_look(root: Path, found: Sequence[Result], seconds: Mapping[str, float], jobs: int) -> list[Result]:
    """The results after doubts are removed.

    What ran out of time is tried again, and so is what was noticed by a test that fails without any change as well:
    without that test.
    """
    failed = {test for _, outcome in found for test in outcome.failed if test in seconds}
    [(_, alone)] = results(root, [_without_change(sorted(failed), 600.0, "--maxfail=0")], 1)
    doubtful = set(alone.failed)
    again = {
        trial: replace(trial, tests=tuple(test for test in trial.tests if test not in doubtful))
        for trial, outcome in found
        if outcome.verdict is Verdict.ENDLESS or doubtful.intersection(outcome.failed)
    }
    later = dict(zip(again, results(root, list(again.values()), jobs), strict=True))
    return [later.get(trial, (trial, outcome)) for trial, outcome in found]


_copy: dict[str, Path] = {}
"""The copy of this worker process; each has its own."""


def _prepare(root: Path, copies: Sequence[Path], number: multiprocessing.sharedctypes.Synchronized[int]) -> None:
    with number.get_lock():
        _copy["here"] = copies[number.value]
        number.value += 1
    load_heavy()


def _try(trial: Trial) -> Result:
    return trial, run(trial, _copy["here"])


def results(root: Path, work: Sequence[Trial], jobs: int) -> Iterator[Result]:
    """What became of each mutant, side by side, each worker with a copy of its own."""
    context = multiprocessing.get_context("fork")
    with ExitStack() as stack:
        copies = [stack.enter_context(copy_of(root)) for _ in range(jobs)]
        number = context.Value("i", 0)
        pool = stack.enter_context(ProcessPoolExecutor(jobs, context, _prepare, (root, copies, number)))
        yield from pool.map(_try, work)


def told(found: Sequence[Result]) -> str:
    """The survivors with their places, then how many were noticed in each module."""
    lines = [survivor(trial) for trial, outcome in found if _is_unnoticed(outcome)]
    counts: dict[str, Counter[Verdict]] = {}
    for trial, outcome in found:
        counts.setdefault(trial.mutant.file, Counter())[outcome.verdict] += 1
    lines += [
        "",
        "| module | mutants | noticed | of these by time | survived | not reached |",
        "|---|---|---|---|---|---|",
    ]
    lines += [_row(file, count) for file, count in counts.items()]
    lines.append(_row("**all**", Counter(outcome.verdict for _, outcome in found)))
    return "\n".join(lines)


def survivor(trial: Trial) -> str:
    """One mutant that no test noticed: its place, before and after."""
    each = trial.mutant
    ran = f"{len(trial.tests)} of {trial.reached_by} tests ran" if trial.reached_by else "no test reaches it"
    lines = [f"{each.file}:{each.line}: {each.kind} ({ran})", *_shown("- ", each.before), *_shown("+ ", each.after)]
    return "\n".join(lines)


def _is_unnoticed(outcome: Outcome) -> bool:
    return outcome.verdict in (Verdict.SURVIVED, Verdict.UNREACHED)


def _shown(sign: str, text: str) -> list[str]:
    return [f"    {sign}{line.strip()}" for line in text.splitlines()[:4]]


def _row(name: str, count: Counter[Verdict]) -> str:
    noticed, total = count[Verdict.NOTICED] + count[Verdict.ENDLESS], count.total()
    share = f"{noticed} ({100 * noticed / total:.0f} %)" if total else "0"
    rest = (count[Verdict.ENDLESS], count[Verdict.SURVIVED], count[Verdict.UNREACHED])
    return f"| {name} | {total} | {share} | " + " | ".join(map(str, rest)) + " |"


def options() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("modules", nargs="*", metavar="MODULE", help="dotted name, file or folder; default: all")
    parser.add_argument("--seed", type=int, default=0, help="which mutants are drawn")
    parser.add_argument("--mutants", type=int, default=300, metavar="N", help="how many are tried; 0: all")
    parser.add_argument("--only", nargs="+", default=[], metavar="FILE:LINE", help="of those drawn, only these places")
    parser.add_argument("--tests", nargs="+", default=[], metavar="PATH", help="use these tests only; default: all")
    parser.add_argument("--seconds", type=float, default=60.0, help="of test time at most for a mutant")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="mutants tried at once")
    parser.add_argument("--reach", type=Path, metavar="FILE", help="keep there which test reaches which line")
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    return parser


def main(arguments: Sequence[str] | None = None, show: Callable[[str], None] = print) -> int:
    """0: every mutant that was tried was noticed; 1: some were not."""
    given = options().parse_args(arguments)
    root = given.root.resolve()
    every = [each for file in files_of(root, given.modules) for each in Source(root, file).mutants()]
    every = without_same_behaviour(root, every, SAME)
    draw = random.Random(given.seed)  # noqa: S311 # not for secrets
    chosen = draw.sample(every, min(given.mutants or len(every), len(every)))
    chosen.sort(key=lambda each: (each.file, each.start))
    if given.only:
        chosen = [each for each in chosen if f"{each.file}:{each.line}" in given.only]
    with copy_of(root) as copy:
        reach = Reach.measured(copy, given.tests, given.reach, given.jobs)
    show(f"{len(chosen)} of {len(every)} mutants, seed {given.seed}; {len(reach.seconds)} tests")
    work = list(trials(chosen, reach, given.seconds))
    seconds = reach.seconds
    del reach  # each process would carry its gigabyte
    proofs = results(root, unchanged(work, seconds, given.seconds), 1)
    if any(outcome.verdict is not Verdict.SURVIVED for _, outcome in proofs):
        raise SystemExit("the tests fail without any change when they run alone, so they would prove nothing")
    found = []
    for trial, outcome in results(root, work, given.jobs):
        found.append((trial, outcome))
        place = f"{trial.mutant.file}:{trial.mutant.line} {trial.mutant.kind}"
        show(f"{len(found):>4} {outcome.verdict:<22} {place} {' '.join(outcome.failed[:1])}".rstrip())
    found = second_look(root, found, seconds, given.jobs)
    show(told(found))
    return int(any(_is_unnoticed(outcome) for _, outcome in found))


if __name__ == "__main__":
    raise SystemExit(main())
