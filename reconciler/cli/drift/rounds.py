"""Looks for drift repeatedly: the loop, and what it tells Prometheus. The caller provides the time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, start_http_server

from reconciler.errors import ReconcilerError
from reconciler.live.parallel import side_by_side
from reconciler.model import Moved
from reconciler.model.quick import dataclass
from reconciler.pipeline.members import WIDTH
from reconciler.render.drift import summary

if TYPE_CHECKING:
    from reconciler.audit.drift import DriftReport

PREFIX = "dlc_reconciler"


class Metrics:
    """The gauges of a watch, in a registry of its own. Every target has its time series from the beginning."""

    def __init__(self, targets: Sequence[str]) -> None:
        self.registry = CollectorRegistry()
        gauge = self._gauge
        self._drifted = gauge("drifted_resources", "Resources that differ from Git, by the side that moved.", "side")
        self._unmanaged = gauge("unmanaged_resources", "Live objects that the project does not own.")
        self._in_step = gauge("resources_in_step", "Resources that are as Git has them.")
        self._success = gauge("last_success_timestamp_seconds", "When a round last succeeded (Unix time).")
        self._duration = gauge("round_duration_seconds", "How long the last round took.")
        self._rounds = self._counter("rounds", "Rounds, failed ones included.")
        self._failures = self._counter("failed_rounds", "Rounds in which manifests or service could not be read.")
        self._calls = self._counter("service_calls", "Calls of the service, repeated ones included.", "operation")
        self._hits = self._counter("cache_hits", "What was known from earlier rounds or runs.")
        for target in targets:
            for counter in (self._rounds, self._failures, self._hits):
                counter.labels(target)

    def called(self, target: str, operation: str) -> None:
        """Count a call of the service. Several threads may call this at the same time."""
        self._calls.labels(target, operation).inc()

    def known(self, target: str) -> None:
        """Count a fact that was known without a call. Several threads may call this at the same time."""
        self._hits.labels(target).inc()

    def succeeded(self, report: DriftReport, *, now: float, seconds: float) -> None:
        """Show the report of a round that has ended; `now` is in seconds since the epoch."""
        target = report.target.name
        for side in Moved:
            self._drifted.labels(target, side.value).set(report.count(side))
        self._unmanaged.labels(target).set(len(report.unmanaged))
        self._in_step.labels(target).set(report.unchanged)
        self._success.labels(target).set(now)
        self._ended(target, seconds)

    def failed(self, target: str, *, seconds: float) -> None:
        """Count a round that failed. The results of the last good round stay visible."""
        self._failures.labels(target).inc()
        self._ended(target, seconds)

    def _ended(self, target: str, seconds: float) -> None:
        self._duration.labels(target).set(seconds)
        self._rounds.labels(target).inc()

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(f"{PREFIX}_{name}", text, ("target", *labels), registry=self.registry)

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"{PREFIX}_{name}", text, ("target", *labels), registry=self.registry)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Looks at all targets side by side, waits, and looks again, until it is told to end. Times in seconds.

    `look` and `tell` are called by several threads at the same time.
    """

    look: Callable[[str], DriftReport]
    targets: Sequence[str]
    interval: float
    """From the end of a round to the beginning of the next."""
    metrics: Metrics
    tell: Callable[[str], None]
    ended: Callable[[float], bool]
    """Waits so many seconds, and returns true as soon as the watch has to end."""
    now: Callable[[], float]
    clock: Callable[[], float]

    def run(self) -> None:
        """Make rounds until the watch has to end. A round that cannot read something reports and counts it, and the
        next one tries again."""
        while not self.ended(0):
            side_by_side(self._round, self.targets, width=WIDTH)
            if self.ended(self.interval):
                return

    def _round(self, target: str) -> None:
        if self.ended(0):
            return
        began = self.clock()
        try:
            report = self.look(target)
        except (ReconcilerError, OSError) as error:
            self.metrics.failed(target, seconds=self.clock() - began)
            self._say(target, f"failed: {error}")
        else:
            self.metrics.succeeded(report, now=self.now(), seconds=self.clock() - began)
            self._say(target, summary(report))

    def _say(self, target: str, what: str) -> None:
        moment = datetime.fromtimestamp(self.now(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        self.tell(f"{moment} {target}: {what}")


@contextmanager
def serving(metrics: Metrics, address: str, port: int | None) -> Iterator[str]:
    """Serve the metrics during the block, and yield their URL, or nothing when no port was asked for.

    Raises:
        ReconcilerError: the port cannot be used.
    """
    if port is None:
        yield ""
        return
    try:
        server, thread = start_http_server(port, addr=address, registry=metrics.registry)
    except OSError as error:
        raise ReconcilerError(
            f"metrics cannot be served at {address}:{port}: {error.strerror}", hint="Choose another `--metrics-port`."
        ) from error
    try:
        host = f"[{address}]" if ":" in address else address
        yield f"http://{host}:{server.server_port}/metrics"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
