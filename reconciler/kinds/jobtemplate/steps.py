"""Steps that the writes of a JobTemplate share: looking before, recording the marks, reading back after."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from reconciler.errors import NotFound, ServiceError, StaleError
from reconciler.kinds import text_equality
from reconciler.kinds.base import Site
from reconciler.kinds.jobtemplate.answers import ALL, fetch
from reconciler.kinds.jobtemplate.canonical import DesiredTemplate, LiveTemplate, digest_as, stamped
from reconciler.kinds.jobtemplate.equality import in_excess, recorded
from reconciler.kinds.jobtemplate.marks import PREFIX, Marks
from reconciler.kinds.jobtemplate.observed import marks_for, observed_as
from reconciler.kinds.jobtemplate.operations import DELETE_JOB_TEMPLATE, UPDATE_JOB_TEMPLATE
from reconciler.kinds.jobtemplate.renamed import name_as_sent
from reconciler.kinds.jobtemplate.since import Since
from reconciler.kinds.proof import Proof
from reconciler.kinds.waiting import once, until
from reconciler.model import JsonObject, Resource
from reconciler.model.canonical import compact
from reconciler.model.quick import dataclass

Template = Resource[DesiredTemplate]


def unmoved(site: Site, seen: JsonObject) -> LiveTemplate:
    """Return all of a template as it is now: the last request before it is written.

    Raises:
        StaleError: it is not as it was `seen` a moment ago: somebody else is writing.
        NotFound: it is gone.
    """
    live = fetch(site.service, seen["templateId"], ALL)
    now = observed_as(seen, live)
    moved = [key for key in sorted(seen.keys() & now.keys()) if seen[key] != now[key]]
    if moved:
        what = "; ".join(f"{key} was {seen[key]}, is {now[key]}" for key in moved)
        raise StaleError(f"somebody else changed it a moment ago, nothing was written: {what}")
    return live


@dataclass(frozen=True, slots=True)
class Settings:
    """What a second write of an action would overwrite: the name, the description, our own keys of the metadata.

    Keys of other people do not belong to it: each write keeps those that the last look before it has shown.
    """

    name: str
    description: str
    marks: JsonObject

    @classmethod
    def of(cls, live: LiveTemplate) -> Settings:
        """Return the settings that a look shows."""
        return cls.sent(live.name, live.description, live.metadata)

    @classmethod
    def sent(cls, name: str, description: str, metadata: JsonObject) -> Settings:
        """Return the settings that a write of ours leaves."""
        own = {key: str(value) for key, value in metadata.items() if key.startswith(PREFIX)}
        return cls(name, description, own)

    def is_shown_by(self, live: LiveTemplate) -> bool:
        """Return whether a look shows these settings, as far as that can be told: the service may store texts
        slightly differently."""
        return not any(self._changed(Settings.of(live)))

    def _changed(self, now: Settings) -> Iterator[str]:
        if not text_equality.may_be(self.name, now.name):
            yield "the name"
        if not text_equality.may_be(self.description, now.description):
            yield "description"
        for key in sorted(self.marks.keys() | now.marks.keys()):
            if not text_equality.may_be(self.marks.get(key, ""), now.marks.get(key, "")):
                yield key

    def check(self, live: LiveTemplate, done: str) -> None:
        """Refuse to write again after `done`, when a look shows other settings meanwhile.

        Raises:
            StaleError: somebody else changed it since; what they wrote is left as it is.
        """
        changed = list(self._changed(Settings.of(live)))
        if changed:
            raise StaleError(
                f"{done}; then somebody else changed {', '.join(changed)} of {live.template_id}, which is left as it is"
            )


def version_fields(site: Site, body: DesiredTemplate) -> JsonObject:
    """Return Content and Constraints as the service takes them."""
    content = stamped(body.content, body.digest) if site.scope.stamp else body.content
    return {"Content": compact(content), "Constraints": body.constraints}


def record(
    site: Site,
    desired: Template,
    live: LiveTemplate,
    *,
    version: int,
    verified: tuple[Proof, ...] | None = None,
    since: Since | None = None,
    name: str | None = None,
) -> LiveTemplate:
    """Write description, labels and marks, with the number of the version that holds the manifest's content (0: none
    does yet).

    `live` is the last look; where it follows another write, `Settings.check` has compared it with the look before. How
    the service stores the texts shows only when they are read back; then it is recorded too, once.

    Args:
        site: where and when.
        desired: what the manifest asks for.
        live: the last look.
        version: the version that holds the manifest's content.
        verified: the proofs to record; None: those that are recorded.
        since: since when its default is what it is; None: what is recorded.
        name: what the template is called from now on; None: what it is called.

    Returns:
        The template with all versions, read back.

    Raises:
        StaleError: somebody else changed them at the same time.
    """
    marks = replace(marks_for(site.scope, desired, live.marks), template_id=live.template_id, revision=site.revision())
    if verified is not None:
        marks = replace(marks, verified=verified)
    if since is not None:
        marks = replace(marks, since=since)
    if version:
        marks = recorded(marks, live, version, desired.body)
    called = name or name_as_sent(desired, live)
    known = frozenset(text_equality.pair(*each) for each in _texts(site, desired, live, called)) & live.marks.texts
    for learn in (False, True):
        # Nothing can be learned from a text that is not written yet: another case may be somebody's change.
        marks = replace(marks, texts=_learned(_texts(site, desired, live, called)) if learn else known)
        wanted = live.name if learn else name or live.name
        if wanted == live.name and _is_written(live, desired, marks):
            return live
        live = _written(site, desired, live, marks, wanted)
    return live


def _texts(site: Site, desired: Template, live: LiveTemplate, called: str) -> Iterator[tuple[str, str]]:
    """Yield each text of the template as it was sent, the name as `called`, and as the service shows it."""
    yield called, live.name
    yield desired.body.description, live.description
    yield site.scope.project, live.marks.project
    yield desired.body.manifest, live.marks.manifest
    for name, text in desired.labels.items():
        yield text, live.marks.labels.get(name, text)


def _learned(pairs: Iterable[tuple[str, str]]) -> frozenset[str]:
    """Return what a template that shows our write tells about how the service stores texts."""
    return frozenset(
        text_equality.pair(sent, shown)
        for sent, shown in pairs
        if not text_equality.same(sent, shown) and text_equality.may_be(sent, shown)
    )


def _is_written(live: LiveTemplate, desired: Template, marks: Marks) -> bool:
    """Return whether a template shows exactly this, as far as the service stores what is sent."""
    wanted, there = Settings.sent("", desired.body.description, marks.written_into({})), Settings.of(live)
    return (
        marks.same(wanted.description, there.description)
        and wanted.marks.keys() == there.marks.keys()
        and all(marks.same(text, there.marks[key]) for key, text in wanted.marks.items())
    )


def _written(site: Site, desired: Template, live: LiveTemplate, marks: Marks, name: str) -> LiveTemplate:
    """Return the template, read back once it shows description and marks, and the new name where it gets one.

    Raises:
        StaleError: it does not: somebody else wrote them after us.
    """
    metadata = marks.written_into(live.metadata)
    sent, former = Settings.sent(name, desired.body.description, metadata), Settings.of(live)
    what = "description or metadata" if name == live.name else "name, description or metadata"
    renaming: JsonObject = {} if name == live.name else {"TemplateName": name}

    def landed() -> JsonObject | None:
        now = fetch(site.service, live.template_id)
        # The look before is compared first: another case may be somebody's change as well as the service's own.
        if Settings.of(now) == former and former != sent:
            return None
        if sent.is_shown_by(now):
            return {}
        raise StaleError(f"{what} of {live.template_id} were changed by somebody else meanwhile")

    once(
        site.patience,
        lambda: site.service.call(
            UPDATE_JOB_TEMPLATE, live.template_id, Description=desired.body.description, Metadata=metadata, **renaming
        ),
        landed,
    )
    now = until(
        site.patience,
        lambda: fetch(site.service, live.template_id, ALL),
        # A look that lags behind shows the former name, which may differ in case alone.
        lambda now: sent.is_shown_by(now) and not (renaming and now.name == live.name),
    )
    if not sent.is_shown_by(now):
        raise StaleError(f"{what} of {live.template_id} were changed by somebody else right after our write")
    return now


def version_read_back(site: Site, desired: Template, template_id: str, *, version: int, left: Settings) -> LiveTemplate:
    """Return the template once it shows the version just written, with all that was sent; the service may have added
    more.

    It also waits for the settings that the same write `left`, but the caller judges them.
    """
    live = until(
        site.patience,
        lambda: fetch(site.service, template_id, ALL),
        lambda live: version in live.versions and left.is_shown_by(live),
    )
    written = live.versions.get(version)
    if written is None:
        raise ServiceError(f"version {version} of {template_id} was accepted but cannot be read back")
    if digest_as(written, desired.body) != desired.body.digest and in_excess(written, desired.body) is None:
        raise ServiceError(f"version {version} of {template_id} does not hold what was written")
    return live


def of_the_service(live: LiveTemplate) -> str:
    """Return what the service has added to the content just written, as the end of a sentence; empty for nothing."""
    return f"; the service added {', '.join(live.marks.added)}" if live.marks.added else ""


def remove(site: Site, template_id: str, seen: JsonObject | None = None) -> None:
    """Delete a template. One that is gone already counts as deleted.

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
