"""How long a command takes to start, against `python -c "import click"`: whole processes, interleaved, medians."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from . import Measurement

HELP_BOUND = 2.5
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
    """The ratios of `--help`, of `validate` of one file and of a plan of one template on the embedded emulator."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "reconciler.yaml").write_text(PROJECT, encoding="utf-8")
        (root / "template.yaml").write_text(TEMPLATE, encoding="utf-8")
        commands = {
            "import click": ["-c", "import click"],
            "--help": ["-m", "reconciler", "--help"],
            "validate, one file": ["-m", "reconciler", "validate"],
            "plan, one template": ["-m", "reconciler", "plan"],
        }
        times: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(rounds):
            for name, command in commands.items():
                times[name].append(_seconds(command, root))
    middle = {name: statistics.median(each) for name, each in times.items()}
    floor = middle.pop("import click")
    return [
        Measurement(
            name=f"startup: {name}",
            ratio=seconds / floor,
            bound=HELP_BOUND if name == "--help" else None,
            detail=f"{seconds * 1000:.0f} ms, python -c 'import click' {floor * 1000:.0f} ms, {rounds} runs each",
        )
        for name, seconds in middle.items()
    ]


def _seconds(command: list[str], folder: Path) -> float:
    begin = time.perf_counter()
    subprocess.run([sys.executable, *command], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begin
