"""Small projects written to a folder, and what loading them gives."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from reconciler.kinds import KINDS
from reconciler.manifests import Desired, Environment, ManifestSet, ProcessEnvironment, load_project

PROJECT = """\
apiVersion: dlc-reconciler/v1
kind: Project
metadata: {name: vision}
spec:
  manifests: ["templates/**/*.yaml"]
  targets:
    prod: {region: cn-shanghai, workspaceId: "2002", values: {size: 3, specs: [{Type: Worker, PodCount: 1}]}}
    staging: {region: cn-hangzhou, workspaceId: "1001", values: {size: 1, specs: []}}
"""

TEMPLATE = """\
apiVersion: dlc-reconciler/v1
kind: JobTemplate
metadata: {name: train}
spec:
  content:
    JobType: PyTorchJob
    JobSpecs: [{Type: Worker, PodCount: 1, Image: registry/image:1, EcsSpec: ecs.g6.large}]
    UserCommand: python train.py
"""


def write(root: Path, *, project: str = PROJECT, **templates: str | bytes) -> Path:
    (root / "templates").mkdir(exist_ok=True)
    (root / "reconciler.yaml").write_text(project, encoding="utf-8")
    for name, text in templates.items():
        data = text.encode() if isinstance(text, str) else text
        (root / "templates" / f"{name}.yaml").write_bytes(data)
    return root


def desired(
    root: Path, target: str = "prod", *, variables: Mapping[str, str] | None = None, environ: Environment | None = None
) -> Desired:
    environ = environ or ProcessEnvironment(variables or {})
    return ManifestSet(load_project(root), KINDS).desired(target, environ)


def told(found: Desired) -> list[str]:
    return [f"{item.where}: {item.code} {item.summary}" for item in found.findings]
