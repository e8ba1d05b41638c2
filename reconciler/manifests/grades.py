"""`spec.rules` and `spec.waivers` of a project file: reads them, and reports what makes no sense in them.

    rules: {DLC107: off, DLC118: warning, TEAM001: note}
    waivers: [{code: DLC315, name: "nightly-*", reason: ends by itself, expires: "2027-01-01"}]

A code is one of ours, or one of a policy or an audit rule of the project; those are known once the policies are read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

import yaml

from reconciler.codes import CODE_TABLE, GRADED, finding
from reconciler.codes.grading import OFF, Grading, Waiver, why_fixed
from reconciler.manifests.positions import FilePositions
from reconciler.model import FieldPath, Finding, JsonObject, JsonValue, PositionSource, ResourceId, Severity, SourceRef
from reconciler.model.expressions import expression
from reconciler.model.nearest import meant

if TYPE_CHECKING:
    from reconciler.manifests.project import Project

SENSELESS, MOVED = "DLC058", "DLC059"
RULES: FieldPath = ("spec", "rules")
WAIVERS: FieldPath = ("spec", "waivers")
_OURS = "DLC"
_DAY = expression("[0-9]{4}-[0-9]{2}-[0-9]{2}")
"""The form of a day; the schema reports everything else."""


def grading_of(spec: JsonObject, locate: Callable[[FieldPath], SourceRef | None]) -> Grading:
    """Return the grading of a project's spec in which `grade_findings` found nothing."""
    return Grading(
        severities={code: None if value == OFF else Severity(value) for code, value in spec.get("rules", {}).items()},
        waivers=tuple(
            Waiver(
                code=each["code"],
                name=each["name"],
                reason=each["reason"],
                expires=date.fromisoformat(each["expires"]),
                target=each.get("target", "*"),
                where=locate((*WAIVERS, index)),
            )
            for index, each in enumerate(spec.get("waivers", ()))
        ),
    )


def grade_findings(spec: JsonValue, positions: PositionSource, subject: ResourceId | None) -> Iterator[Finding]:
    """Yield errors, at their places, about codes of ours that do not exist or cannot be graded, and about days that
    no calendar has."""
    for path, code in _codes(spec):
        if code.startswith(_OURS) and code not in GRADED:
            yield _unusable(code, path, positions, subject)
    for index, waiver in enumerate(_list(spec, "waivers")):
        expires = waiver.get("expires") if isinstance(waiver, dict) else None
        if isinstance(expires, str) and _DAY.fullmatch(expires) and not _is_day(expires):
            path = (*WAIVERS, index, "expires")
            hint = "Write year, month and day: `2027-01-31`."
            yield _senseless(f'"{expires}" is not a day', path, positions, subject, hint)


def unknown_findings(project: Project, policies: Callable[[], Collection[str]]) -> Iterator[Finding]:
    """Yield errors about codes that are not ours and that no policy or audit rule of the project has.

    `policies` returns the codes of all policies, including the packaged ones; it is called only where there is such a
    code.
    """
    foreign = [(path, code) for path, code in _codes(project.document.data["spec"]) if not code.startswith(_OURS)]
    known = {*policies(), *_own_rules(project)} if foreign else set()
    for path, code in foreign:
        if code not in known:
            summary = f"no policy or audit rule of the project has the code {code}{meant(code, {*known, *GRADED})}"
            positions = FilePositions(project.document)
            hint = "Correct the code, or name the file of its policy in `spec.policies`."
            yield _senseless(summary, path, positions, ResourceId("Project", project.name), hint)


def is_of_manifests(project: Project, code: str) -> bool:
    """Return whether a rule judges manifests, possibly among others: DLC1xx, or a policy, but no audit rule."""
    return code.startswith(f"{_OURS}1") or (not code.startswith(_OURS) and code not in _own_rules(project))


def _own_rules(project: Project) -> frozenset[str]:
    """Return the codes of the audit rules that the project has itself."""
    return frozenset(each["code"] for each in project.audit.get("custom", ()) if "code" in each)


def _unusable(code: str, path: FieldPath, positions: PositionSource, subject: ResourceId | None) -> Finding:
    if code not in CODE_TABLE:
        hint = "`dlc-reconciler explain` lists all codes."
        return _senseless(f"there is no rule {code}{meant(code, GRADED)}", path, positions, subject, hint)
    summary = f"{code} can be neither graded nor waived: {why_fixed(code)}"
    hint = "Rules about contents (DLC1xx), policies and the rules of audits can be."
    return _senseless(summary, path, positions, subject, hint)


