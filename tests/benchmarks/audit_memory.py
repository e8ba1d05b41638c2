"""How much memory an audit and its reports take as templates get more versions: it should hardly grow with them.

Every version has a content of about four kilobytes that no other has. The snapshot is taken, then written as JSON and
as the HTML page, all in one process of its own.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from reconciler.emulator.clock import SystemClock
from reconciler.emulator.profile import Profile
from reconciler.emulator.service import Service
from reconciler.emulator.state import State
from reconciler.emulator.store import Store

from . import Measurement
from ._child import Spent, spent
from ._serving import serving

TEMPLATES = 200
VERSIONS = (2, 20)
BOUND = 1.5
PROJECT = """apiVersion: dlc-reconciler/v1
kind: Project
metadata: {name: benchmark}
spec:
  manifests: [reconciler.yaml]
  targets: {test: {region: cn-hangzhou, workspaceId: "1001"}}
---
apiVersion: dlc-reconciler/v1
kind: JobTemplate
metadata: {name: elsewhere}
spec: {content: {JobType: PyTorchJob, JobSpecs: [{Type: Worker}], UserCommand: "true"}}
"""


def measure(templates: int = TEMPLATES, versions: Sequence[int] = VERSIONS) -> list[Measurement]:
    """The peak with many versions against the peak with few."""
    few, many = (_audited(templates, count) for count in (versions[0], versions[-1]))
    return [
        Measurement(
            name="audit: memory",
            ratio=many.peak / few.peak,
            bound=BOUND,
            detail=f"{many.peak / 1e6:.0f} MB for {templates} templates of {versions[-1]} versions each, "
            f"{few.peak / 1e6:.0f} MB for {versions[0]}; {many.inside:.1f} s against {few.inside:.1f} s",
        )
    ]


def _audited(templates: int, versions: int) -> Spent:
    with TemporaryDirectory(prefix="benchmark-") as name:
        folder = Path(name)
        (folder / "reconciler.yaml").write_text(PROJECT, encoding="utf-8")
        _fill(folder / "state.sqlite3", templates, versions)
        with serving(folder / "state.sqlite3") as server:
            return spent("tests.benchmarks.audit_memory:audit", folder, server.url)


def _fill(file: Path, templates: int, versions: int) -> None:
    store = Store(file)
    with store.write():
        state = State(Service(store, SystemClock(), Profile()))
        for number in range(templates):
            id = state.create_template(f"template-{number:06}", _content(number, 1))
            for version in range(2, versions + 1):
                state.add_version(id, _content(number, version), default=True)
    store.close()


def _content(number: int, version: int) -> str:
    words = " ".join(f"--option{word}={(number * 31 + version * 17 + word * 7) % 997}" for word in range(240))
    spec = {
        "Type": "Worker",
        "PodCount": 1,
        "Image": f"registry.example.com/train:{number}",
        "EcsSpec": "ecs.g7.xlarge",
    }
    return json.dumps({"JobType": "PyTorchJob", "JobSpecs": [spec], "UserCommand": f"python train.py {words}"})


def audit(folder: str, url: str) -> None:
    """Take a snapshot, judge it, write both documents."""
    from reconciler.audit.collect import silent  # noqa: PLC0415 - part of what is measured
    from reconciler.audit.store import Store as Snapshot  # noqa: PLC0415
    from reconciler.cli import collect_rarely  # noqa: PLC0415
    from reconciler.live import ConnectionOptions  # noqa: PLC0415
    from reconciler.pipeline import Settings  # noqa: PLC0415
    from reconciler.pipeline.auditing import Run, document, judged, take_snapshot  # noqa: PLC0415
    from reconciler.render.audit.html import audit_html  # noqa: PLC0415
    from reconciler.render.audit.streamed_json import audit_json  # noqa: PLC0415

    collect_rarely()
    root = Path(folder)
    settings = Settings(
        project_file=root / "reconciler.yaml", endpoint=url, connection=ConnectionOptions(rate=1_000_000)
    )
    take_snapshot(settings, Run(snapshot=root / "audit.sqlite3"), silent)
    with Snapshot.open(root / "audit.sqlite3") as store:
        made = document(store, judged(settings, store, None))
        for name, pieces in (("a.json", audit_json(made)), ("a.html", audit_html(made))):
            with (root / name).open("w", encoding="utf-8") as stream:
                stream.writelines(pieces)
