"""Steps that the writes of a JobTemplate share: looking before, recording the marks, reading back after."""

from __future__ import annotations

from dataclasses import dataclass, replace

from reconciler.errors import NotFound, ServiceError, StaleError
from reconciler.kinds.base import Scope, Site
from reconciler.kinds.jobtemplate.answers import ALL, fetch
from reconciler.kinds.jobtemplate.canonical import DesiredTemplate, LiveTemplate, digest_as, stamped
from reconciler.kinds.jobtemplate.marks import PREFIX, Marks
from reconciler.kinds.jobtemplate.observed import marks_for, observed
from reconciler.kinds.proof import Proof
from reconciler.kinds.waiting import once, until
from reconciler.live.operations import DELETE_JOB_TEMPLATE, LIST_JOB_TEMPLATES, UPDATE_JOB_TEMPLATE
from reconciler.live.port import Service
from reconciler.model import JsonObject, Resource, ResourceId
from reconciler.model.canonical import compact

Template = Resource[DesiredTemplate]


def of_name(service: Service, scope: Scope, id: ResourceId) -> list[JsonObject]:
    """The live templates of exactly this name; the service's own filter is fuzzy."""
    rows = service.rows(LIST_JOB_TEMPLATES, WorkspaceId=scope.workspace_id, TemplateName=id.name)
    return [row for row in rows if row.get("TemplateName") == id.name]


def unmoved(site: Site, seen: JsonObject) -> LiveTemplate:
    """All of a template as it is now: the last request before it is written.

    Raises:
        StaleError: it is not as it was `seen` a moment ago: somebody else is writing.
        NotFound: it is gone.
    """
    live = fetch(site.service, seen["templateId"], ALL)
    now = observed(live)
    moved = [key for key in sorted(seen.keys() & now.keys()) if seen[key] != now[key]]
    if moved:
        what = "; ".join(f"{key} was {seen[key]}, is {now[key]}" for key in moved)
        raise StaleError(f"somebody else changed it a moment ago, nothing was written: {what}")
    return live


@dataclass(frozen=True, slots=True)
class Settings:
    """What a second write of an action would overwrite: the description, and our own keys of the metadata.

    Keys of other people are not part of it: each write keeps those that the last look before it has shown.
    """

    description: str
    """Without the white space at its ends, which the service may take away."""
    marks: JsonObject

    @classmethod
    def of(cls, live: LiveTemplate) -> Settings:
        """What a look shows."""
        return cls.sent(live.description, live.metadata)

    @classmethod
    def sent(cls, description: str, metadata: JsonObject) -> Settings:
        """What a write of ours leaves behind."""
        own = {key: str(value) for key, value in metadata.items() if key.startswith(PREFIX)}
        return cls(description.strip(), own)

    def check(self, live: LiveTemplate, done: str) -> None:
        """Refuse to write again after `done`, when a look shows something else by now.

        Raises:
            StaleError: somebody else changed it since; what they wrote is left as it is.
        """
        now = Settings.of(live)
        changed = [] if now.description == self.description else ["description"]
        changed += sorted(key for key in self.marks.keys() | now.marks if self.marks.get(key) != now.marks.get(key))
        if changed:
            raise StaleError(
                f"{done}; then somebody else changed {', '.join(changed)} of {live.template_id}, which is left as it is"
            )


def version_fields(site: Site, body: DesiredTemplate) -> JsonObject:
    """Content and Constraints as the service takes them."""
    content = stamped(body.content, body.digest) if site.scope.stamp else body.content
    return {"Content": compact(content), "Constraints": body.constraints}


def record(
    site: Site,
    desired: Template,
    live: LiveTemplate,
    *,
    version: int,
    verified: tuple[Proof, ...] | None = None,
) -> LiveTemplate:
    """Write description, labels and marks, with the version that holds the manifest's content (0: none does yet).

    `live` is the last look; where it follows another write, `Settings.check` has compared it with the look before.

    Returns:
        The template with all versions, read back.

    Raises:
        StaleError: somebody else changed them at the same time.
    """
    marks = replace(marks_for(site.scope, desired, live.marks), template_id=live.template_id, revision=site.revision)
    if verified is not None:
        marks = replace(marks, verified=verified)
    if version:
        marks = replace(marks, digest=desired.body.digest, version=version)
    metadata = marks.written_into(live.metadata)
    if metadata == live.metadata and desired.body.description == live.description:
        return live

    def landed() -> JsonObject | None:
        now = fetch(site.service, live.template_id)
        if shows_settings(now, desired, marks):
            return {}
        if now.metadata == live.metadata and now.description == live.description:
            return None
        raise StaleError(f"description or metadata of {live.template_id} were changed by somebody else meanwhile")

    once(
        site.patience,
        lambda: site.service.call(
            UPDATE_JOB_TEMPLATE, live.template_id, Description=desired.body.description, Metadata=metadata
        ),
        landed,
    )
    return settings_read_back(site, desired, live.template_id, marks)


def settings_read_back(site: Site, desired: Template, template_id: str, marks: Marks) -> LiveTemplate:
    """The template once it shows the description and the marks just written.

    Raises:
        StaleError: it does not: somebody else wrote them after us.
    """
    live = until(
        site.patience,
        lambda: fetch(site.service, template_id, ALL),
        lambda live: shows_settings(live, desired, marks),
    )
    if not shows_settings(live, desired, marks):
        raise StaleError(
            f"description or metadata of {template_id} were changed by somebody else right after our write"
        )
    return live


def shows_settings(live: LiveTemplate, desired: Template, marks: Marks) -> bool:
    """Whether our own marks and the description stand there; other people's keys are theirs to change."""
    return live.marks == marks and live.description.strip() == desired.body.description.strip()


def version_read_back(site: Site, desired: Template, template_id: str, *, version: int, left: Settings) -> LiveTemplate:
    """The template once it shows the version just written, with exactly the content that was sent.

    It waits for the settings that the same write `left` behind too, but it is the caller who judges them.
    """
    live = until(
        site.patience,
        lambda: fetch(site.service, template_id, ALL),
        lambda live: version in live.versions and Settings.of(live) == left,
    )
    written = live.versions.get(version)
    if written is None:
        raise ServiceError(f"version {version} of {template_id} was accepted but cannot be read back")
    if digest_as(written, desired.body) != desired.body.digest:
        raise ServiceError(f"version {version} of {template_id} does not hold what was written")
    return live


def remove(site: Site, template_id: str, seen: JsonObject | None = None) -> None:
    """Delete a template; one that is gone already counts as deleted.

    Args:
        site: where to delete.
        template_id: what to delete.
        seen: what the last look has shown: when the call has to be sent again, only if the template still looks like
            that. None for a template of our own that nobody has used yet.

    Raises:
        StaleError: the call did not arrive, and somebody else changed the template since the last look.
    """

    def gone() -> JsonObject | None:
        try:
            fetch(site.service, template_id)
        except NotFound:
            return {}
        return None

    def look() -> None:
        if seen is not None:
            unmoved(site, seen)

    try:
        once(site.patience, lambda: site.service.call(DELETE_JOB_TEMPLATE, template_id), gone, look)
    except NotFound:
        return
