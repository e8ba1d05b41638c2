"""The same work by what somebody would use instead: a loop over the official SDK, and octoDNS for the engine alone.

octoDNS plans DNS records, from YAML to YAML and offline; it stands for how a well-made tool of the kind plans as many
objects. It is a comparison of engines, not of services.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from . import Measurement
from ._child import reconciler, spent
from ._serving import serving
from ._world import world

COUNT = 1_000
LATENCY = 0.05
OBJECTS = 1_000


def measure(count: int = COUNT, objects: int = OBJECTS) -> list[Measurement]:
    """Ratios below 1: ours is faster."""
    return [_naive(count), _octodns(objects)]


def _naive(count: int) -> Measurement:
    with world(count) as here, serving(here.state, latency=LATENCY) as server:
        theirs = spent("tests.benchmarks.peers:naive_loop", server.url)
        server.asked()
        ours = reconciler("plan", "--project", here.root, "--endpoint", server.url)
        verified = reconciler("plan", "--verify", "--rate", "1000000", "--project", here.root, "--endpoint", server.url)
    return Measurement(
        name="peers: SDK loop",
        ratio=ours.wall / theirs.wall,
        bound=1.0,
        detail=f"{count:,} templates at {LATENCY * 1000:.0f} ms: plan {ours.wall:.1f} s, with --verify "
        f"{verified.wall:.1f} s; list, then get each {theirs.wall:.1f} s",
    )


def naive_loop(url: str) -> None:
    """What a script of ten lines does: list with the default client, then get each."""
    from alibabacloud_pai_dlc20201203.client import Client  # noqa: PLC0415
    from alibabacloud_pai_dlc20201203.models import (  # noqa: PLC0415
        GetJobTemplateRequest,
        ListJobTemplatesRequest,
    )
    from alibabacloud_tea_openapi.utils_models import Config  # noqa: PLC0415

    config = Config(access_key_id="x", access_key_secret="x", endpoint=url.removeprefix("http://"), protocol="HTTP")
    client, number, fetched = Client(config), 0, 0
    while True:
        number += 1
        page = client.list_job_templates(
            ListJobTemplatesRequest(workspace_id="1001", page_number=number, page_size=100)
        ).body
        for template in page.job_templates:
            client.get_job_template(template.template_id, GetJobTemplateRequest())
            fetched += 1
        if fetched >= page.total_count:
            return


def _octodns(objects: int) -> Measurement:
    with TemporaryDirectory() as folder:
        _zones(Path(folder), objects)
        theirs = spent("tests.benchmarks.peers:octodns_plan", folder)
    ours = spent("tests.benchmarks.engine:load_and_plan", str(objects))
    return Measurement(
        name="peers: octoDNS",
        ratio=ours.cpu / theirs.cpu,
        detail=f"{objects:,} objects planned from nothing, whole processes: {ours.cpu:.2f} s of processor time for "
        f"templates of 2 KB, {theirs.cpu:.2f} s for records of 60 bytes",
    )


def _zones(folder: Path, objects: int) -> None:
    """A hundred records to a zone, and an empty folder as the other side."""
    (folder / "from").mkdir()
    (folder / "to").mkdir()
    zones = []
    for zone in range(-(-objects // 100)):
        name = f"zone{zone}.example."
        zones.append(name)
        count = min(100, objects - zone * 100)
        records = "".join(f"host{n}:\n  type: A\n  ttl: 300\n  value: 10.0.{zone % 250}.{n}\n" for n in range(count))
        (folder / "from" / f"{name}yaml").write_text(f"---\n{records}", encoding="utf-8")
        (folder / "to" / f"{name}yaml").write_text("---\n{}\n", encoding="utf-8")
    lines = [
        "providers:",
        *(
            f"  {side}: {{class: octodns.provider.yaml.YamlProvider, directory: {folder / side}, default_ttl: 300,"
            " enforce_order: false}"
            for side in ("from", "to")
        ),
        "zones:",
        *(f"  {name}: {{sources: [from], targets: [to]}}" for name in zones),
    ]
    (folder / "config.yaml").write_text("\n".join(lines), encoding="utf-8")


def octodns_plan(folder: str) -> None:
    """Plan every zone; nothing is written."""
    from octodns.manager import Manager  # noqa: PLC0415

    Manager(str(Path(folder) / "config.yaml")).sync(dry_run=True, force=True)
