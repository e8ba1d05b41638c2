"""Plans, reports and findings as text for a terminal."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence

import yaml

from reconciler.model import (
    MISSING,
    Action,
    ApplyReport,
    FieldChange,
    FieldPath,
    Finding,
    JsonValue,
    Moved,
    Outcome,
    Plan,
    Reason,
    Severity,
    Status,
    Verb,
)
from reconciler.render.style import PLAIN, Palette, visible

SIGNS = {
    Verb.CREATE: "+",
    Verb.ADOPT: "*",
    Verb.NEW_VERSION: "~",
    Verb.PROMOTE: "^",
    Verb.UPDATE: "~",
    Verb.REPLACE: "±",
    Verb.START: ">",
    Verb.STOP: ".",
    Verb.DELETE: "-",
}

REASONS = {
    Reason.ABSENT: "not there yet",
    Reason.ADOPTION_ASKED: "the manifest asks for adoption",
    Reason.CONTENT_CHANGED: "no version holds this content",
    Reason.VERSION_EXISTS: "a version with this content exists",
    Reason.DEFAULT_MOVED: "somebody moved the default",
    Reason.VERSION_PINNED: "the manifest pins this version",
    Reason.SETTINGS_CHANGED: "settings differ",
    Reason.MARKS_MISSING: "records which version holds this content",
    Reason.IMMUTABLE_FIELD: "a field that cannot change in place differs",
    Reason.STATE_DIFFERS: "its state differs",
    Reason.TOMBSTONE: "the manifest says absent",
    Reason.NOT_IN_MANIFESTS: "in no manifest any more",
    Reason.SUPERSEDED: "left over from an interrupted replacement",
}

MOVED = {
    Moved.MANIFEST: "changed in Git",
    Moved.SERVICE: "changed on the service",
    Moved.BOTH: "changed in Git and on the service",
    Moved.UNKNOWN: "",
}

_COUNTED = (
    (Verb.CREATE, "to create", "to create"),
    (Verb.ADOPT, "to adopt", "to adopt"),
    (Verb.NEW_VERSION, "new version", "new versions"),
    (Verb.PROMOTE, "promotion", "promotions"),
    (Verb.UPDATE, "to update", "to update"),
    (Verb.REPLACE, "to replace", "to replace"),
    (Verb.START, "to start", "to start"),
    (Verb.STOP, "to stop", "to stop"),
    (Verb.DELETE, "to delete", "to delete"),
)


def plan_text(plan: Plan, palette: Palette = PLAIN) -> str:
    """The whole plan: its place, each action with its reason and changes, what is kept, findings, the summary."""
    target = plan.target
    lines = [
        palette.paint(
            palette.bold, f"{plan.project} -> {target.name} ({target.region}, workspace {target.workspace_id})"
        )
    ]
    for action in plan.actions:
        lines += ["", *_action_lines(action, palette)]
    for kept in plan.retained:
        references = _references(kept.references, kept.reference_count)
        lines += ["", f"  = keep {visible(str(kept.id))} ({kept.remote_id}): {kept.why}{references}"]
    if plan.findings:
        lines += ["", *(line for finding in plan.findings for line in finding_lines(finding, palette))]
    lines += ["", palette.paint(palette.bold, summary(plan))]
    return "\n".join(lines) + "\n"


def summary(plan: Plan) -> str:
    """One line: `Plan: 2 to create, 1 promotion, 14 unchanged`."""
    counts = [(plan.count(verb), one, many) for verb, one, many in _COUNTED]
    parts = [f"{count} {one if count == 1 else many}" for count, one, many in counts if count]
    parts = parts or ["nothing to do"]
    parts += [f"{len(plan.retained)} retained"] if plan.retained else []
    parts += [f"{plan.unchanged} unchanged"]
    parts += [f"{len(plan.unmanaged)} not ours"] if plan.unmanaged else []
    blocked = " (blocked: see the errors above)" if plan.is_blocked else ""
    return f"Plan: {', '.join(parts)}{blocked}"


def _references(ids: Sequence[str], count: int) -> str:
    if not count:
        return ""
    more = f" and {count - len(ids)} more" if count > len(ids) else ""
    return f": {', '.join(ids)}{more}"


def _action_lines(action: Action, palette: Palette) -> Iterator[str]:
    colour = {Verb.CREATE: palette.good, Verb.DELETE: palette.bad, Verb.REPLACE: palette.bad}.get(
        action.verb, palette.change
    )
    moved = MOVED[action.moved] if action.verb in (Verb.NEW_VERSION, Verb.PROMOTE, Verb.UPDATE) else ""
    why = f"{REASONS[action.reason]}{'; ' + moved if moved else ''}"
    head = f"{SIGNS[action.verb]} {action.verb}{_to_version(action)} {visible(str(action.id))}"
    yield f"  {palette.paint(colour, head)}  {palette.paint(palette.dim, '# ' + why)}"
    for note in action.notes:
        yield f"      {visible(note)}"
    for change in action.changes:
        yield from (f"      {line}" for line in _change_lines(change, palette))


def _to_version(action: Action) -> str:
    if action.verb is Verb.PROMOTE:
        return f" {action.intended['defaultVersion']}"
    return f" {action.intended['version']}" if action.verb is Verb.NEW_VERSION else ""


def _change_lines(change: FieldChange, palette: Palette) -> Iterator[str]:
    """One line for small values, a unified diff for texts of several lines, YAML for trees."""
    path = visible(path_text(change.path))
    before, after = change.before, change.after
    if _is_long_text(before) or _is_long_text(after):
        yield f"{path}:"
        yield from (f"  {line}" for line in _text_diff(before, after, palette))
    elif isinstance(before, dict | list) or isinstance(after, dict | list):
        yield f"{path}:"
        for sign, side, colour in (("-", before, palette.bad), ("+", after, palette.good)):
            if side is not MISSING:
                yield from (f"  {palette.paint(colour, f'{sign} {line}')}" for line in _tree_lines(side))
    elif before is MISSING:
        yield f"{palette.paint(palette.good, f'+ {path}')}: {_scalar(after)}"
    elif after is MISSING:
        yield f"{palette.paint(palette.bad, f'- {path}')}: {_scalar(before)}"
    else:
        yield f"{palette.paint(palette.change, f'~ {path}')}: {_scalar(before)} -> {_scalar(after)}"


def _is_long_text(value: JsonValue) -> bool:
    return isinstance(value, str) and "\n" in value


def _text_diff(before: JsonValue, after: JsonValue, palette: Palette) -> Iterator[str]:
    old, new = _lines(before), _lines(after)
    colours = {"+": palette.good, "-": palette.bad}
    for line in list(difflib.unified_diff(old, new, lineterm="", n=2))[2:]:
        yield palette.paint(colours.get(line[:1], ""), visible(line))


def _lines(value: JsonValue) -> list[str]:
    return [] if value is MISSING or value is None else str(value).splitlines()


def _tree_lines(value: JsonValue) -> list[str]:
    text = yaml.dump(value, Dumper=_Dumper, sort_keys=True, allow_unicode=True, width=100)
    return [visible(line) for line in text.rstrip("\n").removesuffix("\n...").split("\n")]


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    """Block style for long strings, and no anchors: a plan is read, not parsed."""

    def ignore_aliases(self, data: object) -> bool:
        del data
        return True


def _scalar(value: JsonValue) -> str:
    if isinstance(value, str):
        return f'"{visible(value)}"' if not value.startswith("(sensitive") else value
    if isinstance(value, bool):
        return "true" if value else "false"
    return "null" if value is None else str(value)


def path_text(path: FieldPath) -> str:
    """`content.JobSpecs[0].Image`, as constraints write paths."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def findings_text(findings: Iterable[Finding], palette: Palette = PLAIN) -> str:
    """Findings one after the other, each with its place first."""
    return "".join(line + "\n" for finding in findings for line in finding_lines(finding, palette))


