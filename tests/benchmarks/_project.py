"""A project of so many manifests, of the kind people write: some 2 KB each, with references, labels and constraints."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

PROJECT = """\
apiVersion: dlc-reconciler/v1
kind: Project
metadata: {name: benchmark}
spec:
  manifests: ["templates/**/*.yaml"]
  targets:
"""
TARGET = """\
    {name}: {{region: {region}, workspaceId: "{workspace}", values: {{gpu: {gpu}, registry: registry.local}}}}
"""
ONE = ("prod",)
REGIONS = (
    "cn-hangzhou", "cn-shanghai", "cn-beijing", "cn-shenzhen", "cn-hongkong", "ap-southeast-1", "eu-central-1",
    "us-west-1",
)  # fmt: skip
FIRST_WORKSPACE = 1001

TEMPLATE = """\
# Training of model {number}; owned by team {team}.
apiVersion: dlc-reconciler/v1
kind: JobTemplate
metadata:
  name: model-{number:04d}-train
  labels: {{team: "{team}", tier: standard}}
spec:
  description: Trains model {number} on the shared data set and writes checkpoints
  content:
    JobType: PyTorchJob
    Priority: 4
    JobMaxRunningTimeMinutes: 2880
    JobSpecs:
      - Type: Master
        PodCount: 1
        Image: "${{values.registry}}/pai/pytorch-training:2.3-gpu-py311-cu121-ubuntu22.04"
        EcsSpec: "${{values.gpu}}"
      - Type: Worker
        PodCount: {workers}
        Image: "${{values.registry}}/pai/pytorch-training:2.3-gpu-py311-cu121-ubuntu22.04"
        EcsSpec: "${{values.gpu}}"
        RestartPolicy: OnFailure
    UserCommand: |
      set -e
      pip install -r requirements.txt
      torchrun --nnodes=$WORLD_SIZE --node_rank=$RANK --master_addr=$MASTER_ADDR \\
        --master_port=$MASTER_PORT train.py \\
        --model model-{number} --epochs 90 --batch-size 256 --lr 0.1 \\
        --data /mnt/data --output /mnt/output/model-{number}
    Envs:
      NCCL_DEBUG: INFO
      NCCL_IB_DISABLE: "0"
      OMP_NUM_THREADS: "8"
      EXPERIMENT: model-{number}
    DataSources:
      - DataSourceId: d-{number:014d}
        MountPath: /mnt/data
        MountAccess: RO
      - Uri: oss://training-output.oss-cn-hangzhou-internal.aliyuncs.com/model-{number}/
        MountPath: /mnt/output
        MountAccess: RW
    CodeSource:
      CodeSourceId: code-20260101000000-abcdefghijkl
      Branch: main
      MountPath: /root/code
    Settings:
      EnableSanityCheck: true
      EnableRDMA: true
      SanityCheckArgs: --sanity-check-timing=AfterJobFaultTolerant
      JobReservedMinutes: 30
      Tags: {{team: "{team}", model: "model-{number}"}}
  constraints:
    "JobSpecs[0].Image": locked
    "JobSpecs[1].Image": locked
    "DataSources[0].MountPath": locked
    UserCommand: overridable
    Envs: overridable
"""


def workspace_of(at: int) -> str:
    """The id of the workspace of a target, by its number from 0."""
    return str(FIRST_WORKSPACE + at)


def project_file(targets: Sequence[str]) -> str:
    """A project file with these targets: each a workspace of its own, of its own region, with values of its own."""
    lines = (
        TARGET.format(
            name=name,
            region=REGIONS[at % len(REGIONS)],
            workspace=workspace_of(at),
            gpu=f"ecs.gn6i-c4g{at + 1}.xlarge",
        )
        for at, name in enumerate(targets)
    )
    return PROJECT + "".join(lines)


def write_project(root: Path, count: int, *, padding: int = 0, targets: Sequence[str] = ONE) -> int:
    """Write a project of so many manifests, each with so many characters more; the mean size of one in bytes."""
    (root / "templates").mkdir()
    (root / "reconciler.yaml").write_text(project_file(targets), encoding="utf-8")
    extra = "".join(f"      # step {n:06d} of the script" + " " * 40 + "\n" for n in range(-(-padding // 70)))
    size = 0
    for number in range(count):
        text = TEMPLATE.format(number=number, team=f"team-{number % 7}", workers=number % 15 + 1)
        text = text.replace("      set -e\n", "      set -e\n" + extra)
        (root / "templates" / f"model-{number:04d}.yaml").write_text(text, encoding="utf-8")
        size += len(text)
    return size // count
