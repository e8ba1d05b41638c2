"""What a history says: the versions of one object, where each came from, what it changed, and who uses it.

Plain values. A kind with versions makes them (see `kinds.inspection`), and `render` tells them.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import field

from reconciler.kinds.proof import Proof
from reconciler.model import FieldChange, FieldPath
from reconciler.model.quick import dataclass


class Origin(enum.StrEnum):
    """Where a version came from, as far as that is known."""

    MANIFEST = "manifest"
    """It holds what the manifest asks for now."""
    COMMIT = "commit"
    """It holds what the manifest asked for at some commit."""
    RECORDED = "recorded"
    """Our marks say that we wrote it, though no manifest with its content was found."""
    HAND = "by-hand"
    """None of these: it was made in the console, by another tool, or from a manifest that Git no longer shows."""


@dataclass(frozen=True, slots=True)
class CommitRef:
    """The commit that a version's content is from."""

    id: str
    subject: str
    author: str
    time: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """What Git and the manifests say about the contents of an object."""

    manifest: str = ""
    """The manifest's file; empty when none describes the object."""
    digest: str = ""
    """The digest of what the manifest asks for now."""
    commits: Mapping[str, CommitRef] | None = None
    """The first commit that asked for each digest."""
    sensitive: frozenset[FieldPath] = frozenset()
    """Paths ("content", …) at which the manifest holds `${env.NAME}` values."""


class Confidence(enum.StrEnum):
    """How certain it is that a job ran a version."""

    CERTAIN = "certain"
    LIKELY = "likely"
    GUESS = "guess"


@dataclass(frozen=True, slots=True)
class Inference:
    """The version from which a job was launched, how certain that is, and why."""

    version: int
    confidence: Confidence
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchedJob:
    """One job with the version from which it was launched. Hours are GPUs times the time that it ran."""

    job_id: str
    created: str
    user: str
    status: str
    gpu_hours: float | None
    """None when the GPUs or the duration are not known."""
    inference: Inference


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionUsage:
    """The jobs of one version."""

    version: int
    jobs: int = 0
    users: int = 0
    gpu_hours: float = 0.0
    gpu_unknown: int = 0
    """How many jobs `gpu_hours` leaves out."""
    confidence: Mapping[Confidence, int] = field(default_factory=dict)
    """How many of the jobs are assigned with which confidence; every value of Confidence has an entry."""
    first: str = ""
    last: str = ""
    """When the first and the last of its jobs were launched; empty without jobs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """The jobs of one object: by version, and single jobs, newest first."""

    versions: Mapping[int, VersionUsage]
    """Every version has an entry, in the order of their numbers."""
    jobs: tuple[LaunchedJob, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """One version."""

    number: int
    is_default: bool
    origin: Origin
    commit: CommitRef | None
    """For MANIFEST and COMMIT: the first commit that asked for this content, where Git shows one."""
    digest: str
    same_as: int | None
    """The oldest version with the same content; None when this is it."""
    author: str
    created: str
    before: int | None
    """The version with which it is compared: the next older one; None for the first."""
    changes: tuple[FieldChange, ...]
    usage: VersionUsage | None
    """None when the jobs were not read."""
    proof: Proof | None = None
    """The proof that the version gave before it became the default; None when none is recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """All versions of one object, newest first."""

    name: str
    remote_id: str
    default_version: int
    owner: str
    """The project whose mark it carries; empty for none."""
    manifest: str
    """The file that describes the object; empty when none does."""
    entries: tuple[HistoryEntry, ...]
    since: str = ""
    """Since when the default is what it is (RFC 3339), never too early; empty when that is not known."""
    jobs: int | None = None
    """How many jobs were launched from the object; None when they were not read."""
    notes: tuple[str, ...] = ()
