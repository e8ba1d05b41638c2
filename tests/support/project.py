"""A project in a folder, written document by document."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

API = "dlc-reconciler/v1"

CONTENT: dict[str, Any] = {
    "JobType": "PyTorchJob",
    "JobSpecs": [{"Type": "Worker", "PodCount": 2, "Image": "registry.example.com/a:1", "EcsSpec": "ecs.g7.xlarge"}],
    "UserCommand": "python train.py",
}

BOARD: dict[str, Any] = {
    "SummaryPath": "/mnt/logs",
    "DataSources": [{"DataSourceId": "d-logs", "MountPath": "/mnt/logs"}],
    "MaxRunningTimeMinutes": 240,
    "Accessibility": "PUBLIC",
}

PROJECT: dict[str, Any] = {
    "manifests": ["manifests/*.yaml"],
    "targets": {"test": {"region": "cn-hangzhou", "workspaceId": "1001"}},
    "prune": {"jobTemplates": True, "tensorBoards": True, "tensorBoardPrefix": "gitops-"},
    "safety": {"maxDeletions": 5, "maxDeletionPercent": 100, "maxReplacements": 5},
}


class Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    """Quotes texts that YAML 1.2 reads as numbers too: to PyYAML, which writes YAML 1.1, `0E0` is a text.

    The one written in C takes a tenth of the time, and tests write thousands of manifests.
    """


Dumper.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$"),
    list("-+.0123456789"),
)


class ProjectFolder:
    """A project whose manifests are one file each, `manifests/NAME.yaml`."""

    def __init__(self, root: Path, **spec: Any) -> None:
        self.root = root
        (root / "manifests").mkdir(parents=True, exist_ok=True)
        self.settings(**spec)

    def settings(self, name: str = "vision", **spec: Any) -> None:
        """Write reconciler.yaml: the usual one with some fields of its spec replaced."""
        document = {
            "apiVersion": API,
            "kind": "Project",
            "metadata": {"name": name},
            "spec": {**PROJECT, **spec},
        }
        (self.root / "reconciler.yaml").write_text(yaml.dump(document, Dumper=Dumper), encoding="utf-8")

    def write(self, name: str, *documents: Mapping[str, Any]) -> Path:
        """Write one manifest file."""
        file = self.root / "manifests" / f"{name}.yaml"
        file.write_text(yaml.dump_all(documents, Dumper=Dumper, allow_unicode=True), encoding="utf-8")
        return file

    def remove(self, name: str) -> None:
        """Take one manifest file away."""
        (self.root / "manifests" / f"{name}.yaml").unlink()

    def template(
        self,
        name: str = "train",
        *,
        command: str | None = None,
        content: Mapping[str, Any] | None = None,
        metadata: Mapping[str, Any] | None = None,
        file: str = "",
        **spec: Any,
    ) -> Path:
        """Write a JobTemplate; `command` is the quickest way to another content."""
        body = {**CONTENT, **({"UserCommand": command} if command is not None else {}), **(content or {})}
        document = {
            "apiVersion": API,
            "kind": "JobTemplate",
            "metadata": {"name": name, **(metadata or {})},
            "spec": {"content": body, **spec},
        }
        return self.write(file or name, document)

    def board(
        self,
        name: str = "board",
        *,
        content: Mapping[str, Any] | None = None,
        metadata: Mapping[str, Any] | None = None,
        file: str = "",
        **spec: Any,
    ) -> Path:
        """Write a TensorBoard; `content` replaces the usual one."""
        document = {
            "apiVersion": API,
            "kind": "TensorBoard",
            "metadata": {"name": name, **(metadata or {})},
            "spec": {"content": dict(BOARD if content is None else content), **spec},
        }
        return self.write(file or name, document)
