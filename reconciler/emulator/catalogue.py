"""What can be discovered: a small believable set of workspaces, machine types, images, datasets, code sources.

The state file may add entries or replace one by id. Plain data; the operations are in `catalogue_calls`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .service import Service
from .wire import JsonObject

_ECS: tuple[tuple[str, int, int, int, str], ...] = (
    ("ecs.g6.large", 2, 8, 0, ""),
    ("ecs.g7.xlarge", 4, 16, 0, ""),
    ("ecs.g7.2xlarge", 8, 32, 0, ""),
    ("ecs.c7.4xlarge", 16, 32, 0, ""),
    ("ecs.r7.2xlarge", 8, 64, 0, ""),
    ("ecs.gn6i-c4g1.xlarge", 4, 15, 1, "NVIDIA T4"),
    ("ecs.gn6v-c8g1.2xlarge", 8, 32, 1, "NVIDIA V100"),
    ("ecs.gn6v-c8g1.16xlarge", 64, 256, 8, "NVIDIA V100"),
    ("ecs.gn7i-c8g1.2xlarge", 8, 30, 1, "NVIDIA A10"),
    ("ecs.gn7e-c16g1.4xlarge", 16, 125, 1, "NVIDIA A100"),
)
_IMAGES: tuple[tuple[str, str, str, str], ...] = (
    ("image-pytorch21gpu", "pytorch-training:2.1-gpu-py310-cu121-ubuntu22.04", "PyTorch", "GPU"),
    ("image-pytorch21cpu", "pytorch-training:2.1-cpu-py310-ubuntu22.04", "PyTorch", "CPU"),
    ("image-tf215gpu", "tensorflow-training:2.15-gpu-py310-cu121-ubuntu22.04", "TensorFlow", "GPU"),
    ("image-tf115cpu", "tensorflow-training:1.15-cpu-py36-ubuntu18.04", "Tensorflow 1.15", "CPU"),
    ("image-xgb20cpu", "xgboost-training:2.0-cpu-py310-ubuntu22.04", "XGBoost", "CPU"),
)
_REGISTRY = "dsw-registry-vpc.cn-hangzhou.cr.aliyuncs.com/pai"
_TIME = "2025-06-01T00:00:00.000Z"
_EVERYWHERE: Mapping[str, Any] = {"GmtCreateTime": _TIME, "UserId": "200000000000000001"}


def entries(service: Service, kind: str) -> list[JsonObject]:
    """Return everything of one kind, the state file's own entries last."""
    found = dict(_defaults(service, kind))
    with service.store.read() as db:
        rows = db.execute("SELECT id, document FROM catalogue WHERE kind = ? ORDER BY seq", (kind,)).fetchall()
    for row in rows:
        found[row["id"]] = {**found.get(row["id"], {}), **json.loads(row["document"])}
    return list(found.values())


def _defaults(service: Service, kind: str) -> list[tuple[str, JsonObject]]:
    makers = {
        "workspace": _workspaces,
        "ecsspec": _ecs_specs,
        "image": _images,
        "dataset": _datasets,
        "codesource": _code_sources,
    }
    return makers[kind](service)


def _workspaces(service: Service) -> list[tuple[str, JsonObject]]:
    return [
        (
            identifier,
            {
                "Creator": service.profile.user_id,
                "Description": "",
                "DisplayName": f"workspace-{identifier}",
                "EnvTypes": ["prod"],
                "ExtraInfos": {"TenantId": service.profile.tenant_id},
                "GmtCreateTime": _TIME,
                "GmtModifiedTime": _TIME,
                "IsDefault": identifier == service.profile.default_workspace,
                "Status": "ENABLED",
                "WorkspaceId": identifier,
                "WorkspaceName": f"workspace_{identifier}",
            },
        )
        for identifier in sorted(service.profile.workspaces)
    ]


def _ecs_specs(_service: Service) -> list[tuple[str, JsonObject]]:
    return [
        (
            name,
            {
                "AcceleratorType": "GPU" if gpus else "CPU",
                "Cpu": cpus,
                "Gpu": gpus,
                "GpuType": gpu_type,
                "InstanceType": name,
                "IsAvailable": True,
                "Memory": memory,
                "PaymentTypes": ["PostPaid"],
                "ResourceType": "ECS",
            },
        )
        for name, cpus, memory, gpus, gpu_type in _ECS
    ]


def _images(_service: Service) -> list[tuple[str, JsonObject]]:
    return [
        (
            identifier,
            {
                "Accessibility": "PUBLIC",
                "Description": f"{framework} for training",
                "GmtCreateTime": _TIME,
                "GmtModifiedTime": _TIME,
                "ImageId": identifier,
                "ImageUri": f"{_REGISTRY}/{name}",
                "Labels": [
                    {"Key": "system.chipType", "Value": chip},
                    {"Key": "system.framework", "Value": framework},
                    {"Key": "system.official", "Value": "true"},
                    {"Key": "system.supported.dlc", "Value": "true"},
                ],
                "Name": name,
                "Size": 10,
            },
        )
        for identifier, name, framework, chip in _IMAGES
    ]


def _datasets(service: Service) -> list[tuple[str, JsonObject]]:
    return [
        (
            f"d-{name}{index}",
            {
                **_EVERYWHERE,
                "Accessibility": "PUBLIC",
                "DataSourceType": "OSS",
                "DataType": "COMMON",
                "DatasetId": f"d-{name}{index}",
                "Edition": "BASIC",
                "GmtModifiedTime": _TIME,
                "Labels": [],
                "Name": f"{name}-data",
                "Options": json.dumps({"mountPath": f"/mnt/{name}"}),
                "Property": "DIRECTORY",
                "SourceType": "USER",
                "Uri": f"oss://{name}.oss-cn-hangzhou-internal.aliyuncs.com/data/",
                "WorkspaceId": workspace,
            },
        )
        for index, workspace in enumerate(sorted(service.profile.workspaces))
        for name in ("imagenet", "logs")
    ]


def _code_sources(service: Service) -> list[tuple[str, JsonObject]]:
    return [
        (
            f"code-training{index}",
            {
                **_EVERYWHERE,
                "Accessibility": "PUBLIC",
                "CodeBranch": "main",
                "CodeRepo": "https://git.example.com/ml/training.git",
                "CodeSourceId": f"code-training{index}",
                "DisplayName": "training",
                "GmtModifyTime": _TIME,
                "MountPath": "/mnt/code",
                "WorkspaceId": workspace,
            },
        )
        for index, workspace in enumerate(sorted(service.profile.workspaces))
    ]
