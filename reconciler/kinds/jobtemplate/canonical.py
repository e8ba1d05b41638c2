"""The two sides of a JobTemplate in canonical form, and what makes two versions equal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field

from reconciler.kinds import text_equality
from reconciler.kinds.attempt import VerifySpec, verify_spec
from reconciler.kinds.former import former_names
from reconciler.kinds.jobtemplate.held import Held
from reconciler.kinds.jobtemplate.marks import Marks
from reconciler.model import Document, FieldPath, JsonObject, RemoteRef, Resource, ResourceId
from reconciler.model.canonical import canonical, digest, version_digest
from reconciler.model.quick import dataclass

KIND_NAME = "JobTemplate"
CONSOLE_KEY = "ResourceType"
"""A key that the console writes into a content, besides keys that begin with `_`."""
STAMP_TAG = "dlc-reconciler-digest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a manifest holds that no cache keeps."""

    content: JsonObject
    constraints: JsonObject
    description: str
    verify: VerifySpec | None
    asked: JsonObject
    """`spec.verify` as the manifest writes it, with `${env.NAME}` in place of values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DesiredTemplate:
    """What a JobTemplate manifest asks for.

    `content`, `constraints`, `description` and `verify` of one that comes from a cache are read from its manifest when
    they are asked for, which can raise a ProjectError: the file changed meanwhile.
    """

    written: Callable[[], Written] = field(repr=False, compare=False)
    """Returns what the manifest holds. It is not compared, because the digests are compared instead."""
    pin: int | None
    """The version that must be the default; None: the one that holds this content."""
    protect: bool
    adopt: bool
    adopt_from: str
    """The project whose template is taken over; empty for none."""
    remote_id: str
    """The id that picks one of several live templates with one name; usually empty."""
    manifest: str
    former_names: tuple[str, ...] = ()
    """The names that the template had before, newest first."""
    digest: str
    """The digest of content and constraints as sent: versions are compared by it, and it is recorded on them."""
    written_digest: str
    """The same with `${env.NAME}` in place of the value. Plan documents hold this one, so that nobody can find out a
    short secret by trying which value has the digest."""
    description_digest: str
    """Of the description in the form in which it is compared (`text_equality.digest`)."""
    is_verified: bool = False
    """Whether a content has to prove itself before it becomes the default."""
    asked_digest: str = field(default="", compare=False)
    """`desired_digest`, where it is known already."""

    @property
    def content(self) -> JsonObject:
        """A CreateJob body in canonical form."""
        return self.written().content

    @property
    def constraints(self) -> JsonObject:
        """Which of its fields a job may change."""
        return self.written().constraints

    @property
    def description(self) -> str:
        """What people read about it."""
        return self.written().description

    @property
    def verify(self) -> VerifySpec | None:
        """How a content proves itself before it becomes the default; None: it need not."""
        return self.written().verify if self.is_verified else None

    def is_described_as(self, shown: str, marks: Marks) -> bool:
        """Whether the service shows the description that is asked for."""
        digest = text_equality.digest(shown)
        return (
            digest == self.description_digest or text_equality.pair_of(self.description_digest, digest) in marks.texts
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveVersion:
    """One version as GetJobTemplate lists it; it never changes."""

    number: int
    content: JsonObject
    constraints: JsonObject
    created_by: str = ""
    created: str = ""
    by_console: bool = field(default=False, compare=False)
    """Whether the web console made it: its content is an object in the answer instead of a text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class References:
    """Jobs launched from a template: newest first, at most ten ids, and how many there are."""

    job_ids: tuple[str, ...]
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveTemplate:
    """One live template with those of its versions that were fetched."""

    template_id: str
    name: str
    description: str
    metadata: JsonObject
    default_version: int
    marks: Marks
    created: str = ""
    created_by: str = ""
    modified: str = ""
    """GmtModifyTime: since then neither the default nor anything else of the template has changed."""
    modified_by: str = ""
    last_used: str = ""
    versions: Mapping[int, LiveVersion] = field(default_factory=dict)
    all_versions: bool = False
    """True when `versions` holds every version there is."""
    held: Held | None = None
    """The version that holds what the manifest asks for, where `versions` is empty because it is known without."""
    unexplained: Mapping[int, str] = field(default_factory=dict)
    """The versions that other people may have made (see `kinds.results.Owned`); filled where all versions were
    examined."""
    references: References | None = None
    """Read only for templates that may be deleted; None when not read, or when we may not read them."""

    @property
    def recorded_digest(self) -> str:
        """The digest that our last write recorded for the version with the manifest's content; may be empty."""
        return self.marks.digest if self.marks.version and self.marks.template_id == self.template_id else ""

    @property
    def own_marks(self) -> Marks:
        """The marks, if they were written for this very template: in a copy, versions have other numbers."""
        return self.marks if self.marks.template_id == self.template_id or self.marks.nonce else Marks()

    @property
    def sensitive(self) -> frozenset[FieldPath]:
        """The paths recorded as sensitive, also on a copy of another template, which has copies of the secrets too."""
        return Marks.parse(self.metadata).sensitive

    @property
    def highest_version(self) -> int | None:
        """The number of the newest version, when all versions were fetched."""
        return max(self.versions) if self.all_versions and self.versions else None


