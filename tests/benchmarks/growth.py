"""How a plan of unchanged templates grows with their number: time, processor time, calls, memory, each per template.

Up to 10,000 on a service, audits of them too; 100,000 offline and by listing alone; a million by a second drift of a
hundred targets, whose service and manifests are made on the way (`_giant`). Nothing may grow faster than the number of
templates.
What is called warm is the second run with the same cache: nothing changed since the first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from reconciler.emulator.clock import SystemClock
from reconciler.emulator.profile import Profile
from reconciler.emulator.service import Service
from reconciler.emulator.state import State
from reconciler.emulator.store import Store

from . import Growth, Measurement
from ._child import reconciler, spent
from ._giant import Giant
from ._serving import serving
from ._world import world

COUNTS = (100, 1_000, 10_000)
MOST = 100_000
TARGETS = 100
BOUND = 1.25
"""How much of what one costs among a tenth of them one may cost: linear, with room for noise."""
BOUNDS = {"validate": 1.15}
"""What is promised more exactly."""
KNOWN = 0.2
"""How much of the processor time of reading all manifests it may take to find that none changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """What one size cost."""

    what: str
    count: int
    wall: float
    cpu: float
    calls: int
    memory: int


def measure(counts: Sequence[int] = COUNTS, most: int = MOST, targets: int = TARGETS) -> list[Measurement]:
    """The points of the table; `results` keeps them and draws the chart."""
    points = [point for count in counts for point in _plan(count)]
    points += [point for count in (*counts, most) for point in _validate(count)]
    points += [_list(count) for count in (*counts, most)]
    points += [_drift(count, targets) for count in counts]
    points += [_audit(count) for count in counts]
    points.sort(key=lambda each: each.what)  # the order of the sizes stays
    return [_known(points, most), *(_measurement(point, _before(point, points)) for point in points)]


def _known(points: Sequence[Point], count: int) -> Measurement:
    """What checking the most manifests costs when they are known, against reading them."""
    cold, warm = (each for each in points if each.count == count and each.what in ("validate", "validate, warm"))
    return Measurement(
        name="growth: validate, warm",
        ratio=warm.cpu / cold.cpu,
        bound=KNOWN,
        detail=f"{count:,} manifests, processor time, known against read: {warm.cpu:.1f} s against {cold.cpu:.1f} s",
    )


def _before(point: Point, points: Sequence[Point]) -> Point | None:
    """The same with a tenth of the templates, where that is large enough to say something."""
    return next((each for each in points if each.what == point.what and 1_000 <= each.count == point.count // 10), None)


def _measurement(point: Point, before: Point | None) -> Growth:
    each = point.cpu / point.count
    return Growth(
        name=f"growth: {point.what} {point.count}",
        ratio=1.0 if before is None else _worst(point, before),
        bound=None if before is None else BOUNDS.get(point.what, BOUND),
        what=point.what,
        templates=point.count,
        columns={
            "wall s": round(point.wall, 2),
            "processor s": round(point.cpu, 2),
            "ms each": round(each * 1000, 3),
            "calls": point.calls,
            "MB": round(point.memory / 1e6),
        },
    )


def _worst(point: Point, before: Point) -> float:
    """What one template costs against what it cost then, in whichever of its costs grew most."""
    costs = ((point.cpu, before.cpu), (point.memory, before.memory), (point.calls, before.calls))
    return max(now / then for now, then in costs if then) / (point.count / before.count)


def _plan(count: int) -> Iterator[Point]:
    with world(count) as here, serving(here.state) as server, TemporaryDirectory() as cache:
        for what in ("plan", "plan, warm"):
            server.asked()
            done = reconciler("plan", "--project", here.root, "--endpoint", server.url, "--cache-dir", cache)
            calls = server.asked().calls
            yield Point(what=what, count=count, wall=done.wall, cpu=done.cpu, calls=calls, memory=done.peak)


def _validate(count: int) -> Iterator[Point]:
    with world(count, applied=False) as here, TemporaryDirectory() as cache:
        for what in ("validate", "validate, warm"):
            done = reconciler("validate", "--project", here.root, "--cache-dir", cache)
            yield Point(what=what, count=count, wall=done.wall, cpu=done.cpu, calls=0, memory=done.peak)


def _drift(count: int, targets: int) -> Point:
    """A drift of many targets with so many templates each, all of whose versions are in the cache."""
    with TemporaryDirectory(prefix="benchmark-") as folder:
        Giant(templates=count, targets=targets).write(Path(folder))
        done = spent("tests.benchmarks._giant:drift", folder, str(count), str(targets))
    if f"No drift on all {targets} targets; {targets * count:,} in step." not in done.out:
        raise RuntimeError(done.out[:2000])
    calls = int(done.out.splitlines()[-1])
    return Point(
        what=f"drift of {targets} targets",
        count=count * targets,
        wall=done.wall,
        cpu=done.cpu,
        calls=calls,
        memory=done.peak,
    )


def _audit(count: int) -> Point:
    """An audit of templates whose contents are nearly equal, by all rules, those that compare contents too."""
    with world(count) as here, serving(here.state) as server:
        settings = ("--snapshot", here.state.parent / "audit.sqlite3", "--fail-on", "never")
        server.asked()
        done = reconciler("audit", "--project", here.root, "--endpoint", server.url, *settings)
        calls = server.asked().calls
    return Point(what="audit", count=count, wall=done.wall, cpu=done.cpu, calls=calls, memory=done.peak)


def _list(count: int) -> Point:
    """The listing alone, through the port with all its checks."""
    with world(1, applied=False) as here:
        _fill(here.state, count)
        with serving(here.state) as server:
            done = spent("tests.benchmarks.growth:list_all", server.url, str(count))
            calls = server.asked().calls
    return Point(what="list", count=count, wall=done.wall, cpu=done.cpu, calls=calls, memory=done.peak)


def _fill(state: Path, count: int) -> None:
    store = Store(state)
    with store.write():
        made = State(Service(store, SystemClock(), Profile()))
        for number in range(count):
            made.create_template(f"model-{number}", metadata={"dlc-reconciler/project": "benchmark"})
    store.close()


def list_all(url: str, count: str, rate: str = "1000000") -> None:
    """All rows of ListJobTemplates, at so many calls a second."""
    import reconciler.kinds.jobtemplate.operations as of_templates  # noqa: PLC0415
    from reconciler.live import ConnectionOptions, CredentialsSpec, connect  # noqa: PLC0415
    from reconciler.model import Target  # noqa: PLC0415

    target = Target(name="t", region="cn-hangzhou", workspace_id="1001", endpoint=url)
    with connect(target, CredentialsSpec(), ConnectionOptions(rate=float(rate)), environ={}) as service:
        rows = service.rows(of_templates.LIST_JOB_TEMPLATES, WorkspaceId="1001", SortBy="GmtCreateTime", Order="desc")
    if len(rows) != int(count):
        raise RuntimeError(f"{len(rows)} rows of {count}")
