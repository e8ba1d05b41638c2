"""What a command costs to start, against `python -c "import click"`: whole processes, interleaved, the best of each."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from . import Measurement
from ._serving import serving

BOUNDS = {
    "--help": 2.5,
    "validate, one file": 3.5,
    "plan, one template, embedded emulator": 9.0,
    "plan, one template, served endpoint": 7.0,
}
ROUNDS = 15

PROJECT = """\
apiVersion: dlc-reconciler/v1
kind: Project
metadata: {name: benchmark}
spec:
  manifests: [template.yaml]
  targets: {local: {endpoint: emulator, region: cn-hangzhou, workspaceId: "1001"}}
"""

TEMPLATE = """\
apiVersion: dlc-reconciler/v1
kind: JobTemplate
metadata: {name: train}
spec:
  content:
    JobType: PyTorchJob
    JobSpecs: [{Type: Worker, PodCount: 1, Image: "registry.example.com/train:1", EcsSpec: ecs.g7.xlarge}]
    UserCommand: python train.py
"""


def measure(rounds: int = ROUNDS) -> list[Measurement]:
    """The ratios of `--help`, of `validate` of one file, and of plans of one template on both kinds of endpoint."""
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder) / "served.sqlite3") as server:
        root = Path(folder)
        (root / "reconciler.yaml").write_text(PROJECT, encoding="utf-8")
        (root / "template.yaml").write_text(TEMPLATE, encoding="utf-8")
        commands = {
            "import click": ["-c", "import click"],
            "--help": ["-m", "reconciler", "--help"],
            "validate, one file": ["-m", "reconciler", "validate"],
            "plan, one template, embedded emulator": ["-m", "reconciler", "plan"],
            "plan, one template, served endpoint": ["-m", "reconciler", "plan", "--endpoint", server.url],
        }
        times: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(rounds):
            for name, command in commands.items():
                times[name].append(_seconds(command, root))
    least = {name: min(each) for name, each in times.items()}
    floor = least.pop("import click")
    return [
        Measurement(
            name=f"startup: {name}",
            ratio=seconds / floor,
            bound=BOUNDS[name],
            detail=f"{seconds * 1000:.0f} ms, python -c 'import click' {floor * 1000:.0f} ms, best of {rounds}",
        )
        for name, seconds in least.items()
    ]


def _seconds(command: list[str], folder: Path) -> float:
    """Processor seconds: others use this machine too."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *command], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
