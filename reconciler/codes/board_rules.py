"""Finding codes of the rules on TensorBoard manifests (DLC151 on)."""

from __future__ import annotations

from reconciler.codes.entry import Entry
from reconciler.model import Severity

ENTRIES: tuple[Entry, ...] = (
    Entry(
        code="DLC151",
        title="JobId together with DataSources",
        severity=Severity.ERROR,
        why="A TensorBoard shows the events of a job or of data sources; the service refuses both at once.",
        fix="Keep JobId or DataSources.",
        source="CreateTensorboard, fields JobId and DataSources",
    ),
    Entry(
        code="DLC152",
        title="`spec.job` together with a source in content",
        severity=Severity.ERROR,
        why="The newest job of `spec.job` gives the JobId, so content cannot have a JobId or DataSources of its own.",
        fix="Remove `spec.job`, or remove JobId and DataSources from content.",
        source="CreateTensorboard, fields JobId and DataSources",
    ),
    Entry(
        code="DLC153",
        title="Uri inside DataSources",
        severity=Severity.ERROR,
        why="The service drops the Uri without a word, and the TensorBoard stays empty.",
        fix="Move it to TensorboardDataSources, for example `[{SourceType: datasource, Uri: ...}]`.",
        source="CreateTensorboard, fields DataSources and TensorboardDataSources",
    ),
    Entry(
        code="DLC154",
        title="Priority of a TensorBoard",
        severity=Severity.ERROR,
        why="A TensorBoard's priority is a string, unlike a job's.",
        fix='Write a string from "1" to "9", in quotes.',
        source="CreateTensorboard, field Priority",
    ),
    Entry(
        code="DLC155",
        title="Two summary paths",
        severity=Severity.ERROR,
        why="SummaryPath is absolute and SummaryRelativePath is relative to the source; the service takes one of them.",
        fix="Keep SummaryPath or SummaryRelativePath.",
        source="CreateTensorboard, fields SummaryPath and SummaryRelativePath",
    ),
    Entry(
        code="DLC156",
        title="TensorBoard without a source",
        severity=Severity.ERROR,
        why="Without a job, a dataset or a path there is nothing to show.",
        fix="Add `spec.job`, or a JobId, SourceId, DataSourceId, DataSources, TensorboardDataSources or Uri.",
        source="CreateTensorboard, the fields that name a source",
    ),
    Entry(
        code="DLC157",
        title="Content of a TensorBoard pins a workspace",
        severity=Severity.WARNING,
        why="The target decides the workspace; another one in content contradicts it.",
        fix="Remove WorkspaceId from content.",
        source="CreateTensorboard, field WorkspaceId",
    ),
    Entry(
        code="DLC158",
        title="DisplayName in the content of a TensorBoard",
        severity=Severity.ERROR,
        why="A TensorBoard is found by its name, which `metadata.name` says; a second name could only contradict it.",
        fix="Remove DisplayName from content and use `metadata.name`.",
        source="CreateTensorboard, field DisplayName",
    ),
    Entry(
        code="DLC159",
        title="Uri without SummaryRelativePath",
        severity=Severity.WARNING,
        why="The service asks for SummaryRelativePath with a Uri although the interface calls it optional.",
        fix="Add `SummaryRelativePath: /`, or the folder of the events below the Uri.",
        source="CreateTensorboard, fields Uri and SummaryRelativePath",
    ),
)
