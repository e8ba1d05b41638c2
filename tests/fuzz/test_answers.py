"""Every answer of the service and of the code host, spoilt, under every command: a clear error or a true result.

A real answer of the emulator is altered on its way into the program, behind the real transport. The commands are those
of the canary test, so a new one is fuzzed at once; writes that only `apply` makes come from the matrix of faults.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest
from canary.table import ROWS
from canary.world import World
from ci.github_server import GitHubServer
from faults.house import House, house
from faults.matrix import WRITES, Write, prepare
from support.commands import Ended
from support.operations import EVERY_OPERATION

from fuzz.spoiling import spoilt_json
from reconciler.errors import ReconcilerError
from reconciler.http.transport import Answer, Request, Transport

MUTANTS = 5
"""Spoilt answers for each command and operation."""
WRITE_MUTANTS = 12
"""Spoilt answers for each write of an apply."""
CODES = frozenset({0, 1, 2, 3, 4, 64})
ALL = EVERY_OPERATION.keys()
NOT_REACHED = {
    "GetCodeSource", "GetImage", "GetJobMetrics", "GetJobSanityCheckResult", "GetRayDashboard", "UntagResources"
}  # fmt: skip
"""Asked for only with arguments that no row of the canary's table has; the same table of shapes believes them."""


def action(request: Request) -> str:
    """The operation of the service, or the method for a code host."""
    return request.headers.get("x-acs-action", request.method)


@dataclass
class Wire:
    """What comes back: written down, and one operation's answers spoilt."""

    seen: list[str] = field(default_factory=list)
    spoil: str = ""
    draw: Random = field(default_factory=Random)

    @contextlib.contextmanager
    def spoiling(self, name: str, seed: str) -> Iterator[None]:
        """Spoil all answers of an operation, or of all operations with the name "any"."""
        self.spoil, self.draw = name, Random(seed)  # noqa: S311 - not for secrets
        try:
            yield
        finally:
            self.spoil = ""

    def arrived(self, request: Request, answer: Answer) -> Answer:
        name = action(request)
        self.seen.append(name)
        if self.spoil not in (name, "any"):
            return answer
        return Answer(answer.status, answer.headers, spoilt_json(answer.body, self.draw))


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    """The wire that every request of this test goes through."""
    exchange, wire = Transport.exchange, Wire()

    def through(self: Transport, request: Request, until: float) -> Answer:
        return wire.arrived(request, exchange(self, request, until))

    monkeypatch.setattr(Transport, "exchange", through)
    return wire


def is_clear(ended: Ended) -> bool:
    """Whether a command ended as commands end: a known code, a word about what is wrong, nothing of our own inside."""
    ours = any(text in ended.text for text in ("internal error", "Traceback"))
    raw = any(not letter.isprintable() and letter not in "\n\t" for letter in ended.err)
    return ended.code in CODES and not ours and not raw and bool(ended.code == 0 or ended.text.strip())


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name, rows in ROWS.items() if rows])
def test_every_command_on_spoilt_answers(name: str, world: World, host: GitHubServer, wire: Wire) -> None:
    for number, row in enumerate(ROWS[name]):
        wire.seen.clear()
        world.run(*name.split(), *row(world))
        for spoilt in sorted({*wire.seen, "any"} if wire.seen else ()):
            for mutant in range(MUTANTS):
                words, seed = row(world), f"{name} {number} {spoilt} {mutant}"
                with wire.spoiling(spoilt, seed):
                    ended = world.run(*name.split(), *words)
                assert is_clear(ended), (seed, ended)


@pytest.mark.slow
@pytest.mark.parametrize("write", WRITES, ids=lambda write: write.name)
def test_every_write_of_apply_on_spoilt_answers(write: Write, tmp_path: Path, wire: Wire) -> None:
    """The answer to the write, or those to all calls around it: outcomes, or an error; then the state can be mended."""
    for mutant in range(WRITE_MUTANTS):
        spoilt = "any" if mutant % 3 == 2 else write.action
        with house(tmp_path / str(mutant)) as home:
            prepare(home, write)
            with wire.spoiling(spoilt, f"{write.name} {mutant}"):
                told = ended_as(home)
            assert "internal error" not in told, (spoilt, mutant, told)
            assert home.settled() <= 3


def ended_as(home: House) -> str:
    """What an apply said: its outcomes as JSON, or its error."""
    try:
        report = home.apply()
    except ReconcilerError as error:
        return error.message
    return json.dumps([outcome.detail for outcome in report.outcomes])


@pytest.mark.slow
def test_every_other_operation_is_answered_in_these_tests(world: World, wire: Wire, tmp_path: Path) -> None:
    for name, rows in ROWS.items():
        for row in rows:
            world.run(*name.split(), *row(world))
    for at, write in enumerate(WRITES):
        with house(tmp_path / str(at)) as home:
            prepare(home, write)
            home.apply()
    assert sorted(ALL - set(wire.seen) - NOT_REACHED) == []
