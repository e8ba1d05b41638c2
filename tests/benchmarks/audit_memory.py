"""How much memory an audit takes as templates get more versions: it should not grow with them.

    python tests/benchmarks/audit_memory.py --templates 300 --versions 2 20

The emulator, the audit and each format run in processes of their own; the peak is that process's own.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from reconciler.audit.collect import silent
from reconciler.audit.store import Store
from reconciler.auditing import Run, document, judged, take_snapshot
from reconciler.emulator import Emulator, Profile
from reconciler.pipeline import Settings
from reconciler.render.audit.html import audit_html
from reconciler.render.audit.listing import audit_json

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


def serve(state: Path, templates: int, versions: int) -> None:
    """Build a fleet with contents of about four kilobytes and serve it until standard input ends."""
    with Emulator(state, profile=Profile(deterministic_ids=True)) as emulator:
        for number in range(templates):
            id = emulator.store.create_template(f"template-{number:06}", content(number, 1))
            for version in range(2, versions + 1):
                emulator.store.add_version(id, content(number, version), default=True)
        print(emulator.url, flush=True)
        sys.stdin.read()


def content(number: int, version: int) -> str:
    """A content that no other version has."""
    words = " ".join(f"--option{word}={(number * 31 + version * 17 + word * 7) % 997}" for word in range(240))
    spec = {
        "Type": "Worker",
        "PodCount": 1,
        "Image": f"registry.example.com/train:{number}",
        "EcsSpec": "ecs.g7.xlarge",
    }
    return json.dumps({"JobType": "PyTorchJob", "JobSpecs": [spec], "UserCommand": f"python train.py {words}"})


def measure(folder: Path, url: str) -> None:
    """Audit, write JSON and HTML, and print the peak of this process in MiB, and the seconds."""
    began = time.perf_counter()
    settings = Settings(project_file=folder / "reconciler.yaml", endpoint=url)
    take_snapshot(settings, Run(snapshot=folder / "audit.sqlite3"), silent)
    read = time.perf_counter() - began
    with Store.open(folder / "audit.sqlite3") as store:
        made = document(store, judged(settings, store, None))
        for name, pieces in (("a.json", audit_json(made)), ("a.html", audit_html(made))):
            with (folder / name).open("w", encoding="utf-8") as stream:
                stream.writelines(pieces)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    size = (folder / "audit.sqlite3").stat().st_size / 1024**2
    print(f"{peak:8.0f} {size:12.1f} {read:8.1f} {time.perf_counter() - began - read:8.1f}")


def child(*arguments: object, keep: bool = False) -> subprocess.Popen[str]:
    """This script in a process of its own."""
    command = [sys.executable, __file__, *map(str, arguments)]
    return subprocess.Popen(command, stdin=subprocess.PIPE if keep else None, stdout=subprocess.PIPE, text=True)


def main() -> None:
    """Print one line for each number of versions."""
    parser = argparse.ArgumentParser(description="Peak memory of audits.")
    parser.add_argument("--templates", type=int, default=200)
    parser.add_argument("--versions", type=int, nargs="+", default=[2, 20])
    parser.add_argument("--serve", nargs=3, metavar=("STATE", "TEMPLATES", "VERSIONS"), help=argparse.SUPPRESS)
    parser.add_argument("--measure", nargs=2, metavar=("FOLDER", "URL"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(Path(options.serve[0]), int(options.serve[1]), int(options.serve[2]))
        return
    if options.measure:
        measure(Path(options.measure[0]), options.measure[1])
        return
    print("templates versions peak MiB snapshot MiB  read s report s")
    for versions in options.versions:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "reconciler.yaml").write_text(PROJECT, encoding="utf-8")
            server = child("--serve", folder / "state.sqlite3", options.templates, versions, keep=True)
            assert server.stdout is not None
            url = server.stdout.readline().strip()
            told, _ = child("--measure", folder, url).communicate()
            server.communicate("")
            print(f"{options.templates:9} {versions:8} {told.rstrip()}")


if __name__ == "__main__":
    main()
