"""Whether a version holds what a manifest asks for. No other module decides it.

Plan, apply's reading back, drift, audit, diff and history all ask here:

    shown as the manifest asks                              equal
    an echo: sent as the manifest asks, shown as it was     equal; the rest is the service's own addition
    an intention: about to be made, shows all of it         equal; our run was killed before it had recorded that
    anything else                                           different
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from reconciler.kinds.jobtemplate.canonical import (
    DesiredTemplate,
    LiveTemplate,
    LiveVersion,
    comparable,
    comparable_part,
    digest_as,
)
from reconciler.kinds.jobtemplate.echoes import Echo, additions, general, with_echo
from reconciler.kinds.jobtemplate.marks import Marks
from reconciler.model import MISSING, FieldPath, JsonObject, JsonValue, Missing
from reconciler.model.canonical import canonical, version_digest
from reconciler.model.paths import is_list


def tree_as(version: LiveVersion, body: DesiredTemplate) -> JsonObject:
    """Return the content and constraints of a live version as this manifest sees them."""
    return {"content": comparable_part(version.content, body.content), "constraints": version.constraints}


def asked_tree(body: DesiredTemplate) -> JsonObject:
    """Return the content and constraints that a manifest asks for."""
    return {"content": body.content, "constraints": body.constraints}


def in_excess(version: LiveVersion, body: DesiredTemplate) -> tuple[FieldPath, ...] | None:
    """Return what a version shows beyond the manifest; None when it does not show something that the manifest says."""
    return additions(asked_tree(body), tree_as(version, body))


def holds(live: LiveTemplate, number: int, body: DesiredTemplate) -> bool:
    """Return whether a version that was fetched holds what the manifest asks for."""
    version, marks = live.versions[number], live.own_marks
    seen = digest_as(version, body)
    if seen == body.digest:
        return True
    if Echo(number, body.digest, seen) in marks.echoes:
        return True
    intended = marks.intention is not None and (marks.intention.version, marks.intention.sent) == (number, body.digest)
    return intended and in_excess(version, body) is not None


def holding_version(live: LiveTemplate, body: DesiredTemplate) -> int | None:
    """Return the version that holds the manifest's content: the default if it does, else the newest one that does, else
    None.

    Where no version was fetched, what is known without decides, else the digest recorded on the template.
    """
    if live.held is not None:
        return live.held.number
    if not live.versions:
        return live.marks.version if live.recorded_digest == body.digest else None
    equal = [number for number in live.versions if holds(live, number, body)]
    return live.default_version if live.default_version in equal else max(equal, default=None)


def sent_as(live: LiveTemplate, number: int, body: DesiredTemplate) -> str:
    """Return the digest of a version as it was sent, where the marks tell it, else as this manifest sees the
    version."""
    return as_sent(live, number, digest_as(live.versions[number], body))


def sent_digest(live: LiveTemplate, number: int) -> str:
    """Return the digest of a version as it was sent, where the marks tell it, else as it is shown, without console
    keys.

    It is compared with what manifests ask for, now or at some commit.
    """
    version = live.versions[number]
    seen = version_digest(comparable(version.content, {}), version.constraints)
    return as_sent(live, number, seen)


def as_sent(live: LiveTemplate, number: int, seen: str) -> str:
    """Return the digest of a version as it was sent, given the digest of how it is shown."""
    return next((echo.sent for echo in live.own_marks.echoes if (echo.version, echo.shown) == (number, seen)), seen)


def recorded(marks: Marks, live: LiveTemplate, number: int, body: DesiredTemplate) -> Marks:
    """Return the marks after reading back has shown that a version holds the manifest's content."""
    marks = replace(marks, digest=body.digest, version=number, intention=None)
    version = live.versions.get(number)
    if version is None:
        return marks
    seen = digest_as(version, body)
    if seen == body.digest:
        return replace(marks, added=())
    added = general(path[1:] if path[0] == "content" else path for path in in_excess(version, body) or ())
    return replace(marks, echoes=with_echo(marks.echoes, Echo(number, body.digest, seen)), added=added)


def without_additions(shown: JsonObject, other: JsonObject, live: LiveTemplate) -> JsonObject:
    """Return a version's tree without what the service added itself and the tree beside it does not have.

    A change then shows what people changed, and not what the service will add again.
    """
    added = frozenset(path.lower() for path in live.own_marks.added)
    if not added:
        return shown
    return {part: canonical(_bare(tree, other.get(part, {}), (part,), added)) for part, tree in shown.items()}


def _bare(shown: JsonValue, other: JsonValue | Missing, at: FieldPath, added: frozenset[str]) -> JsonValue:
    if isinstance(shown, Mapping):
        beside = other if isinstance(other, Mapping) else {}
        return {
            key: _bare(value, beside.get(key, MISSING), (*at, key), added)
            for key, value in shown.items()
            if key in beside or _name((*at, key)) not in added
        }
    if is_list(shown):
        items = other if is_list(other) else []
        return [
            _bare(value, items[index] if index < len(items) else MISSING, (*at, index), added)
            for index, value in enumerate(shown)
        ]
    return shown


def _name(path: FieldPath) -> str:
    return "".join(general([path[1:] if path[0] == "content" else path])).lower()
