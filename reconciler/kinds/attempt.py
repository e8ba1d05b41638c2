"""`spec.verify` and the attempt it asks for: the job that proves a content before it becomes a default.

An attempt is one content with what `set` lays over it and the time it may run. Its digest names it everywhere: in the
name and the tag of the job, and in the marks of the template once it has passed. Constraints are no part of it: they
bind launches, not what runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from reconciler.kinds.overlay import laid_over, steps_of
from reconciler.model import VERIFY_TAG, FieldPath, JsonObject, JsonValue
from reconciler.model.canonical import canonical, digest
from reconciler.model.expressions import expression
from reconciler.model.paths import is_list
from reconciler.model.quick import dataclass
from reconciler.secrets.record import bounded, record

NAME_START = "verify-"
"""The beginning of the name of every verification job."""


QUEUE_MINUTES = 30.0
"""How long a verification waits for resources unless its manifest says otherwise."""


PROJECT_TAG = "dlc-reconciler-project"
"""The job tag that holds the name of the project that launched the verification."""


TEMPLATE_TAG = "dlc-reconciler-template"
"""The job tag that holds the name of the template: in the name of a job it may be cut or spelt otherwise."""


SENSITIVE_TAG = "dlc-reconciler-sensitive"
"""The job tag that names the paths of the job that are not to be shown, as they are recorded on templates."""


_NOT_IN_A_NAME = expression(r"[^A-Za-z0-9_.-]")


_LONGEST_NAME = 256


_SHORT = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifySpec:
    """What a manifest asks of a verification. Times are minutes."""

    set: Mapping[str, JsonValue] = field(default_factory=dict)
    """Values that replace parts of the content, by path as constraints write it."""
    max_minutes: int
    """How long the job may run. The service itself ends it then."""
    queue_minutes: float = QUEUE_MINUTES
    """How long the job may wait for resources."""
    pass_after_minutes: float | None = None
    """A job that has run for this long has passed too; None: only a successful end passes."""
    keep: Literal["failed", "always"] = "failed"
    """Which jobs are kept after their verdict."""


def verify_spec(spec: JsonValue) -> VerifySpec | None:
    """Return `spec.verify` of a valid manifest; None when there is none."""
    if not isinstance(spec, Mapping):
        return None
    return VerifySpec(
        set=dict(spec.get("set") or {}),
        max_minutes=int(spec["maxMinutes"]),
        queue_minutes=float(spec.get("queueMinutes", QUEUE_MINUTES)),
        pass_after_minutes=None if spec.get("passAfterMinutes") is None else float(spec["passAfterMinutes"]),
        keep="always" if spec.get("keep") == "always" else "failed",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try to prove a version: what runs, under which name and tag, and how long."""

    template: str
    """The template's name."""
    project: str
    spec: VerifySpec
    content: JsonObject
    """The CreateJob fields that run: the template's content with `set` laid over it."""
    version: str
    """The digest of the version that is to become default (content and constraints)."""
    digest: str
    sensitive: frozenset[FieldPath] = frozenset()
    """Paths into `content` that are not to be shown."""

    @property
    def short(self) -> str:
        """The first twelve digits of the digest, which stand in the tag and in the name."""
        return self.digest.removeprefix("sha256:")[:_SHORT]

    @property
    def name_start(self) -> str:
        """The beginning of the names of all its jobs: `verify-TEMPLATE-DIGEST12-`."""
        return f"{start_of(self.template)}{self.short}-"

    def name(self, number: int) -> str:
        """Return the DisplayName of its job with this number, from 1."""
        return f"{self.name_start}{number}"

    def number_of(self, job: JsonObject) -> int:
        """Return the number in a job's name; 0 when the name is not one of this attempt."""
        rest = str(job.get("DisplayName") or "").removeprefix(self.name_start)
        return int(rest) if rest.isascii() and rest.isdigit() and len(rest) <= 4 else 0

    def body(self, workspace_id: str, number: int) -> JsonObject:
        """Return the CreateJob body of its job with this number."""
        kept = {key: value for key, value in self._settings().items() if not key.startswith("JobReserved")}
        tags = {
            **_mapping(kept.get("Tags")),
            VERIFY_TAG: self.short,
            PROJECT_TAG: self.project,
            TEMPLATE_TAG: self.template,
            **(
                {SENSITIVE_TAG: record(bounded(("content", *path) for path in self.sensitive))}
                if self.sensitive
                else {}
            ),
        }
        return {
            **self.content,
            "Settings": {**kept, "Tags": tags},
            "DisplayName": self.name(number),
            "WorkspaceId": workspace_id,
            "JobMaxRunningTimeMinutes": self.spec.max_minutes,
        }

    def is_of(self, job: JsonObject) -> bool:
        """Return whether a job belongs to this attempt: by name and tags, and by what runs, as far as the service shows
        it.

        Anybody can give any job these tags and this name, so they alone are not believed.
        """
        tags = tags_of(job)
        ours = {VERIFY_TAG: self.short, PROJECT_TAG: self.project, TEMPLATE_TAG: self.template}
        if any(tags.get(name) != value for name, value in ours.items()) or not self.number_of(job):
            return False
        return all(
            _agrees(self.content.get(name), job[name])
            for name in ("JobType", "JobSpecs", "UserCommand")
            if name in job and name in self.content
        )

    def _settings(self) -> Mapping[str, JsonValue]:
        return _mapping(self.content.get("Settings"))


