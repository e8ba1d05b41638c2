"""What an audit knows about a fleet: frozen values, taken once from the service and from Git, judged afterwards.

Nothing here is secret: contents, constraints and metadata are redacted before they become part of a snapshot, and what
only the plain values can tell (digests, problems of the content) is noted beside them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciler.kinds.check import Problem
from reconciler.model import APART, WHOLE, JsonObject, Share, SourceRef
from reconciler.model.moments import latest


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Which run a snapshot belongs to: only the same run may go on with it."""

    project: str
    sites: tuple[str, ...]
    shard: Share = WHOLE
    began: str = ""
    """RFC 3339, UTC; what ages are counted from."""

    def is_same_run(self, other: Origin) -> bool:
        """Whether it is the same audit, begun at whatever time."""
        return (self.project, self.sites, self.shard) == (other.project, other.sites, other.shard)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """What a workspace offers to jobs. None: it could not be read, so nothing is said about it."""

    images: frozenset[str] | None = None
    datasets: frozenset[str] | None = None
    code_sources: frozenset[str] | None = None
    workspaces: frozenset[str] | None = None
    gpus: Mapping[str, float] | None = None
    """GPUs of each instance type that is offered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFacts:
    """One audited workspace. `key` names it in every output: the target's name, else REGION/WORKSPACE."""

    key: str
    region: str
    workspace_id: str
    gone: bool = False
    """The service does not know the workspace."""
    endpoint: str = ""
    """What the target named instead of the region's official address; empty for that."""
    described: bool = True
    """Whether a target of the project means this workspace; in others nothing can be expected to be in Git."""
    offered: Offered = field(default_factory=Offered)
    unread: tuple[str, ...] = ()
    """Why something could not be read, one sentence each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of a template."""

    number: int
    created: str
    created_by: str
    digest: str
    in_git: bool
    """Whether a manifest holds exactly this content and these constraints."""
    by_console: bool
    """Whether the web console made it: its content is an object instead of a text."""
    content: JsonObject = field(default_factory=dict, metadata=APART)
    constraints: JsonObject = field(default_factory=dict, metadata=APART)


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """The jobs of one version, as far as it can be told which version a job ran."""

    jobs: int = 0
    users: int = 0
    gpu_hours: float = 0.0
    confidence: Mapping[str, int] = field(default_factory=dict)
    """How many of the jobs are assigned how surely: certain, likely, guess."""
    last: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """One template with all its versions, newest first."""

    site: str
    id: str
    name: str
    default: int
    created: str
    modified: str
    created_by: str
    modified_by: str
    last_used: str
    owner: str
    """The project whose mark it carries; empty for none."""
    manifest: SourceRef | None
    """Where this project describes it."""
    recorded: int
    """The version our last apply wrote or found; 0: unknown."""
    pinned: int
    """The version a manifest pinned at the last apply; 0: none."""
    metadata: JsonObject
    versions: tuple[Version, ...] = field(default=(), metadata=APART)
    use: Mapping[int, Use] | None
    """By version number; None: the jobs could not be read."""
    users: int = 0
    """Different users of all its jobs."""
    problems: tuple[Problem, ...] = ()
    """What the checks on manifests say about the default version."""
    gone: frozenset[str] = frozenset()
    """Ids of datasets and code sources that the default version names and the service does not have."""

    @property
    def default_version(self) -> Version | None:
        """The default version; None when the service named one that it did not list."""
        return next((version for version in self.versions if version.number == self.default), None)

    @property
    def newest(self) -> Version:
        """The version with the highest number."""
        return self.versions[0]

    @property
    def jobs(self) -> int:
        """How many jobs were launched from it."""
        return sum(use.jobs for use in self.use.values()) if self.use else 0

    @property
    def last_launch(self) -> str:
        """When it was last used, by its jobs or by what the service says; empty for never."""
        launched = [use.last for use in self.use.values()] if self.use else []
        return latest([self.last_used, *launched])


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A template that the service showed in a way that cannot be believed; the audit goes on without it."""

    why: str
    """One sentence that names the template and, where it is one version, that version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """One TensorBoard."""

    site: str
    id: str
    name: str
    status: str
    """In lower case."""
    accessibility: str
    created: str
    user: str
    manifest: SourceRef | None
    content: JsonObject
    """What the service shows of it, redacted."""
    running_hours: float | None
    """How long it has been running; None when it is not."""
    job_id: str = ""
    job_gone: bool = False
    template_id: str = ""
    """The template its job was launched from."""
