"""The order in which people read the fields of a document: one table for export, `render` and `fmt`."""

from __future__ import annotations

_ORDER = (
    "apiVersion", "kind", "metadata", "spec",
    "name", "abstract", "formerNames", "renamedFrom", "labels", "adopt", "adoptFrom", "templateId", "tensorboardId",
    "manifests", "targets", "prune", "safety", "stamp", "policies", "jobs", "audit",
    "jobTemplates", "tensorBoards", "tensorBoardPrefix", "maxDeletions", "maxDeletionPercent", "maxReplacements",
    "maxVerifyGpuHours",
    "endpoint", "region", "workspaceId", "valuesFiles", "values", "after", "soakHours", "fleet",
    "description", "base", "matrix", "content", "constraints", "defaultVersion", "protect", "verify",
    "job", "state", "overrides",
    "set", "maxMinutes", "queueMinutes", "passAfterMinutes", "keep",
    "code", "severity", "message", "why", "hint",
    "JobId", "SummaryPath", "SummaryRelativePath", "TensorboardDataSources", "SourceType", "DataSourceType",
    "DataSourceId", "Uri", "MountPath",
    "JobType", "JobSpecs", "DataSources", "CodeSource", "UserCommand", "Envs", "ResourceId", "Priority",
    "JobMaxRunningTimeMinutes", "MaxRunningTimeMinutes", "Settings",
    "Type", "PodCount", "Image", "EcsSpec", "ResourceConfig",
)  # fmt: skip
"""Known fields in their order; the others follow, sorted by name."""
_RANK = {name: rank for rank, name in enumerate(_ORDER)}

FREE = frozenset(
    {
        "labels",
        "targets",
        "overrides",
        "constraints",
        "Envs",
        "Tags",
        "PodAnnotations",
        "PodLabels",
        "Limits",
        "Requests",
        "set",
    }
)
"""Mappings whose keys people choose."""


def place_of(field: str) -> tuple[int, str]:
    """Return the key that sorts the fields of one object, where people do not choose their names."""
    return (_RANK.get(field, len(_RANK)), field)