def start_of(template: str) -> str:
    """Return the beginning of the names of all verification jobs of a template: `verify-TEMPLATE-`."""
    room = _LONGEST_NAME - len(f"{NAME_START}--") - _SHORT - 4
    return f"{NAME_START}{_NOT_IN_A_NAME.sub('-', template)[:room]}-"


def attempt_of(
    *,
    template: str,
    project: str,
    spec: VerifySpec,
    content: JsonObject,
    version: str,
    sensitive: frozenset[FieldPath] = frozenset(),
) -> Attempt:
    """Return the attempt that proves a content.

    Args:
        template: the template's name.
        project: the project that owns it.
        spec: what the manifest asks of the verification.
        content: the canonical content of the version.
        version: the digest of the version.
        sensitive: paths from the manifest's spec, as `Resource.sensitive` has them.
    """
    laid = laid_over(content, spec.set)
    return Attempt(
        template=template,
        project=project,
        spec=spec,
        content=laid,
        version=version,
        digest=digest({"content": content, "set": canonical(dict(spec.set)), "maxMinutes": spec.max_minutes}),
        sensitive=_in_content(sensitive),
    )


def _in_content(sensitive: frozenset[FieldPath]) -> frozenset[FieldPath]:
    """Return paths from the spec as paths of the job: those of the content, and those that `set` lays over it."""
    found: set[FieldPath] = set()
    for path in sensitive:
        if path[:1] == ("content",):
            found.add(path[1:])
        elif path[:2] == ("verify", "set") and len(path) > 2:
            found.add((*steps_of(str(path[2])), *path[3:]))
    return frozenset(found)


def tags_of(job: JsonObject) -> Mapping[str, JsonValue]:
    """Return the tags of a job as ListJobs and GetJob show them."""
    return _mapping(_mapping(job.get("Settings")).get("Tags"))


def is_verification(job: JsonObject) -> bool:
    """Return whether a job was launched to verify a version. Such a job counts as nobody's use of the template."""
    return bool(tags_of(job).get(VERIFY_TAG))


def _mapping(value: JsonValue) -> Mapping[str, JsonValue]:
    return value if isinstance(value, Mapping) else {}


def _agrees(sent: JsonValue, shown: JsonValue) -> bool:
    """Return whether the service shows what was sent. Fields that the service added are no difference."""
    if isinstance(sent, Mapping):
        return isinstance(shown, Mapping) and all(_agrees(value, shown.get(key)) for key, value in sent.items())
    if is_list(sent):
        return is_list(shown) and len(sent) == len(shown) and all(map(_agrees, sent, shown))
    return bool(canonical(sent) == canonical(shown))
