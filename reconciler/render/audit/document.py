"""What the renderers of audits are given: plain JSON values, and long lists as functions that begin again at each
call."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from reconciler.model import JsonObject, Target
from reconciler.model.quick import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditDocument:
    """One audit. `specs/audit.schema.json` describes the values."""

    head: JsonObject
    """Project, moment, summary, targets, rules."""
    findings: Sequence[JsonObject]
    """The most important first; waived and known ones are included."""
    lists: Mapping[str, Callable[[], Iterable[JsonObject]]]
    """The objects of each kind, by the name of their list, such as "templates"."""
    nouns: Mapping[str, str]
    """What is counted in `head["targets"]`, in order, with the word for one of it, such as "template"."""
    contents: Callable[[str, str, str], Sequence[JsonObject]]
    """Returns the versions of an object with content and constraints, newest first, given its list, target and id."""

    @property
    def standing(self) -> list[JsonObject]:
        """The findings that somebody has to look at."""
        return [each for each in self.findings if stands(each)]


def audited(target: JsonObject) -> Target:
    """Return a row of `head["targets"]` as the place that it names."""
    return Target(
        name=target["target"],
        region=target["region"],
        workspace_id=target["workspace_id"],
        endpoint=target.get("endpoint", ""),
    )


def heading(noun: str) -> str:
    """Return the heading over many such things: `Templates`."""
    return f"{noun[0].upper()}{noun[1:]}s"


def stands(finding: JsonObject) -> bool:
    """Return whether a finding is neither waived nor in the baseline."""
    return finding["waived"] is None and not finding["known"]


def subject(finding: JsonObject) -> str:
    """Return `JobTemplate "x" @prod`, or the parts of it that exist."""
    name = f'{finding["kind"]} "{finding["name"]}"' if finding["name"] is not None else ""
    return f"{name} @{finding['target']}" if finding["target"] else name


def place(finding: JsonObject) -> str:
    """Return `file:line:column`, or nothing."""
    where = finding["where"]
    return f"{where['file']}:{where['line']}:{where['column']}" if where else ""
