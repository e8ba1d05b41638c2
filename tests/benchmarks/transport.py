"""Our port over TLS, with the official SDK's signing and models, against plain urllib3 on as many threads.

Plain urllib3 sends the same request with a signature made beforehand, and parses the JSON: nothing else.
"""

from __future__ import annotations

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

CALLS = 2_000
WIDTH = 32
LATENCY = 0.03
ROUNDS = 3
BOUND = 0.80 / 0.74
"""Processor time per call: what the official SDK over urllib3 was once measured to take, against urllib3 alone.
That prototype had no pace, no retries, no deadlines and believed every answer."""


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
    ours: list[Spent] = []
    plain: list[Spent] = []
    opened = []
    with tls_server() as place:
        for _ in range(rounds):
            plain.append(spent("tests.benchmarks.transport:plain", str(place.port), place.authority, str(calls)))
            place.connections()
            ours.append(spent("tests.benchmarks.transport:ours", str(place.port), place.authority, str(calls)))
            opened.append(place.connections())
    pairs = list(zip(map(_each(calls), ours), map(_each(calls), plain), strict=True))
    ratio, (our_ms, plain_ms) = sorted((a / b, (a, b)) for a, b in pairs)[rounds // 2]
    speed = calls / sorted(each.inside for each in ours)[rounds // 2]
    return [
        Measurement(
            name="transport: processor",
            ratio=ratio,
            bound=BOUND,
            detail=f"{our_ms:.2f} ms a call over TLS, plain urllib3 {plain_ms:.2f} ms; {speed:.0f} calls a second, "
            f"the latency allows {WIDTH / LATENCY:.0f}",
        ),
        Measurement(
            name="transport: connections",
            ratio=max(opened) / WIDTH,
            bound=1.0,
            detail=f"{max(opened)} TLS handshakes for {calls:,} calls, {WIDTH} in flight",
        ),
    ]


def _each(calls: int):  # type: ignore[no-untyped-def]
    return lambda spent: float(spent.out) / calls * 1000


def ours(port: str, authority: str, calls: str) -> None:
    """So many calls of ours; prints their processor seconds."""
    import time  # noqa: PLC0415

    from reconciler.live import ConnectionOptions, CredentialsSpec, connect, operations  # noqa: PLC0415
    from reconciler.live.parallel import side_by_side  # noqa: PLC0415
    from reconciler.model import Target  # noqa: PLC0415

    target = Target(name="t", region="cn-hangzhou", workspace_id="1001", endpoint=f"https://127.0.0.1:{port}")
    options = ConnectionOptions(calls_in_flight=WIDTH, rate=1e6)
    with connect(target, CredentialsSpec(), options, environ={"SSL_CERT_FILE": authority}) as service:
        service.call(operations.GET_JOB_TEMPLATE, "tpl1")
        begin = time.process_time()
        side_by_side(lambda _: service.call(operations.GET_JOB_TEMPLATE, "tpl1"), range(int(calls)), width=WIDTH)
        print(time.process_time() - begin)


def plain(port: str, authority: str, calls: str) -> None:
    """So many calls of urllib3 alone; prints their processor seconds."""
    import json  # noqa: PLC0415
    import time  # noqa: PLC0415
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415

    import urllib3  # noqa: PLC0415

    pool = urllib3.PoolManager(maxsize=WIDTH, block=True, ca_certs=authority, retries=False)
    headers = {
        "x-acs-version": "2020-12-03",
        "x-acs-action": "GetJobTemplate",
        "x-acs-date": "2026-01-01T00:00:00Z",
        "x-acs-signature-nonce": "0" * 32,
        "x-acs-content-sha256": "0" * 64,
        "accept": "application/json",
        "Authorization": "ACS3-HMAC-SHA256 Credential=x,SignedHeaders=host,Signature=" + "0" * 64,
    }

    def get(_number: int) -> object:
        return json.loads(
            pool.request("GET", f"https://127.0.0.1:{port}/api/v1/jobtemplates/tpl1", headers=headers).data
        )

    get(0)
    with ThreadPoolExecutor(WIDTH) as threads:
        begin = time.process_time()
        list(threads.map(get, range(int(calls))))
        print(time.process_time() - begin)
