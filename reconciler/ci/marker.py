"""The hidden first line of what we write on a code host: whose it is, and which plan it shows.

It must be the first line, so that a comment that quotes another one is not taken for it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import quote, unquote

from reconciler.ci.cover import Coverage

_FORM = re.compile(
    r"<!-- dlc-reconciler:(?P<purpose>[a-z]+) project=(?P<project>\S*) target=(?P<target>\S*)"
    r"(?: plan=(?P<plan>\S*) covers=(?P<covers>\S*))? -->"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Marker:
    """`purpose` is plan, apply or drift; one text per purpose, project and target."""

    purpose: str
    project: str
    target: str
    plan_id: str = ""
    covers: Coverage = field(default_factory=Coverage)

    def __str__(self) -> str:
        plan = f" plan={_written(self.plan_id)} covers={self.covers}" if self.plan_id else ""
        return (
            f"<!-- dlc-reconciler:{self.purpose} project={_written(self.project)} target={_written(self.target)}"
            f"{plan} -->"
        )

    def is_of(self, body: str) -> bool:
        """True when the text is about the same thing, whichever plan it shows."""
        other = Marker.read(body)
        return other is not None and (other.purpose, other.project, other.target) == (
            self.purpose,
            self.project,
            self.target,
        )

    @classmethod
    def read(cls, body: str) -> Marker | None:
        """The marker of a text; None when its first line is not one."""
        found = _FORM.match(body)
        if not found:
            return None
        return cls(
            purpose=found["purpose"],
            project=unquote(found["project"]),
            target=unquote(found["target"]),
            plan_id=unquote(found["plan"] or ""),
            covers=Coverage.read(found["covers"] or ""),
        )


def _written(text: str) -> str:
    """Nothing in it can end an HTML comment or split the marker."""
    return quote(text, safe="").replace("--", "-%2D").replace("--", "-%2D")
