"""Finding codes of audits: versions and defaults (DLC301 on), references and settings, TensorBoards, the audit itself.

Audits also bring the codes of the rules on manifests (DLC1xx), for the default versions of live templates.
"""

from __future__ import annotations

from reconciler.codes.entry import Entry
from reconciler.model import Severity

_VERSIONS = (
    Entry(
        code="DLC301",
        title="Default version not in Git",
        severity=Severity.ERROR,
        why="Every launch without a version runs content that nobody reviewed and that no manifest holds.",
        fix="Bring the content into the manifest, or apply so that the manifest's version becomes the default.",
    ),
    Entry(
        code="DLC302",
        title="Version made by hand",
        severity=Severity.WARNING,
        why="Somebody published past Git: the version is newer than the last one applied, or came from the console.",
        fix="Compare it with the default by `dlc-reconciler diff`, and bring into the manifest what should stay.",
    ),
    Entry(
        code="DLC303",
        title="Default version older than the newest",
        severity=Severity.WARNING,
        why="A newer version was published and never promoted: launches still run the old one.",
        fix="Promote the newer version through its manifest, or pin the old one by `defaultVersion`.",
    ),
    Entry(
        code="DLC304",
        title="Template never used",
        severity=Severity.NOTE,
        why="A template that nobody launched from is clutter, and can still be deleted because no job refers to it.",
        fix="Delete it, or waive it with the date when it will be needed.",
    ),
    Entry(
        code="DLC305",
        title="Template not used for long",
        severity=Severity.NOTE,
        why="Images, data and quotas move on, so a template that nobody uses stops working without anybody noticing.",
        fix="Retire it, or launch it once to see that it still works.",
    ),
    Entry(
        code="DLC306",
        title="Used template that nobody owns",
        severity=Severity.WARNING,
        why="Jobs depend on a template that no project manages: nobody reviews its changes or answers for it.",
        fix="Write a manifest by `dlc-reconciler export` and take it over by `dlc-reconciler adopt`.",
    ),
    Entry(
        code="DLC307",
        title="Several templates of one name",
        severity=Severity.ERROR,
        why="People launch the one they find first, and nothing can be planned for an ambiguous name.",
        fix="Rename or delete all but one, or pick one by `metadata.templateId`.",
    ),
    Entry(
        code="DLC308",
        title="Nearly the same content as another template",
        severity=Severity.NOTE,
        why="Copies drift apart: a fix made in one of them does not reach the others.",
        fix="Make one template of them and let launches override what differs.",
    ),
    Entry(
        code="DLC318",
        title="Too many versions",
        severity=Severity.NOTE,
        why="The service deletes no single version, so a history that grows with every run becomes unreadable.",
        fix="Find what publishes so often; start over with a new template when nothing uses the old one.",
        source="GetJobTemplate, field Versions",
    ),
)

_PROOFS = (
    Entry(
        code="DLC341",
        title="Default never proved",
        severity=Severity.NOTE,
        why="The manifest asks that each version proves itself, and nothing shows that the live default ever did.",
        fix="Nothing at once: its next version is proved before it becomes the default.",
    ),
    Entry(
        code="DLC342",
        title="Verification job that still runs or was left over",
        severity=Severity.NOTE,
        why="A job that nobody watches costs until its bound, and one that is left over hides those that matter.",
        fix="Run `apply`, which takes up or takes away what it knows, or `jobs clean --verify`.",
    ),
    Entry(
        code="DLC343",
        title="Default made by hand without proof",
        severity=Severity.NOTE,
        why="Somebody moved the default past the proof that the manifest asks for, and every launch runs it.",
        fix="Run `apply`, which promotes what Git asks, or bring the version into the manifest so that it is proved.",
    ),
)

