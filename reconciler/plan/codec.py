"""Plan <-> the one JSON document, which is both `--format json` and the file that apply takes.

`format_version` is MAJOR.MINOR: this reader takes its own minor and older ones, because what a newer minor added might
matter for applying. `plan_id` is the hash of the plan's meaning, `checksum` that of the whole document: one that does
not fit was edited. The rules of the format's stability are in specs/README.md.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from reconciler import __version__
from reconciler.errors import PlanFileError
from reconciler.model import (
    MISSING,
    Action,
    ContractChange,
    FieldChange,
    Finding,
    Impact,
    JobResources,
    JsonValue,
    Launches,
    Limits,
    Moved,
    Plan,
    Reason,
    ResourceId,
    Retained,
    Severity,
    Shard,
    SourceRef,
    Target,
    Verb,
)
from reconciler.model.canonical import digest

FORMAT_VERSION = "1.0"
_HALF = re.compile("[\ud800-\udfff]")


def plan_id(plan: Plan) -> str:
    """The hash of what the plan would do to what: equal in every rendering, equal for equal plans.

    What forbids the plan belongs to it; whom it reaches does not, because jobs are launched all the time.
    """
    return _identity(_encoded(plan))


def _identity(body: Mapping[str, Any]) -> str:
    """The `plan_id` of a plan that is encoded already."""
    keys = ("project", "target", "retained", "manifests", "selection", "shard")
    meaning = {key: body[key] for key in keys if key in body}
    actions = [{key: value for key, value in action.items() if key != "impact"} for action in body["actions"]]
    errors = [finding for finding in body["findings"] if finding["severity"] == Severity.ERROR.value]
    return digest({**meaning, "actions": actions, "errors": errors})


def encode(plan: Plan) -> dict[str, Any]:
    """The plan as a JSON document."""
    body = _encoded(plan)
    document = {
        "format_version": FORMAT_VERSION,
        "tool_version": __version__,
        "plan_id": _identity(body),
        "blocked": plan.is_blocked,
        "summary": {
            **{verb.value: plan.count(verb) for verb in Verb},
            "retained": len(plan.retained),
            "unchanged": plan.unchanged,
            "unmanaged": len(plan.unmanaged),
        },
        **body,
    }
    return {**document, "checksum": digest(document)}


def dumps(plan: Plan) -> str:
    """The document as text that UTF-8 can hold: the same plan gives the same bytes."""
    text = json.dumps(encode(plan), indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    return _HALF.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def loads(text: str, *, name: str = "plan") -> Plan:
    """A plan from the document's text.

    Raises:
        PlanFileError: not JSON, truncated, of another format version, or changed after it was written.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise PlanFileError(f"{name} is not a complete JSON document: {error}", hint="Make the plan again.") from error
    if not isinstance(document, dict) or "format_version" not in document:
        raise PlanFileError(f"{name} is not a plan: it has no format_version", hint="Make it with `plan --out FILE`.")
    _check_format(document["format_version"], name)
    try:
        plan = _decoded(document)
        _check_whole(document, plan, name)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise PlanFileError(f"{name} is not a whole plan: {error!r}", hint="Make the plan again.") from error
    return plan


def _check_format(found: JsonValue, name: str) -> None:
    known = [int(part) for part in FORMAT_VERSION.split(".")]
    parts = str(found).split(".")
    if len(parts) != len(known) or not all(part.isascii() and part.isdigit() for part in parts):
        raise PlanFileError(f"{name} has no format version of ours: {str(found)[:40]!r}", hint="Make the plan again.")
    major, minor = (int(part) for part in parts)
    if major != known[0] or minor > known[1]:
        raise PlanFileError(
            f"{name} has format {major}.{minor}; this is dlc-reconciler {__version__}, which reads {FORMAT_VERSION}",
            hint="Apply it with the version that made it, or make the plan again.",
        )


def _check_whole(document: Mapping[str, Any], plan: Plan, name: str) -> None:
    """A document that was edited, also where the edit would only mislead its reader, is not believed."""
    rest = {key: value for key, value in document.items() if key != "checksum"}
    for mark, fits in (
        ("plan_id", document.get("plan_id") == plan_id(plan)),
        ("checksum", document.get("checksum") == digest(rest)),
    ):
        if not fits:
            raise PlanFileError(
                f"{name} was changed after it was written: its {mark} does not fit", hint="Make the plan again."
            )