def _senseless(
    summary: str, path: FieldPath, positions: PositionSource, subject: ResourceId | None, hint: str
) -> Finding:
    return finding(SENSELESS, summary, subject=subject, where=positions.locate(path), path=path, hint=hint)


def _codes(spec: JsonValue) -> Iterator[tuple[FieldPath, str]]:
    """Yield every code that is graded or waived, with its place."""
    rules = spec.get("rules") if isinstance(spec, dict) else None
    for code in rules if isinstance(rules, dict) else ():
        yield (*RULES, code), code
    for index, waiver in enumerate(_list(spec, "waivers")):
        code = waiver.get("code") if isinstance(waiver, dict) else None
        if isinstance(code, str):
            yield (*WAIVERS, index, "code"), code


def _list(spec: JsonValue, key: str) -> list[JsonValue]:
    found = spec.get(key) if isinstance(spec, dict) else None
    return found if isinstance(found, list) else []


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def moved_findings(data: JsonObject, positions: PositionSource, subject: ResourceId | None) -> Iterator[Finding]:
    """Yield errors about grades and waivers at their former places below `spec.audit`, each with the line to write
    instead."""
    spec = data.get("spec")
    audit = spec.get("audit") if isinstance(spec, dict) else None
    if not isinstance(spec, dict) or not isinstance(audit, dict):
        return
    if grades := _former_grades(audit):
        rules = spec.get("rules")
        line = _line({"rules": {**grades, **(rules if isinstance(rules, dict) else {})}})
        path: FieldPath = ("spec", "audit", "rules", next(iter(grades)))
        summary = "rules are graded and switched off in spec.rules now, for all commands alike"
        hint = f"Write `{line}` under `spec`, and leave only numbers in spec.audit.rules."
        yield finding(MOVED, summary, subject=subject, where=positions.locate(path), path=path, hint=hint)
    if "waivers" in audit:
        waivers = [*_list(spec, "waivers"), *_list(audit, "waivers")]
        path = ("spec", "audit", "waivers")
        summary = "waivers stand in spec.waivers now, for all commands alike"
        hint = f"Write `{_line({'waivers': waivers})}` under `spec`, and remove spec.audit.waivers."
        yield finding(MOVED, summary, subject=subject, where=positions.locate(path), path=path, hint=hint)


def without_moved(data: JsonObject) -> JsonObject:
    """Return the document without what stands at the former places, about which `moved_findings` has said
    everything."""
    spec = data.get("spec")
    audit = spec.get("audit") if isinstance(spec, dict) else None
    if not isinstance(spec, dict) or not isinstance(audit, dict):
        return data
    kept = {key: value for key, value in audit.items() if key != "waivers"}
    if grades := _former_grades(audit):
        left = {code: _numbers(value) for code, value in audit["rules"].items()}
        kept["rules"] = {code: value for code, value in left.items() if code not in grades or value}
    return {**data, "spec": {**spec, "audit": kept}}


def _former_grades(audit: JsonObject) -> dict[str, JsonValue]:
    """Return the severities in `spec.audit.rules` in the form of `spec.rules`."""
    rules = audit.get("rules")
    found: dict[str, JsonValue] = {}
    for code, value in rules.items() if isinstance(rules, dict) else ():
        if isinstance(value, str):
            found[code] = value
        elif isinstance(value, dict) and "severity" in value:
            found[code] = value["severity"]
    return found


def _numbers(value: JsonValue) -> JsonValue:
    if isinstance(value, str):
        return {}
    return {key: each for key, each in value.items() if key != "severity"} if isinstance(value, dict) else value


def _line(value: dict[str, Any]) -> str:
    """Return the one field as a line of YAML: `rules: {DLC309: off}`."""
    ((key, inner),) = value.items()
    flow: str = yaml.dump(inner, Dumper=_Plain, default_flow_style=True, width=10_000_000, sort_keys=False)
    return f"{key}: {flow.strip()}"


class _Plain(yaml.SafeDumper):
    """A YAML writer that puts no quotes around `off`: this program reads YAML 1.2, where it is a text."""


_Plain.yaml_implicit_resolvers = {
    first: [each for each in resolvers if each[0] != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeDumper.yaml_implicit_resolvers.items()
}
_Plain.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), list("tf"))