def finding_lines(finding: Finding, palette: Palette = PLAIN) -> Iterator[str]:
    """`file:line:column: error DLC101: JobTemplate "x": what` and what to do about it."""
    colours = {Severity.ERROR: palette.bad, Severity.WARNING: palette.change, Severity.NOTE: palette.dim}
    place = f"{visible(str(finding.where))}: " if finding.where else ""
    subject = f'{finding.subject.kind} "{visible(finding.subject.name)}": ' if finding.subject else ""
    severity = palette.paint(colours[finding.severity], f"{finding.severity} {finding.code}")
    yield f"{place}{severity}: {subject}{visible(finding.summary)}"
    for other in finding.also:
        yield f"    also at {visible(str(other))}"
    if finding.hint:
        yield palette.paint(palette.dim, f"    {visible(finding.hint)}")


def report_text(report: ApplyReport, palette: Palette = PLAIN) -> str:
    """Every action with how it ended, and the totals."""
    lines = [outcome_line(outcome, palette) for outcome in report.outcomes]
    counts = [f"{report.count(status)} {status}" for status in Status if report.count(status)]
    end = "Interrupted: " if report.interrupted else "Applied: "
    return "\n".join([*lines, "", palette.paint(palette.bold, end + (", ".join(counts) or "nothing to do"))]) + "\n"


def outcome_line(outcome: Outcome, palette: Palette = PLAIN) -> str:
    """`done     create JobTemplate/x: tpl1 created; version 1 is default`."""
    good = outcome.status in (Status.DONE, Status.RETAINED)
    status = palette.paint(palette.good if good else palette.bad, f"{outcome.status:<8}")
    code = f" [{visible(outcome.error)}]" if outcome.error else ""
    detail = f": {visible(outcome.detail)}" if outcome.detail else ""
    return f"  {status} {visible(str(outcome.action.key))}{detail}{code}"
