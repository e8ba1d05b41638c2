"""Fleet <-> its JSON document, which is both `--format json` of many targets and the file that apply takes.

The plans in it are whole plan documents, each with its own id and checksum, so that one can be taken out and shown.
`fleet_id` is the hash of their ids and of what failed; `checksum` that of the whole document. The rules of the format's
stability are those of the plan document, in specs/README.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

from reconciler import __version__
from reconciler.errors import FileError, PlanFileError
from reconciler.model import Fleet, Plan, Severity, Verb
from reconciler.model.canonical import digest
from reconciler.model.plain import PlainError, plain, read
from reconciler.plan import codec as plan_codec
from reconciler.plan.codec import WHERE_FROM, as_text, check_format, encode, parsed, plan_id

FORMAT_VERSION = "1.0"
_BODY = frozenset(each.name for each in fields(Fleet)) - {"plans"}
_SIGNS = frozenset({"plans", "fleet_id"})
"""Fields by which a document of many targets, also an edited one, is distinguished from one plan."""


def fleet_id(fleet: Fleet) -> str:
    """Return the hash of what the plans would do, and of what failed: equal for equal fleets, in any order."""
    return _identity(fleet.project, [plan_id(plan) for plan in fleet.plans], plain(fleet))


def _identity(project: str, plan_ids: Sequence[str], body: Mapping[str, Any]) -> str:
    meaning = {
        "project": project,
        "plans": sorted(plan_ids),
        "failed": sorted([each["target"], each["code"]] for each in body["failed"]),
        "errors": [each for each in body["findings"] if each["severity"] == Severity.ERROR.value],
    }
    return digest(meaning)


def encode_fleet(fleet: Fleet) -> dict[str, Any]:
    """Return the fleet as a JSON document."""
    body, plans = plain(fleet), [encode(plan) for plan in fleet.plans]
    document = {
        "format_version": FORMAT_VERSION,
        "tool_version": __version__,
        "fleet_id": _identity(fleet.project, [each["plan_id"] for each in plans], body),
        "blocked": fleet.is_blocked,
        "summary": {
            **{verb.value: sum(plan.count(verb) for plan in fleet.plans) for verb in Verb},
            "waiting": sum(len(plan.waiting) for plan in fleet.plans),
            "unchanged": sum(plan.unchanged for plan in fleet.plans),
            "targets": len(fleet.targets),
            "failed": len(fleet.failed),
        },
        **body,
        "plans": plans,
    }
    return {**document, "checksum": digest(document)}


def dumps(document: Plan | Fleet) -> str:
    """Return a plan, or the plans of many targets, as text that UTF-8 can hold: equal ones give the same bytes."""
    return plan_codec.dumps(document) if isinstance(document, Plan) else as_text(encode_fleet(document))


def loads(text: str, *, name: str = "plan") -> Plan | Fleet:
    """Return a plan, or the plans of many targets, from the document's text.

    Raises:
        FileError: it is neither of the two.
        PlanFileError: it was cut off, has another format version, or was changed after it was written.
    """
    document = parsed(text, name)
    return _fleet(document, name) if _SIGNS & document.keys() else plan_codec.loads(text, name=name)


def _fleet(document: Mapping[str, Any], name: str) -> Fleet:
    check_format(document["format_version"], FORMAT_VERSION, name)
    plans = document.get("plans")
    if not isinstance(plans, list) or not all(isinstance(each, dict) and "format_version" in each for each in plans):
        raise PlanFileError(f"{name} is not a whole document: plans: not an array of plans", hint="Make it again.")
    read_plans = [plan_codec.decode(each, name=f"plans[{at}] of {name}") for at, each in enumerate(plans)]
    try:
        body = read(Fleet, {key: value for key, value in document.items() if key in _BODY})
    except PlainError as error:
        raise PlanFileError(f"{name} is not a whole document: {error}", hint="Make it again.") from error
    fleet = replace(body, plans=tuple(read_plans))
    _check(document, fleet, name)
    return fleet


def _check(document: Mapping[str, Any], fleet: Fleet, name: str) -> None:
    """Refuse an edited document, one that is about no target, and one that says two things about a target."""
    rest = {key: value for key, value in document.items() if key != "checksum"}
    for mark, fits in (
        ("fleet_id", document.get("fleet_id") == fleet_id(fleet)),
        ("checksum", document.get("checksum") == digest(rest)),
    ):
        if not fits:
            raise PlanFileError(
                f"{name} was changed after it was written: its {mark} does not fit", hint="Make the plan again."
            )
    if strange := sorted({plan.project for plan in fleet.plans} - {fleet.project}):
        raise PlanFileError(f"{name} is of {fleet.project}, but has a plan of {strange[0]}", hint="Make it again.")
    if not fleet.targets:
        raise PlanFileError(f"{name} is about no target", hint="Make the plan again.")
    twice = sorted({each for each in fleet.targets if fleet.targets.count(each) > 1})
    if twice:
        raise PlanFileError(f"{name} has target {twice[0]} twice", hint="Make the plan again.")


def one_plan(document: Plan | Fleet, name: str) -> Plan:
    """Return the plan, where only one plan can be used.

    Raises:
        FileError: the document is of many targets.
    """
    if isinstance(document, Plan):
        return document
    raise FileError(f"{name} is of many targets, and one plan is wanted here", hint=WHERE_FROM)