def _encoded(plan: Plan) -> dict[str, Any]:
    return {
        "project": plan.project,
        "target": asdict(plan.target),
        "actions": [_action(action) for action in plan.actions],
        "retained": [{**asdict(kept), "id": asdict(kept.id)} for kept in plan.retained],
        "unchanged": plan.unchanged,
        "unmanaged": [asdict(id) for id in plan.unmanaged],
        "findings": [_finding(each) for each in plan.findings],
        "manifests": dict(plan.manifests),
        "selection": list(plan.selection),
        "changed_since": plan.changed_since,
        "left_out": [asdict(id) for id in plan.left_out],
        **({} if plan.shard is None else {"shard": asdict(plan.shard)}),
    }


def _action(action: Action) -> dict[str, Any]:
    return {
        "verb": action.verb.value,
        "id": asdict(action.id),
        "reason": action.reason.value,
        "moved": action.moved.value,
        "changes": [_change(change) for change in action.changes],
        "observed": dict(action.observed),
        "intended": dict(action.intended),
        "notes": list(action.notes),
        "impact": None if action.impact is None else _impact(action.impact),
    }


def _change(change: FieldChange) -> dict[str, Any]:
    sides = {"before": change.before, "after": change.after}
    shown = {side: value for side, value in sides.items() if value is not MISSING}
    return {"path": list(change.path), "moved": change.moved.value, **shown}


def _impact(impact: Impact) -> dict[str, Any]:
    encoded = asdict(impact)
    return {**encoded, "contract": list(encoded["contract"]), "notes": list(impact.notes)}


def _finding(finding: Finding) -> dict[str, Any]:
    encoded = asdict(finding)
    encoded["severity"] = finding.severity.value
    encoded["path"] = list(finding.path)
    encoded["also"] = [asdict(place) for place in finding.also]
    return encoded


def _decoded(document: Mapping[str, Any]) -> Plan:
    return Plan(
        project=document["project"],
        target=Target(**document["target"]),
        actions=tuple(_decoded_action(action) for action in document["actions"]),
        retained=tuple(
            Retained(**{**kept, "id": ResourceId(**kept["id"]), "references": tuple(kept["references"])})
            for kept in document["retained"]
        ),
        unchanged=document["unchanged"],
        unmanaged=tuple(ResourceId(**id) for id in document["unmanaged"]),
        findings=tuple(_decoded_finding(each) for each in document["findings"]),
        manifests=dict(document["manifests"]),
        selection=tuple(document["selection"]),
        changed_since=document["changed_since"],
        left_out=tuple(ResourceId(**id) for id in document["left_out"]),
        shard=_decoded_shard(document["shard"]) if "shard" in document else None,
    )


def _decoded_shard(shard: Mapping[str, Any]) -> Shard:
    return Shard(**{**shard, "limits": Limits(**shard["limits"])})


def _decoded_action(action: Mapping[str, Any]) -> Action:
    return Action(
        verb=Verb(action["verb"]),
        id=ResourceId(**action["id"]),
        reason=Reason(action["reason"]),
        moved=Moved(action["moved"]),
        changes=tuple(
            FieldChange(
                path=tuple(change["path"]),
                before=change.get("before", MISSING),
                after=change.get("after", MISSING),
                moved=Moved(change["moved"]),
            )
            for change in action["changes"]
        ),
        observed=dict(action["observed"]),
        intended=dict(action["intended"]),
        notes=tuple(action["notes"]),
        impact=_decoded_impact(action["impact"]) if action["impact"] else None,
    )


def _decoded_impact(impact: Mapping[str, Any]) -> Impact:
    def resources(side: str) -> JobResources | None:
        return JobResources(**impact[side]) if impact[side] else None

    parts = {
        "contract": tuple(ContractChange(**change) for change in impact["contract"]),
        "launches": Launches(**impact["launches"]) if impact["launches"] else None,
        "resources_before": resources("resources_before"),
        "resources_after": resources("resources_after"),
        "notes": tuple(impact["notes"]),
    }
    return Impact(**{**impact, **parts})


def _decoded_finding(each: Mapping[str, Any]) -> Finding:
    return Finding(
        code=each["code"],
        severity=Severity(each["severity"]),
        summary=each["summary"],
        subject=ResourceId(**each["subject"]) if each["subject"] else None,
        where=SourceRef(**each["where"]) if each["where"] else None,
        path=tuple(each["path"]),
        hint=each["hint"],
        also=tuple(SourceRef(**place) for place in each["also"]),
    )