_CONTENT = (
    Entry(
        code="DLC309",
        title="Image not locked",
        severity=Severity.WARNING,
        why="A launch may put any image in its place, so the template does not say what runs under its name.",
        fix='Add `"JobSpecs[0].Image": locked` to the constraints.',
        source="CreateJobTemplate, field Constraints",
    ),
    Entry(
        code="DLC310",
        title="Image not among the workspace's images",
        severity=Severity.WARNING,
        why="An image that ListImages does not show may be deleted, out of reach, or never scanned by anybody.",
        fix="Register it in the workspace, or copy an address from ListImages letter by letter.",
        source="ListImages, field ImageUri, with and without WorkspaceId",
    ),
    Entry(
        code="DLC311",
        title="Dataset gone",
        severity=Severity.ERROR,
        why="Every launch fails while mounting its data.",
        fix="Name a dataset that exists, or remove the data source.",
        source="GetDataset",
    ),
    Entry(
        code="DLC312",
        title="Code source gone",
        severity=Severity.ERROR,
        why="Every launch fails while fetching its code.",
        fix="Name a code source that exists, or remove CodeSource.",
        source="GetCodeSource",
    ),
    Entry(
        code="DLC313",
        title="Instance type not offered",
        severity=Severity.ERROR,
        why="The region does not offer this instance type, so the job waits or is refused.",
        fix="Choose one that ListEcsSpecs shows for the region.",
        source="ListEcsSpecs, field InstanceType",
    ),
    Entry(
        code="DLC314",
        title="Workspace gone",
        severity=Severity.ERROR,
        why="The project or a template names a workspace that does not exist or that this identity may not see.",
        fix="Correct the workspace id, or remove what named it.",
        source="ListWorkspaces",
    ),
    Entry(
        code="DLC315",
        title="No time limit",
        severity=Severity.NOTE,
        why="A job that hangs runs, and costs, until somebody notices.",
        fix="Set JobMaxRunningTimeMinutes, or constrain it as `required`.",
        source="CreateJob, field JobMaxRunningTimeMinutes",
    ),
    Entry(
        code="DLC316",
        title="GPU job without sanity check",
        severity=Severity.NOTE,
        why="A broken GPU or link then shows itself after hours of training instead of before it.",
        fix="Set Settings.EnableSanityCheck: true.",
        source="CreateJob, field Settings.EnableSanityCheck",
    ),
    Entry(
        code="DLC317",
        title="Required field that no launch can supply",
        severity=Severity.ERROR,
        why="A launch has to give a field that CreateJob does not have or that is locked: every launch is refused.",
        fix="Remove the constraint, or constrain a field that CreateJob has and that is not locked.",
        source="CreateJob; CreateJobTemplate, field Constraints",
    ),
)

_BOARDS = (
    Entry(
        code="DLC319",
        title="TensorBoard running for long",
        severity=Severity.WARNING,
        why="A TensorBoard that nobody stopped occupies resources and, on public resources, costs money.",
        fix="Stop it, or set MaxRunningTimeMinutes.",
        source="ListTensorboards, field Duration",
    ),
    Entry(
        code="DLC320",
        title="Private TensorBoard on a shared template",
        severity=Severity.NOTE,
        why="Several people launch from the template, but only one of them can see the curves of this job.",
        fix="Set Accessibility: PUBLIC.",
        source="ListTensorboards, field Accessibility",
    ),
    Entry(
        code="DLC321",
        title="TensorBoard of a deleted job",
        severity=Severity.WARNING,
        why="Its job is gone, so the TensorBoard shows what nobody can trace any more.",
        fix="Delete the TensorBoard.",
        source="GetJob",
    ),
)

_ITSELF = (
    Entry(
        code="DLC330",
        title="Waiver expired",
        severity=Severity.ERROR,
        why="What was waived for a while stands again; nobody decided that it may stay.",
        fix="Correct what it waived and remove the waiver, or decide anew and give it another date.",
    ),
    Entry(
        code="DLC331",
        title="Waiver that waives nothing",
        severity=Severity.NOTE,
        why="A waiver left over hides the same finding when it comes back.",
        fix="Remove the waiver.",
    ),
    Entry(
        code="DLC332",
        title="Part of the fleet could not be read",
        severity=Severity.WARNING,
        why="Rules that need it say nothing, which is not the same as finding nothing.",
        fix="Allow the operation to the identity that audits.",
    ),
    Entry(
        code="DLC333",
        title="Custom rule failed",
        severity=Severity.ERROR,
        why="An expression that cannot be evaluated on an object has not judged it.",
        fix="Make the expression fit objects of every shape, for example by `not_null()`.",
    ),
    Entry(
        code="DLC334",
        title="Unusable audit setting",
        severity=Severity.ERROR,
        why="A rule, waiver or expression that makes no sense would silently check nothing.",
        fix="Correct the setting in the project file.",
    ),
)

RULES: tuple[Entry, ...] = (*_VERSIONS, *_CONTENT, *_BOARDS, *_PROOFS)
"""The codes of findings about workspaces; the other entries are about audits themselves."""

ENTRIES: tuple[Entry, ...] = (*RULES, *_ITSELF)
