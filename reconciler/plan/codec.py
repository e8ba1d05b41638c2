"""Plan <-> the one JSON document, which is both `--format json` and the file that apply takes.

`format_version` is MAJOR.MINOR: this reader accepts its own minor version and older ones, because what a newer one
added might matter for applying. `plan_id` is the hash of the plan's meaning, `checksum` that of the whole document; a
document whose checksum is wrong was edited. The rules of the format's stability are in specs/README.md.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from reconciler import __version__
from reconciler.errors import FileError, PlanFileError
from reconciler.model import JsonValue, Plan, Severity, Verb
from reconciler.model.canonical import digest
from reconciler.model.expressions import expression
from reconciler.model.plain import PlainError, plain, read

FORMAT_VERSION = "1.3"
FOR_PEOPLE = frozenset({"impact", "verification"})
"""Fields of an action that only inform people; they change whenever jobs are launched or end."""
_OF_JOBS = frozenset({"references", "reference_count"})
_BODY = frozenset(each.name for each in fields(Plan))
_SIGNS = frozenset({"actions", "plan_id", "checksum"})
"""Fields by which a plan, also an edited one, is distinguished from other documents with a format version."""
WHERE_FROM = "Name the file that `plan --out` wrote."
_HALF = expression("[\ud800-\udfff]")


def plan_id(plan: Plan) -> str:
    """Return the hash of what the plan would do: equal in every rendering, and equal for equal plans.

    What blocks the plan is part of it; whom it reaches is not, because jobs are launched all the time.
    """
    return _identity(plain(plan))


def _identity(body: Mapping[str, Any]) -> str:
    """Return the `plan_id` of a plan that is encoded already."""
    keys = ("project", "target", "manifests", "selection", "names", "shard", "broken")
    meaning = {key: body[key] for key in keys if key in body}
    # Every launch changes which jobs refer to an object that stays.
    retained = [{key: value for key, value in each.items() if key not in _OF_JOBS} for each in body["retained"]]
    meaning = {**meaning, "retained": retained}
    waiting = [action for each in body.get("waiting", ()) for action in each["actions"]]
    # A launched job ends the wait of an action for one: the plan is the same before and after it.
    for_a_job = [action for action in (*body["actions"], *waiting) if action.get("job_of")]
    if for_a_job:
        meaning = {**meaning, "with_a_job": [_meaning(action) for action in sorted(for_a_job, key=_key)]}
    if rest := [action for action in waiting if not action.get("job_of")]:
        # What is missing elsewhere, and for how long, changes all the time.
        meaning = {**meaning, "waiting": [_meaning(action) for action in rest]}
    actions = [
        _meaning(action)
        for action in body["actions"]
        if action["verb"] != Verb.FOLLOW.value and not action.get("job_of")
    ]
    errors = [finding for finding in body["findings"] if finding["severity"] == Severity.ERROR.value]
    return digest({**meaning, "actions": actions, "errors": errors})


def _meaning(action: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in action.items() if key not in FOR_PEOPLE}


def _key(action: Mapping[str, Any]) -> tuple[str, str, str]:
    return (action["id"]["kind"], action["id"]["name"], action["verb"])


def encode(plan: Plan) -> dict[str, Any]:
    """Return the plan as a JSON document."""
    body = plain(plan)
    document = {
        "format_version": FORMAT_VERSION,
        "tool_version": __version__,
        "plan_id": _identity(body),
        "blocked": plan.is_blocked,
        "summary": {
            **{verb.value: plan.count(verb) for verb in Verb},
            "waiting": len(plan.waiting),
            "retained": len(plan.retained),
            "unchanged": plan.unchanged,
            "unmanaged": len(plan.unmanaged),
        },
        **body,
    }
    return {**document, "checksum": digest(document)}


def dumps(plan: Plan) -> str:
    """Return the document as text that UTF-8 can hold: the same plan gives the same bytes."""
    return as_text(encode(plan))


def as_text(document: Mapping[str, Any]) -> str:
    """Return a JSON document as text that UTF-8 can hold."""
    text = json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    return _HALF.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def loads(text: str, *, name: str = "plan") -> Plan:
    """Return a plan from the document's text.

    Raises:
        FileError: it is something else than a plan.
        PlanFileError: it was cut off, has another format version, or was changed after it was written.
    """
    document = parsed(text, name)
    if not _SIGNS & document.keys():
        raise FileError(f"{name} is not a plan: it has no actions", hint=WHERE_FROM)
    return decode(document, name=name)


def parsed(text: str, name: str) -> Mapping[str, Any]:
    """Return a JSON document of ours, of whatever sort.

    Raises:
        FileError: it is something else.
        PlanFileError: it was cut off.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        if not text.startswith("{"):
            raise FileError(f"{name} is not a plan: {_why(text, error)}", hint=WHERE_FROM) from error
        raise PlanFileError(f"{name} is not a complete JSON document: {error}", hint="Make the plan again.") from error
    if not isinstance(document, dict) or "format_version" not in document:
        raise FileError(f"{name} is not a plan: it has no format_version", hint=WHERE_FROM)
    return document


def decode(document: Mapping[str, Any], *, name: str = "plan") -> Plan:
    """Return a plan from a document that was read already and has a format version.

    Raises:
        PlanFileError: not whole, of another format version, or changed after it was written.
    """
    check_format(document["format_version"], FORMAT_VERSION, name)
    try:
        plan = read(Plan, {key: value for key, value in document.items() if key in _BODY})
    except PlainError as error:
        raise PlanFileError(f"{name} is not a whole plan: {error}", hint="Make the plan again.") from error
    _check_whole(document, plan, name)
    return plan


def _why(text: str, error: Exception) -> str:
    return "it is empty" if not text.strip() else f"not a JSON document: {error}"


def check_format(found: JsonValue, newest: str, name: str) -> None:
    """Refuse a format that is not ours, or newer than the newest one that this version knows.

    Raises:
        PlanFileError: it is such a format.
    """
    known = [int(part) for part in newest.split(".")]
    parts = str(found).split(".")
    if len(parts) != len(known) or not all(part.isascii() and part.isdigit() for part in parts):
        raise PlanFileError(f"{name} has no format version of ours: {str(found)[:40]!r}", hint="Make the plan again.")
    major, minor = (int(part) for part in parts)
    if major != known[0] or minor > known[1]:
        raise PlanFileError(
            f"{name} has format {major}.{minor}; this is dlc-reconciler {__version__}, which reads {newest}",
            hint="Apply it with the version that made it, or make the plan again.",
        )


def _check_whole(document: Mapping[str, Any], plan: Plan, name: str) -> None:
    """Refuse a document that was edited, even where the edit would only mislead its reader."""
    rest = {key: value for key, value in document.items() if key != "checksum"}
    for mark, fits in (
        ("plan_id", document.get("plan_id") == plan_id(plan)),
        ("checksum", document.get("checksum") == digest(rest)),
    ):
        if not fits:
            raise PlanFileError(
                f"{name} was changed after it was written: its {mark} does not fit", hint="Make the plan again."
            )
