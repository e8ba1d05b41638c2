"""The third kind with everything that only some kinds have: a flag that keeps its values, and that a project owns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from reconciler.kinds.abilities import Ownership, Versions
from reconciler.kinds.base import Kind, Scope
from reconciler.kinds.history import History, HistoryEntry, Origin, Provenance, Usage
from reconciler.kinds.inspection import Content, Inspection
from reconciler.kinds.results import LiveManifest, LiveObject, Performed, Proposal
from reconciler.live.port import Service
from reconciler.model import Action, JsonObject, Reason, Resource, Verb
from reconciler.model.canonical import digest

from .flag import Flags


@dataclass(frozen=True)
class Kept:
    """One flag with all its values; the last one is the default."""

    row: LiveObject
    values: tuple[str, ...]

    @property
    def versions(self) -> Mapping[int, str]:
        """Its values by their numbers, from 1."""
        return dict(enumerate(self.values, start=1))

    @property
    def default_version(self) -> int:
        """The number of the last one."""
        return len(self.values)


@dataclass
class KeptFlags(Flags):
    """Flags by name, with the values that they had before, and whose they are."""

    past: dict[str, tuple[str, ...]] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)

    def kind(self, folder: Path) -> Kind[Any, Any]:
        """The row of the table."""
        return replace(
            super().kind(folder),
            diff=self._diff,
            listing=self._listing_of_owned,
            perform=self._perform_as_owner,
            phases={Verb.ADOPT: 0, Verb.RELEASE: 0, Verb.CREATE: 1, Verb.UPDATE: 1, Verb.DELETE: 4},
            ownership=Ownership(
                recorded=lambda _live: "",
                asks=lambda desired: desired.body.get("adopt", False),
                asking=lambda desired, _former: replace(desired, body={**desired.body, "adopt": True}),
                release=self._released,
            ),
            versions=Versions(
                owned=lambda _scope, _live: None,
                digest=lambda desired: digest({"Value": desired.body["Value"]}),
                standings=lambda _service, _scope, _desired: {},
                count=lambda _service, _scope, live: len(self._kept(live).values),
                manifest_of=self._manifest_of_version,
                inspection=self._inspection,
            ),
        )

    def _kept(self, row: LiveObject) -> Kept:
        return Kept(row, (*self.past.get(row.id.name, ()), self.values[row.id.name]))

    def _listing_of_owned(self, service: Service, scope: Scope) -> Sequence[LiveObject]:
        rows = self._listing(service, scope)
        return [
            replace(row, owner=self.owners.get(row.id.name, ""), version=len(self._kept(row).values)) for row in rows
        ]

    def _diff(self, scope: Scope, desired: Resource[JsonObject] | None, live: Resource[JsonObject] | None) -> Proposal:
        if desired is None or not desired.body.get("adopt") or self.owners.get(desired.id.name) == scope.project:
            return Proposal()
        seen = {"value": live.body["Value"]} if live else {}
        return Proposal(actions=(Action(verb=Verb.ADOPT, id=desired.id, reason=Reason.ADOPTION_ASKED, observed=seen),))

    def _perform_as_owner(self, site: Any, action: Action, _desired: Any, seen: JsonObject) -> Performed:
        self.owners[action.id.name] = site.scope.project if action.verb is Verb.ADOPT else ""
        return Performed(detail=f"{action.id.name} has another owner", observed=seen)

    def _released(self, _service: Service, _scope: Scope, live: LiveObject, notes: tuple[str, ...]) -> Action | None:
        seen = {"value": self.values[live.id.name]}
        return Action(verb=Verb.RELEASE, id=live.id, reason=Reason.RELEASE_ASKED, observed=seen, notes=notes)

    def _manifest_of_version(self, _service: Service, live: LiveObject, number: int) -> LiveManifest | str:
        values = self._kept(live).versions
        if number not in values:
            return f"it has no version {number}"
        return LiveManifest(metadata={}, spec={"content": {"Value": values[number]}})

    def _inspection(self) -> Inspection[JsonObject, Kept]:
        return Inspection(
            fetch=lambda _service, row: self._kept(row),
            usage=lambda _service, _scope, _kept: Usage(versions={}, jobs=()),
            history=_history,
            asked=lambda desired: _content(desired.body["Value"]),
            shown=lambda kept, number: _content(kept.versions[number]),
        )


def _content(value: str) -> Content:
    return Content(tree={"content": {"Value": value}}, digest=digest({"Value": value}))


def _history(kept: Kept, provenance: Provenance, usage: Usage | None, notes: Sequence[str]) -> History:
    entries = [
        HistoryEntry(
            number=number,
            is_default=number == kept.default_version,
            origin=Origin.MANIFEST if _content(value).digest == provenance.digest else Origin.HAND,
            commit=None,
            digest=_content(value).digest,
            same_as=None,
            author="",
            created="",
            before=None,
            changes=(),
            usage=None,
        )
        for number, value in kept.versions.items()
    ]
    return History(
        name=kept.row.id.name,
        remote_id=kept.row.remote_id,
        default_version=kept.default_version,
        owner=kept.row.owner,
        manifest=provenance.manifest,
        entries=tuple(reversed(entries)),
        jobs=None if usage is None else len(usage.jobs),
        notes=tuple(notes),
    )
