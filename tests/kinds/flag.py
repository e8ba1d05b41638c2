"""A third kind, made for a test: a flag is a name with a value, kept in a dictionary instead of a service."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reconciler.codes import finding
from reconciler.kinds.abilities import Calls
from reconciler.kinds.audited import Audit, AuditedSite, Hit, Listed, Setting, Subject
from reconciler.kinds.audited import Rule as AuditRule
from reconciler.kinds.base import Kind, Scope, Site
from reconciler.kinds.changes import field_changes, whole
from reconciler.kinds.results import LiveManifest, LiveObject, Performed, Proposal, Reading
from reconciler.live.port import Operation, Service
from reconciler.model import (
    Action,
    Document,
    Finding,
    Impact,
    JsonObject,
    Reason,
    RemoteRef,
    Resource,
    ResourceId,
    Verb,
)
from reconciler.model.canonical import digest

NAME = "Flag"
LIST = Operation(name="ListFlags", ram_action="flags:ListFlags")
SET = Operation(name="SetFlag", ram_action="flags:SetFlag")
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["apiVersion", "kind", "metadata", "spec"],
    "additionalProperties": False,
    "properties": {
        "apiVersion": {"type": "string"},
        "kind": {"const": NAME},
        "metadata": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}},
        "spec": {
            "type": "object",
            "required": ["content"],
            "additionalProperties": False,
            "properties": {
                "note": {"type": "string"},
                "content": {"type": "object", "properties": {"Value": {"type": "string"}, "Owner": {"type": "string"}}},
            },
        },
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveFlag(Subject):
    """One flag as a snapshot keeps it."""

    value: str


@dataclass
class Flags:
    """The service of flags: their values by name. Nothing of it goes over the network."""

    values: dict[str, str] = field(default_factory=dict)

    def kind(self, folder: Path) -> Kind[JsonObject, JsonObject]:
        """The row of the table; its schema is written into a folder of the test."""
        schema = folder / "flag.schema.json"
        schema.write_text(json.dumps(SCHEMA), encoding="utf-8")
        return Kind(
            name=NAME,
            noun="flag",
            schema=str(schema),
            folder="flags",
            operation="SetFlag",
            prune="jobTemplates",
            plain=(("Owner",),),
            of_one_object=(("spec", "note"),),
            rules=(_rule,),
            desired=_desired,
            digest=lambda resource: digest(resource.body),
            read=self._read,
            diff=_diff,
            impact=_nobody,
            look=self._look,
            perform=self._perform,
            phases={Verb.CREATE: 1, Verb.UPDATE: 1, Verb.DELETE: 4},
            calls=lambda: Calls(read=(LIST,), write=(SET,)),
            listing=self._listing,
            manifest_of=_manifest_of,
            named=lambda _document: iter(()),
            audit=self._audit,
        )

    def _audit(self) -> Audit[LiveFlag]:
        return Audit(
            kind=NAME,
            many="flags",
            subject=LiveFlag,
            listed=self._listed,
            rules=(AuditRule(check=_undecided),),
            document=lambda flag: {"content": {"Value": flag.value}},
            row=lambda flag: {"value": flag.value},
        )

    def _listed(self, audited: AuditedSite) -> list[Listed[LiveFlag]]:
        found = []
        for name, value in self.values.items():
            described = audited.desired.get(ResourceId(NAME, name))
            where = described.where if described else None
            flag = LiveFlag(
                kind=NAME, site=audited.facts.key, id=f"flag-{name}", name=name, manifest=where, value=value
            )
            found.append(Listed(id=flag.id, name=name, subject=flag))
        return found

    def _read(
        self, service: Service, scope: Scope, desired: Mapping[ResourceId, Resource[JsonObject]]
    ) -> Reading[JsonObject, JsonObject]:
        del service
        live = {ResourceId(NAME, name): _live(name, value) for name, value in sorted(self.values.items())}
        kept = {id: each for id, each in live.items() if id in desired or scope.prune}
        return Reading(resources=kept, unmanaged=tuple(id for id in live if id not in kept))

    def _look(self, service: Service, scope: Scope, id: ResourceId, expected: JsonObject) -> JsonObject:
        del service, scope, expected
        return {"value": self.values[id.name]} if id.name in self.values else {}

    def _perform(self, site: Site, action: Action, desired: Resource[JsonObject] | None, seen: JsonObject) -> Performed:
        del site, seen
        name = action.id.name
        if desired is None:
            del self.values[name]
            return Performed(detail=f"{name} is gone", observed={})
        self.values[name] = desired.body["Value"]
        return Performed(detail=f"{name} is {self.values[name]}", observed={"value": self.values[name]})

    def _listing(self, service: Service, scope: Scope) -> list[LiveObject]:
        del service, scope
        return [
            LiveObject(id=ResourceId(NAME, name), remote_id=f"flag-{name}", row={"Value": value})
            for name, value in self.values.items()
        ]


def _live(name: str, value: str) -> Resource[JsonObject]:
    return Resource(id=ResourceId(NAME, name), body={"Value": value}, origin=RemoteRef(f"flag-{name}"))


def _desired(document: Document) -> Resource[JsonObject]:
    return Resource(id=document.id, body=document.spec["content"], origin=document.where)


def _diff(scope: Scope, desired: Resource[JsonObject] | None, live: Resource[JsonObject] | None) -> Proposal:
    del scope
    if desired is None:
        assert live is not None
        seen = {"value": live.body["Value"]}
        gone = Action(verb=Verb.DELETE, id=live.id, reason=Reason.NOT_IN_MANIFESTS, observed=seen)
        return Proposal(actions=(gone,))
    if live is None:
        return Proposal(
            actions=(Action(verb=Verb.CREATE, id=desired.id, reason=Reason.ABSENT, changes=whole(desired.body)),)
        )
    if live.body == desired.body:
        return Proposal()
    changed = Action(
        verb=Verb.UPDATE,
        id=desired.id,
        reason=Reason.SETTINGS_CHANGED,
        changes=field_changes(live.body, desired.body),
        observed={"value": live.body["Value"]},
    )
    return Proposal(actions=(changed,))


def _rule(document: Document) -> Iterator[Finding]:
    if document.spec["content"].get("Value") == "maybe":
        path = ("spec", "content", "Value")
        yield finding("DLC109", "a flag is not undecided", subject=document.id, where=document.locate(path), path=path)


def _undecided(flag: LiveFlag, setting: Setting) -> Iterator[Hit]:
    if flag.value == "maybe":
        yield Hit(code="DLC109", summary=f"{setting.project} has an undecided flag", path=("content", "Value"))


def _nobody(*_: object) -> Impact | None:
    return None


def _manifest_of(service: Service, live: LiveObject, described: Resource[JsonObject] | None) -> LiveManifest | str:
    del service, described
    return LiveManifest(metadata={"flagId": live.remote_id}, spec={"content": dict(live.row)})
