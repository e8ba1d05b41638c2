"""`spec.allowFields`: fields of a job that this program does not know yet and that the project sends nevertheless.

Settings.NewKnob        that field, and everything below it
JobSpecs[].Foo          in every entry of the list
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from reconciler.codes import finding
from reconciler.manifests.positions import FilePositions
from reconciler.model import FieldPath, Finding, PositionSource, ResourceId
from reconciler.model.expressions import expression
from reconciler.model.quick import dataclass

if TYPE_CHECKING:
    from reconciler.manifests.project import Project

CONTENT = ("spec", "content")
UNKNOWN, ALLOWED, NEEDLESS, NO_PATH = "DLC020", "DLC051", "DLC052", "DLC053"

_STEP = r"[^\s.\[\]$]+(?:\[\])*"
_PATH = expression(rf"{_STEP}(?:\.{_STEP})*")


@dataclass(frozen=True, slots=True)
class AllowedFields:
    """The paths that a project allows, as they are written there."""

    entries: tuple[str, ...] = ()

    def entry_for(self, path: FieldPath) -> str:
        """Return the entry that allows a field of a content, or a field above it; empty when none does."""
        above = {field_pattern(path[:end]) for end in range(1, len(path) + 1)}
        return next((entry for entry in self.entries if entry in above), "")

    def judged(self, findings: Iterable[Finding]) -> list[Finding]:
        """Return what the schema found in a JobTemplate. Unknown fields that are allowed become notes; others say
        how to allow them."""
        return [self._judged(item) if _is_unknown(item) else item for item in findings]

    def _judged(self, item: Finding) -> Finding:
        path = item.path[len(CONTENT) :]
        if entry := self.entry_for(path):
            summary = f"{field_pattern(path)} is sent although CreateJob is not known to have it"
            hint = f"`spec.allowFields` of the project has {entry}."
            return finding(ALLOWED, summary, subject=item.subject, where=item.where, path=item.path, hint=hint)
        add = f"If the service has it, add `{field_pattern(path)}` to `spec.allowFields` of the project."
        return replace(item, hint=f"{item.hint} {add}".lstrip())


NOTHING_ALLOWED = AllowedFields()


def field_pattern(path: FieldPath) -> str:
    """Return a path below a content as an entry writes it: `JobSpecs[].Foo` for `JobSpecs[3].Foo`."""
    return "".join("[]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")


def entries_needed(findings: Iterable[Finding]) -> tuple[str, ...]:
    """Return the entries without which these findings stay errors, sorted. A field that no entry can name is allowed
    by the one above it."""
    paths = (item.path[len(CONTENT) :] for item in findings if _is_unknown(item))
    return tuple(sorted({found for path in paths if (found := _nameable(path))}))


def needless_findings(project: Project, findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield notes about entries that allow nothing, given everything that was found in the manifests of all targets."""
    used = {project.allowed.entry_for(item.path[len(CONTENT) :]) for item in findings if item.code == ALLOWED}
    positions = FilePositions(project.document)
    for index, entry in enumerate(project.allowed.entries):
        if entry not in used:
            path = ("spec", "allowFields", index)
            summary = f"{entry} allows nothing: no manifest has such a field, or it is known by now"
            subject = ResourceId("Project", project.name)
            yield finding(NEEDLESS, summary, subject=subject, where=positions.locate(path), path=path)


def path_findings(spec: object, positions: PositionSource, subject: ResourceId | None) -> Iterator[Finding]:
    """Yield errors about entries that are no paths, each at its place."""
    entries = spec.get("allowFields") if isinstance(spec, dict) else None
    for index, entry in enumerate(entries if isinstance(entries, list) else ()):
        if isinstance(entry, str) and entry and not _PATH.fullmatch(entry):
            path = ("spec", "allowFields", index)
            yield finding(
                NO_PATH,
                f'"{entry}" is not the path of a field',
                subject=subject,
                where=positions.locate(path),
                path=path,
                hint=_better(entry),
            )


def _better(entry: str) -> str:
    tried = re.sub(r"\[[^\]]*\]", "[]", re.sub(r"^(\$\.?|spec\.content\.|content\.|\.)", "", entry)).strip(" .")
    return f"Write `{tried}`." if tried != entry and _PATH.fullmatch(tried) else ""


def _nameable(path: FieldPath) -> str:
    for end in range(len(path), 0, -1):
        if _PATH.fullmatch(text := field_pattern(path[:end])):
            return text
    return ""


def _is_unknown(item: Finding) -> bool:
    return item.code == UNKNOWN and item.path[: len(CONTENT)] == CONTENT and len(item.path) > len(CONTENT)
