"""Finding codes of online checks (DLC401 on): what manifests name, compared with what the service lists."""

from __future__ import annotations

from reconciler.codes.entry import Entry
from reconciler.model import Severity

ENTRIES: tuple[Entry, ...] = (
    Entry(
        code="DLC401",
        title="Image that is not listed",
        severity=Severity.WARNING,
        why="The service wants the address as ListImages shows it, letter by letter; a public image may work too.",
        fix="Copy an address from `dlc-reconciler discover images`.",
        source="ListImages, field ImageUri; CreateJob, field JobSpecs[].Image",
    ),
    Entry(
        code="DLC402",
        title="Dataset that does not exist",
        severity=Severity.ERROR,
        why="Every launch would fail while mounting its data.",
        fix="Name a dataset that `dlc-reconciler discover datasets` shows.",
        source="ListDatasets and GetDataset, field DatasetId",
    ),
    Entry(
        code="DLC403",
        title="Code source that does not exist",
        severity=Severity.ERROR,
        why="Every launch would fail while fetching its code.",
        fix="Name a code source that `dlc-reconciler discover code-sources` shows.",
        source="ListCodeSources and GetCodeSource, field CodeSourceId",
    ),
    Entry(
        code="DLC404",
        title="Instance type that is not offered",
        severity=Severity.ERROR,
        why="The region does not offer this instance type, so the job would wait or be refused.",
        fix="Choose one that `dlc-reconciler discover ecs-specs` shows.",
        source="ListEcsSpecs, field InstanceType",
    ),
    Entry(
        code="DLC405",
        title="Workspace that does not exist",
        severity=Severity.ERROR,
        why="The workspace is not there, or this identity may not see it; another one would be used silently.",
        fix="Correct the id; `dlc-reconciler discover workspaces` shows them.",
        source="ListWorkspaces, field WorkspaceId",
    ),
    Entry(
        code="DLC406",
        title="Job that does not exist",
        severity=Severity.ERROR,
        why="A TensorBoard of a job that is gone shows nothing.",
        fix="Name a job that `dlc-reconciler jobs list` shows, or use `spec.job.template`.",
        source="GetJob",
    ),
    Entry(
        code="DLC407",
        title="Quota id of an unusual form",
        severity=Severity.WARNING,
        why="Ids of resource quotas begin with `quota`; anything else is usually a name, which the service refuses.",
        fix="Copy the quota's id from the console.",
        source="CreateJob, field ResourceId",
    ),
    Entry(
        code="DLC408",
        title="Not checked online",
        severity=Severity.WARNING,
        why="The list could not be read, so nothing is said about what manifests take from it.",
        fix="Give the credentials the permission that is named, or look at the connection.",
    ),
    Entry(
        code="DLC409",
        title="Instance type that is sold out",
        severity=Severity.WARNING,
        why="The region offers the instance type, but has none at the moment: a job would wait.",
        fix="Wait, or choose one that `dlc-reconciler discover ecs-specs --available` shows.",
        source="ListEcsSpecs, field IsAvailable",
    ),
)
