"""One manifest beside one live template of ours: which version holds the content, and what has to be written.

default version equal          nothing
another live version equal     promote that one (so a git revert brings the old version back)
no version equal               new-version, made default in the same call unless a version is pinned
description, labels, marks     update, without a new version
a former name                  rename, before everything else but adoption: marks first, so that a run that is killed
                               in between leaves a template that the next one finds again
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from reconciler.codes import finding
from reconciler.kinds.base import Scope
from reconciler.kinds.changes import field_changes
from reconciler.kinds.jobtemplate.canonical import (
    DesiredTemplate,
    LiveTemplate,
    LiveVersion,
    ignored_keys,
    secret_in_versions,
)
from reconciler.kinds.jobtemplate.equality import asked_tree, holding_version, tree_as, without_additions
from reconciler.kinds.jobtemplate.moved import (
    in_settings,
    in_versions,
    left_as_default,
    left_default,
    of_default,
    overall,
    who,
)
from reconciler.kinds.jobtemplate.observed import observed
from reconciler.kinds.jobtemplate.ownership import is_ours
from reconciler.kinds.jobtemplate.renamed import is_renamed
from reconciler.kinds.results import Proposal
from reconciler.model import (
    Action,
    FieldChange,
    FieldPath,
    Finding,
    JsonObject,
    Moved,
    Reason,
    Resource,
    SourceRef,
    Verb,
)
from reconciler.model.canonical import canonical
from reconciler.model.quick import dataclass
from reconciler.secrets.record import bounded


def no_such_pin(desired: Resource[DesiredTemplate], what: str) -> Finding:
    """Return the finding about a manifest that pins a version which does not exist; `what` says which versions do."""
    where = desired.origin if isinstance(desired.origin, SourceRef) else None
    return finding(
        "DLC205",
        f"version {desired.body.pin} is pinned as default, but {what}",
        subject=desired.id,
        where=where,
        path=("spec", "defaultVersion"),
    )


def is_as_recorded(scope: Scope, desired: Resource[DesiredTemplate], live: LiveTemplate) -> bool:
    """Return whether the marks record, word for word, what the manifest asks, and nothing was fetched to say more.

    Most templates of most runs are so, and the long way finds nothing to do for them either.
    """
    body, marks = desired.body, live.marks
    return (
        not live.versions
        and body.digest == marks.digest
        and body.pin is None
        and not marks.pin
        and marks.version == live.default_version
        and marks.template_id == live.template_id
        and marks.project == scope.project
        and marks.manifest == body.manifest
        and marks.labels == desired.labels
        and marks.protect == body.protect
        and not (body.former_names or desired.sensitive or marks.sensitive)
        and body.is_described_as(live.description, marks)
    )


@dataclass(frozen=True, slots=True)
class Comparison:
    """One manifest beside one live template of ours, or one that is to be adopted."""

    scope: Scope
    desired: Resource[DesiredTemplate]
    live: Resource[LiveTemplate]

    @property
    def _sensitive(self) -> frozenset[FieldPath]:
        return self.desired.sensitive | self.live.body.sensitive

    def proposal(self) -> Proposal:
        """Return the actions in their order, with the findings about the two."""
        body, live = self.desired.body, self.live.body
        if is_as_recorded(self.scope, self.desired, live):
            return Proposal()
        holding = holding_version(live, body)
        if body.pin is not None and live.all_versions and body.pin not in live.versions:
            newest = live.highest_version
            return Proposal(findings=(no_such_pin(self.desired, f"the newest is {newest}"),))
        actions = tuple(self._actions(holding))
        return Proposal(actions=actions, findings=tuple(self._notes()))

    def _actions(self, holding: int | None) -> Iterator[Action]:
        body, live = self.desired.body, self.live.body
        wanted_default = body.pin if body.pin is not None else holding
        settings = self._settings_changes()
        is_marked = live.marks.is_of(self.scope.project)
        writes_marks = is_marked and not is_renamed(self.desired, live)  # adopting and renaming also record the version
        if not is_marked:
            yield self._adopt(settings)
            settings = ()
        if is_renamed(self.desired, live):
            yield self._rename(settings)
            settings = ()
        if holding is None:
            settings_carried, settings = settings, ()
            yield self._new_version(settings_carried)
        if wanted_default is not None and wanted_default != live.default_version:
            settings_carried, settings = settings, ()
            yield self._promote(wanted_default, settings_carried)
        if settings:
            yield self._action(Verb.UPDATE, Reason.SETTINGS_CHANGED, settings, {})
        elif writes_marks and holding is not None and wanted_default == live.default_version:
            yield from self._record(holding)

    def _record(self, holding: int) -> Iterator[Action]:
        """Record the digest of an equal version that is not recorded, so that the next plan need not fetch it.

        Sensitive paths are recorded in the same way: when the reference is gone, only the record tells that old
        versions hold secrets.
        """
        live = self.live.body
        unknown = bounded(live.marks.sensitive | secret_in_versions(self.desired)) != live.marks.sensitive
        if unknown or live.recorded_digest != self.desired.body.digest or live.marks.version != holding:
            recorded = {"digest": self.desired.body.written_digest, "version": holding}
            yield self._action(Verb.UPDATE, Reason.MARKS_MISSING, (), recorded)

    def _adopt(self, settings: tuple[FieldChange, ...]) -> Action:
        """Return the action that puts our marks on a template of nobody, of the project that hands it over, or of
        our own former name."""
        owner = self.live.body.marks.project
        reason = Reason.PROJECT_RENAMED if is_ours(self.scope, self.live.body.marks) else Reason.HANDED_OVER
        action = self._action(
            Verb.ADOPT, reason if owner else Reason.ADOPTION_ASKED, settings, {"project": self.scope.project}
        )
        notes = (f'{action.observed["templateId"]} belongs to project "{owner}"',) if owner else ()
        return replace(action, notes=notes)

    def _rename(self, settings: tuple[FieldChange, ...]) -> Action:
        """Return the action that gives the template its name, with the settings that the same call writes. Only the
        name tells whether it is done."""
        live = self.live.body
        name = FieldChange(path=("name",), before=live.name, after=self.desired.id.name, moved=Moved.MANIFEST)
        action = self._action(Verb.RENAME, Reason.RENAMED, (name, *settings), {"name": self.desired.id.name})
        kept = f"{live.template_id} keeps its id, its versions and its jobs; who names it has to use the new name"
        return replace(action, observed={**action.observed, "name": live.name}, notes=(kept,))

    def _new_version(self, settings: tuple[FieldChange, ...]) -> Action:
        body, live = self.desired.body, self.live.body
        number = (live.highest_version or live.default_version) + 1
        before = live.versions.get(live.default_version)
        return self._action(
            Verb.NEW_VERSION,
            Reason.CONTENT_CHANGED,
            (*self._version_changes(before), *settings),
            {
                "digest": body.written_digest,
                "version": number,
                "defaultVersion": live.default_version if body.pin is not None else number,
            },
        )

    def _promote(self, number: int, settings: tuple[FieldChange, ...]) -> Action:
        live = self.live.body
        reason = Reason.DEFAULT_MOVED if self._moved() is Moved.SERVICE else Reason.VERSION_EXISTS
        if self.desired.body.pin is not None:
            reason = Reason.VERSION_PINNED
        default = of_default(live, number)
        settings = tuple(change for change in settings if change.path != ("pinned",))
        before, after = live.versions.get(live.default_version), live.versions.get(number)
        between = self._between(before, after)
        return self._action(Verb.PROMOTE, reason, (default, *between, *settings), {"defaultVersion": number})

    def _version_changes(self, before: LiveVersion | None) -> tuple[FieldChange, ...]:
        body = self.desired.body
        after, shown = asked_tree(body), tree_as(before, body) if before is not None else {}
        return self._versions_differ(without_additions(shown, after, self.live.body), after)

    def _between(self, before: LiveVersion | None, after: LiveVersion | None) -> tuple[FieldChange, ...]:
        if before is None or after is None:
            return ()
        body = self.desired.body
        return self._versions_differ(tree_as(before, body), tree_as(after, body))

    def _versions_differ(self, before: JsonObject, after: JsonObject) -> tuple[FieldChange, ...]:
        changes = field_changes(before, after, sensitive=self._sensitive)
        return in_versions(changes, left_as_default(self.live.body, self.desired.body), before, after)

    def _settings_changes(self) -> tuple[FieldChange, ...]:
        body, live = self.desired.body, self.live.body
        own = live.marks
        before = {
            "description": live.description,
            "labels": {
                name: self._as_asked(self.desired.labels.get(name, ""), own.labels[name]) for name in own.labels
            },
            "protect": own.protect,
            "pinned": own.pin or None,
            "project": self._as_asked(self.scope.project, own.project),
            "manifest": self._as_asked(body.manifest, own.manifest),
        }
        after = {
            "description": live.description if body.is_described_as(live.description, own) else body.description,
            "labels": dict(self.desired.labels),
            "protect": body.protect,
            "pinned": body.pin,
            "project": self.scope.project,
            "manifest": body.manifest,
        }
        if before == after:
            return ()
        changes = field_changes(canonical(before), canonical(after), sensitive=self._sensitive)
        return in_settings(changes, live)

    def _as_asked(self, asked: str, shown: str) -> str:
        """Return the text that is shown, or the one that is asked for when both count as equal."""
        return asked if self.live.body.marks.same(asked, shown) else shown

    def _moved(self) -> Moved:
        """Return who changed content or default since our last write: the manifest, the service, or both.

        Nothing tells who changed a description, so for a description alone it is unknown.
        """
        body, marks = self.desired.body, self.live.body.marks
        if not self.live.body.recorded_digest:
            return Moved.UNKNOWN
        manifest = marks.digest != body.digest or marks.pin != (body.pin or 0)
        service = self.live.body.default_version != left_default(marks, self.live.body.default_version)
        return who(manifest=manifest, service=service)

    def _action(self, verb: Verb, reason: Reason, changes: tuple[FieldChange, ...], intended: JsonObject) -> Action:
        return Action(
            verb=verb,
            id=self.desired.id,
            reason=reason,
            moved=overall(self._moved(), changes),
            changes=changes,
            observed=observed(self.live.body),
            intended=intended,
        )

    def _notes(self) -> Iterator[Finding]:
        if ignored := self._ignored():
            yield finding("DLC209", f"not compared: {', '.join(ignored)}", subject=self.desired.id)

    def _ignored(self) -> tuple[str, ...]:
        live = self.live.body
        if live.held is not None:
            return live.held.ignored if live.held.number == live.default_version else ()
        default = live.versions.get(live.default_version)
        return ignored_keys(default.content, self.desired.body.content) if default is not None else ()