def desired(document: Document) -> Resource[DesiredTemplate]:
    """Return the canonical form of a valid JobTemplate document."""
    spec, metadata = document.spec, document.metadata
    content = _content(spec)
    written = _content(document.written) if document.sensitive else content
    constraints = canonical(spec.get("constraints") or {})
    sent = version_digest(content, constraints)
    pin = spec.get("defaultVersion", "manifest")
    held = Written(
        content=content,
        constraints=constraints,
        description=spec.get("description") or "",
        verify=verify_spec(spec.get("verify")),
        asked=canonical(document.written.get("verify") or {}),
    )
    body = DesiredTemplate(
        written=lambda: held,
        pin=None if pin == "manifest" else int(pin),
        protect=bool(spec.get("protect")),
        adopt=bool(metadata.get("adopt")),
        adopt_from=metadata.get("adoptFrom") or "",
        remote_id=metadata.get("templateId") or "",
        manifest=document.where.file,
        former_names=former_names(document.metadata),
        digest=sent,
        written_digest=sent if written is content else version_digest(written, constraints),
        description_digest=text_equality.digest(held.description),
        is_verified=held.verify is not None,
    )
    return Resource(
        id=document.id,
        body=body,
        origin=document.where,
        labels=dict(metadata.get("labels") or {}),
        sensitive=document.sensitive and frozenset(path[1:] for path in document.sensitive if path[:1] == ("spec",)),
    )


def _content(spec: JsonObject) -> JsonObject:
    return comparable(spec.get("content") or {}, spec.get("content") or {})


def desired_digest(resource: Resource[DesiredTemplate]) -> str:
    """Return the digest of everything that the manifest asks for, content and settings, as the manifest writes it."""
    body = resource.body
    if body.asked_digest:
        return body.asked_digest
    return digest(
        {
            "version": body.written_digest,
            "description": body.description,
            "labels": dict(resource.labels),
            "pin": body.pin,
            "protect": body.protect,
            "adopt": body.adopt,
            "templateId": body.remote_id,
            **({"adoptFrom": body.adopt_from} if body.adopt_from else {}),
            **({"renamedFrom": body.former_names} if body.former_names else {}),
            **({"verify": body.written().asked} if body.is_verified else {}),
        }
    )


def comparable(content: JsonObject, manifest_content: JsonObject) -> JsonObject:
    """Return the part of a content that is compared, in canonical form: without console keys and without our own stamp.

    Console keys begin with `_`; `ResourceType` is one too unless the manifest has it. Every other key is compared,
    whether or not CreateJob is known to have it: a field that the service added last month must not be lost with the
    next edit.
    """
    return comparable_part(canonical(content), manifest_content)


def comparable_part(content: JsonObject, manifest_content: JsonObject) -> JsonObject:
    """Return `comparable` of a content that is in canonical form already, as live versions are: repeating that step
    took half of a diff."""
    ignored = _ignored(content, manifest_content)
    kept = {key: value for key, value in content.items() if key not in ignored} if ignored else content
    bare = _without_stamp(kept)
    return kept if bare is kept else canonical(bare)


def ignored_keys(content: JsonObject, manifest_content: JsonObject) -> tuple[str, ...]:
    """Return the console's keys that `comparable` leaves out of a content, for the note in the plan."""
    return tuple(sorted(_ignored(content, manifest_content)))


def _ignored(content: JsonObject, manifest_content: JsonObject) -> list[str]:
    """Return the console's keys; hardly any content has one, and then it is compared as it is."""
    return [key for key in content if key[:1] == "_" or (key == CONSOLE_KEY and key not in manifest_content)]


def stamped(content: JsonObject, version: str) -> JsonObject:
    """Return the content to write when jobs carry the digest of their version as a tag."""
    settings = dict(content.get("Settings") or {})
    tags = {**(settings.get("Tags") or {}), STAMP_TAG: version.removeprefix("sha256:")[:32]}
    return {**content, "Settings": {**settings, "Tags": tags}}


def _without_stamp(content: JsonObject) -> JsonObject:
    settings = content.get("Settings")
    tags = settings.get("Tags") if isinstance(settings, Mapping) else None
    if not isinstance(settings, Mapping) or not isinstance(tags, Mapping) or STAMP_TAG not in tags:
        return content
    rest = {key: value for key, value in tags.items() if key != STAMP_TAG}
    return {**content, "Settings": {**settings, "Tags": rest}}


def digest_as(version: LiveVersion, body: DesiredTemplate) -> str:
    """Return the digest of a live version as this manifest sees it, without console keys that the manifest does not
    name."""
    return version_digest(comparable_part(version.content, named_by(body, version.content)), version.constraints)


def named_by(body: DesiredTemplate, content: JsonObject) -> JsonObject:
    """Return the content of a manifest, where it says which keys of a live content are compared: it rarely does."""
    return body.content if CONSOLE_KEY in content else {}


def secret_in_versions(resource: Resource[DesiredTemplate]) -> frozenset[FieldPath]:
    """Return those sensitive paths of a manifest whose values versions hold. Values of `verify.set` go into jobs
    only."""
    return frozenset(path for path in resource.sensitive if path[:1] != ("verify",))


def resource_id(name: str) -> ResourceId:
    """Return the identity of the template of this name."""
    return ResourceId(KIND_NAME, name)


def live_resource(name: str, body: LiveTemplate) -> Resource[LiveTemplate]:
    """Return a live template as a resource."""
    return Resource(id=resource_id(name), body=body, origin=RemoteRef(body.template_id), labels=dict(body.marks.labels))
