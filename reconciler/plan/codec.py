"""Plan <-> the one JSON document, which is both `--format json` and the file that apply takes.

`format_version` is MAJOR.MINOR: a reader accepts any minor of its major (new fields may appear) and refuses another
major. `plan_id` is the hash of the plan's meaning; a document whose id does not fit its content was edited.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from reconciler import __version__
from reconciler.errors import PlanFileError
from reconciler.kinds.canonical import digest
from reconciler.model import (
    MISSING,
    Action,
    FieldChange,
    Finding,
    Moved,
    Plan,
    Reason,
    ResourceId,
    Retained,
    Severity,
    SourceRef,
    Target,
    Verb,
)

FORMAT_VERSION = "1.0"


def plan_id(plan: Plan) -> str:
    """The hash of what the plan would do to what: equal in every rendering, equal for equal plans."""
    body = _encoded(plan)
    meaning = {key: body[key] for key in ("project", "target", "actions", "retained", "manifests", "selection")}
    return digest(meaning)


def encode(plan: Plan) -> dict[str, Any]:
    """The plan as a JSON document."""
    return {
        "format_version": FORMAT_VERSION,
        "tool_version": __version__,
        "plan_id": plan_id(plan),
        "blocked": plan.is_blocked,
        "summary": {
            **{verb.value: plan.count(verb) for verb in Verb},
            "retained": len(plan.retained),
            "unchanged": plan.unchanged,
            "unmanaged": len(plan.unmanaged),
        },
        **_encoded(plan),
    }


def dumps(plan: Plan) -> str:
    """The document as text: the same plan gives the same bytes."""
    return json.dumps(encode(plan), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


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
    _check_format(str(document["format_version"]), name)
    try:
        plan = _decoded(document)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise PlanFileError(f"{name} is not a whole plan: {error!r}", hint="Make the plan again.") from error
    if document.get("plan_id") != plan_id(plan):
        raise PlanFileError(
            f"{name} was changed after it was written: its plan_id does not fit", hint="Make the plan again."
        )
    return plan


def _check_format(found: str, name: str) -> None:
    if found.partition(".")[0] != FORMAT_VERSION.partition(".")[0]:
        raise PlanFileError(
            f"{name} has format {found}; this is dlc-reconciler {__version__}, which reads {FORMAT_VERSION}",
            hint="Apply it with the version that made it, or make the plan again.",
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
    }


def _change(change: FieldChange) -> dict[str, Any]:
    sides = {"before": change.before, "after": change.after}
    return {"path": list(change.path), **{side: value for side, value in sides.items() if value is not MISSING}}


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
    )


def _decoded_action(action: Mapping[str, Any]) -> Action:
    return Action(
        verb=Verb(action["verb"]),
        id=ResourceId(**action["id"]),
        reason=Reason(action["reason"]),
        moved=Moved(action["moved"]),
        changes=tuple(
            FieldChange(
                path=tuple(change["path"]), before=change.get("before", MISSING), after=change.get("after", MISSING)
            )
            for change in action["changes"]
        ),
        observed=dict(action["observed"]),
        intended=dict(action["intended"]),
        notes=tuple(action["notes"]),
    )


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
