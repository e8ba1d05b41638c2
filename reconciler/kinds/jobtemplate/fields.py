"""The fields of a CreateJob body. A test compares them with the official SDK's request model."""

from __future__ import annotations

CREATE_JOB_FIELDS = frozenset(
    {
        "Accessibility",
        "CodeSource",
        "CredentialConfig",
        "CustomEnvs",
        "DataSources",
        "DebuggerConfigContent",
        "Description",
        "DisplayName",
        "ElasticSpec",
        "Envs",
        "JobMaxRunningTimeMinutes",
        "JobSpecs",
        "JobType",
        "Options",
        "Priority",
        "ResourceId",
        "SchedulingStrategy",
        "Settings",
        "SuccessPolicy",
        "TemplateId",
        "TemplateVersion",
        "ThirdpartyLibDir",
        "ThirdpartyLibs",
        "UserCommand",
        "UserVpc",
        "WorkspaceId",
    }
)
