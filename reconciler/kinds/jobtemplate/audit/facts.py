"""What a snapshot keeps of a template: all its versions, who uses them, and what is wrong with the default one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from reconciler.kinds.audited import Subject, Version
from reconciler.kinds.check import Problem
from reconciler.kinds.jobtemplate.canonical import KIND_NAME
from reconciler.model import JsonObject, SourceRef
from reconciler.model.moments import latest
from reconciler.model.quick import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """The jobs of one version, as far as it is known which version a job ran."""

    jobs: int = 0
    users: int = 0
    gpu_hours: float = 0.0
    confidence: Mapping[str, int] = field(default_factory=dict)
    """How many of the jobs are assigned with which confidence: certain, likely, guess."""
    last: str = ""
    """When the last of them was launched; empty without jobs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """How the default version came to be."""

    asked: bool = False
    """Whether the manifest asks for a proof before a version becomes the default."""
    job: str = ""
    """The id of the job that proved it; empty when no proof is recorded."""
    time: str = ""
    """When that job ended."""
    since: str = ""
    """Since when it is the default, never too early; empty when that is not known."""
    left: int = 0
    """The version that our last apply left as the default; 0 when that is not known."""
    waits: str = ""
    """What is missing on other targets before what its manifest asks becomes the default; empty: it does not wait."""
    jobs: tuple[str, ...] = ()
    """One sentence for each verification job that still runs or was left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Template(Subject):
    """One template with all its versions, as a snapshot keeps it."""

    kind: str = KIND_NAME
    created: str
    modified: str
    created_by: str
    modified_by: str
    last_used: str
    owner: str
    """The project whose mark it carries; empty for none."""
    recorded: int
    """The version that our last apply wrote or found; 0 when that is not known."""
    pinned: int
    """The version that a manifest pinned at the last apply; 0 for none."""
    metadata: JsonObject
    use: Mapping[int, Use] | None
    """The use by version number; None when the jobs could not be read."""
    users: int = 0
    """How many different users launched its jobs."""
    proved: Proved = field(default_factory=Proved)
    """How its default version came to be."""
    problems: tuple[Problem, ...] = ()
    """The problems that the checks on manifests find in the default version."""
    gone: frozenset[str] = frozenset()
    """Ids of datasets and code sources that the default version names and the service does not have."""

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
        """When the template was last used, by its jobs or by what the service says; empty for never."""
        launched = [use.last for use in self.use.values()] if self.use else []
        return latest([self.last_used, *launched])


def document(template: Template) -> JsonObject:
    """Return what custom rules see of a template. Content and constraints are those of its default version."""
    default = template.default_version
    return {
        "content": default.content if default else {},
        "constraints": default.constraints if default else {},
        "metadata": template.metadata,
        "owner": template.owner,
        "defaultVersion": template.default,
        "versions": len(template.versions),
        "jobs": template.jobs,
        "users": template.users,
    }


def row(template: Template) -> JsonObject:
    """Return what a report says about a template, without contents."""
    return {
        "default": template.default,
        "created": template.created,
        "modified": template.modified,
        "created_by": template.created_by,
        "modified_by": template.modified_by,
        "last_used": template.last_launch,
        "owner": template.owner,
        "manifest": _place(template.manifest),
        "since": template.proved.since or None,
        "asks_proof": template.proved.asked,
        "proved": {"job": template.proved.job, "time": template.proved.time} if template.proved.job else None,
        "waits": template.proved.waits or None,
        "jobs": None if template.use is None else template.jobs,
        "users": template.users,
        "versions": [_version(template, version) for version in template.versions],
    }


def _version(template: Template, version: Version) -> JsonObject:
    use = (template.use or {}).get(version.number, Use())
    return {
        "number": version.number,
        "created": version.created,
        "created_by": version.created_by,
        "digest": version.digest,
        "in_git": version.in_git,
        "by_console": version.by_console,
        "jobs": use.jobs,
        "users": use.users,
        "gpu_hours": use.gpu_hours,
        "confidence": dict(use.confidence),
    }


def _place(where: SourceRef | None) -> JsonObject | None:
    return None if where is None else {"file": where.file, "line": where.line, "column": where.column}
