"""Our port over TLS against plainer ways of sending the same calls over urllib3, on as many threads.

    urllib3      signs by hand, sends, parses: no models, no credentials, no checks
    SDK          the official client with its builders, signing and models; `call_api` sends over urllib3, nothing more
    ours         that, and in its turn, with deadlines, retries, checked answers, and at most so many in flight

Each runs in a process of its own, in turns.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, cast

from . import Measurement
from ._child import Spent, spent
from ._world import Pairs

CALLS = 2_000
WIDTH = 32
LATENCY = 0.03
ROUNDS = 7
OF_BARE_URLLIB3 = 0.80 / 0.74
"""Processor time per call that the SDK over urllib3 was once measured to take, against urllib3 alone."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the TLS server is."""

    port: int
    authority: Path
    lines: IO[str]
    answers: IO[str]

    def connections(self) -> int:
        """Handshakes since the last time this was asked."""
        self.lines.write("\n")
        self.lines.flush()
        return int(self.answers.readline())


@contextmanager
def tls_server() -> Iterator[Place]:
    """A server with a certificate of its own authority."""
    import trustme  # noqa: PLC0415 - only this benchmark needs it

    with TemporaryDirectory() as folder:
        authority = trustme.CA()
        pem, ca = Path(folder) / "server.pem", Path(folder) / "ca.pem"
        authority.issue_cert("localhost", "127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(pem))
        authority.cert_pem.write_to_path(str(ca))
        with subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks._tls", str(pem), str(LATENCY)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            lines, answers = cast("IO[str]", process.stdin), cast("IO[str]", process.stdout)
            try:
                yield Place(int(answers.readline()), ca, lines, answers)
            finally:
                lines.close()


def measure(calls: int = CALLS, rounds: int = ROUNDS) -> list[Measurement]:
    """Processor time per call, calls a second, connections."""
    of_sdk, of_bare, speeds, opened = Pairs(), Pairs(), [], []
    with tls_server() as place:
        for _ in range(rounds):
            bare, sdk = (_each(_run(name, place, calls), calls) for name in ("bare_urllib3", "sdk_over_urllib3"))
            place.connections()
            done = _run("ours", place, calls)
            opened.append(place.connections())
            speeds.append(calls / done.inside)
            of_bare.add(_each(done, calls), bare)
            of_sdk.add(_each(done, calls), sdk)
    return [
        Measurement(
            name="transport: the SDK over urllib3",
            ratio=of_sdk.ratio,
            bound=1.0,
            detail=f"ms of processor time a call over TLS: {_milliseconds(of_sdk)}; {statistics.median(speeds):.0f} "
            f"calls a second, process and imports included; the latency allows {WIDTH / LATENCY:.0f}",
        ),
        Measurement(
            name="transport: bare urllib3",
            ratio=of_bare.ratio,
            bound=OF_BARE_URLLIB3,
            detail=f"the same against urllib3 signed by hand, without models and checks: {_milliseconds(of_bare)}",
        ),
        Measurement(
            name="transport: connections",
            ratio=max(opened) / WIDTH,
            bound=1.0,
            detail=f"{max(opened)} TLS handshakes for {calls:,} calls, {WIDTH} in flight",
        ),
    ]


def _run(name: str, place: Place, calls: int) -> Spent:
    return spent(f"tests.benchmarks._senders:{name}", str(place.port), place.authority, str(calls), str(WIDTH))


def _each(done: Spent, calls: int) -> float:
    """Milliseconds of processor time a call."""
    return float(done.out) / calls * 1000


def _milliseconds(pairs: Pairs) -> str:
    return f"{statistics.median(pairs.ours):.2f} against {statistics.median(pairs.floor):.2f}"
