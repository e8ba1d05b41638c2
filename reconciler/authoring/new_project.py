"""The files of a new project: project file, schemas for editors, and the list of what Git ignores."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

from reconciler.authoring.schemas import FILES, all_schemas, modeline
from reconciler.authoring.style import formatted
from reconciler.codes import GRADED
from reconciler.errors import UsageError
from reconciler.model import PROJECT_FILE, Finding, Severity
from reconciler.model.expressions import expression
from reconciler.model.quick import dataclass

_NAME = expression(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")
REASON = "it was like this when the project began"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The workspace of a new project, besides the emulator."""

    region: str
    workspace_id: str
    endpoint: str = ""
    """Empty for the official one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewProject:
    """What the project file says. Pruning is off; people who want it switch it on."""

    name: str
    folders: Sequence[str]
    """The folders that hold its manifests."""
    place: Place | None = None
    policies: Sequence[str] = ()
    allow: Sequence[str] = ()
    """`spec.allowFields`: fields of live objects that this program does not know."""
    waivers: Sequence[tuple[str, str]] = ()
    """Code and name of errors that live objects have already, so that they stop nothing at first."""
    waived_until: str = ""
    """The last day of the waivers, as `2027-01-31`."""


def waivable(findings: Iterable[Finding]) -> tuple[tuple[str, str], ...]:
    """Return code and name of each error that a waiver can accept, each pair once."""
    errors = (each for each in findings if each.severity is Severity.ERROR and each.code in GRADED)
    return tuple(sorted({(each.code, each.subject.name) for each in errors if each.subject is not None}))


def project_files(new: NewProject) -> dict[str, str]:
    """Return the text of each file, by its path in the project.

    Raises:
        UsageError: the name cannot be a project's.
    """
    if not _NAME.fullmatch(new.name) or len(new.name) > 128:
        raise UsageError(
            f'"{new.name}" cannot be the name of a project',
            hint="Name it by --name: letters, digits, `.`, `_` and `-`, at most 128 of them.",
        )
    text = modeline(f"schemas/{FILES['Project']}") + "\n".join(_lines(new)) + "\n"
    text = formatted(PROJECT_FILE, text)
    schemas = {f"schemas/{file}": schema for file, schema in all_schemas().items()}
    return {PROJECT_FILE: text, ".gitignore": ".dlc-reconciler/\n", **schemas}


def pattern(folder: str) -> str:
    """Return the entry of `spec.manifests` that reads every manifest of a folder."""
    return f"{folder}/**/*.yaml"


def _lines(new: NewProject) -> Iterator[str]:
    yield from ("apiVersion: dlc-reconciler/v1", "kind: Project", "metadata:", f"  name: {new.name}", "spec:")
    yield from _list("manifests", map(pattern, new.folders))
    yield from _list("allowFields", map(json.dumps, new.allow))
    yield from ("  targets:", *_targets(new.place))
    yield from _list("policies", new.policies)
    yield from _list("waivers", (_waiver(code, name, new.waived_until) for code, name in new.waivers))


def _targets(place: Place | None) -> Iterator[str]:
    region = place.region if place else "cn-hangzhou"
    yield from ("    local:", "      endpoint: emulator", f"      region: {region}", '      workspaceId: "1001"')
    if place:
        yield "    prod:"
        if place.endpoint:
            yield f"      endpoint: {place.endpoint}"
        yield from (f"      region: {region}", f'      workspaceId: "{place.workspace_id}"')


def _list(key: str, entries: Iterable[str]) -> Iterator[str]:
    lines = [f"    - {entry}" for entry in entries]
    if lines:
        yield from (f"  {key}:", *lines)


def _waiver(code: str, name: str, expires: str) -> str:
    said = json.dumps(name, ensure_ascii=False)
    return f'{{code: {code}, name: {said}, reason: {REASON}, expires: "{expires}"}}'
