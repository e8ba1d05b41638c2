"""The hidden first line of what we write on a code host: whose the text is, and which plan it shows.

Only the first line counts, so that a comment which quotes another one is not taken for it.

    <!-- dlc-reconciler:plan project=vision target=prod plan=… covers=…,… touches=…,… commit=… -->
"""

from __future__ import annotations

from dataclasses import field
from urllib.parse import quote, unquote

from reconciler.ci.cover import Coverage
from reconciler.model.expressions import expression
from reconciler.model.quick import dataclass

_FORM = expression(r"<!-- dlc-reconciler:(?P<purpose>[a-z]+)(?P<fields>(?: [a-z]+=\S*)*) -->")


@dataclass(frozen=True, slots=True, kw_only=True)
class Marker:
    """`purpose` is plan, apply or drift. There is one text for each purpose, project and target."""

    purpose: str
    project: str
    target: str
    plan_id: str = ""
    covers: Coverage = field(default_factory=Coverage)
    """What people review when they read this text; empty when it is out of date."""
    touches: Coverage = field(default_factory=Coverage)
    """The resources that its plan is about."""
    commit: str = ""
    """The commit that was planned or applied, in full."""
    ended: str = ""
    """How an apply ended: "done", "partly" (some of it was written), or "nothing" (refused, or failed before a
    write)."""

    def __str__(self) -> str:
        fields = {
            "project": _written(self.project),
            "target": _written(self.target),
            "plan": _written(self.plan_id),
            "covers": str(self.covers),
            "touches": str(self.touches),
            "commit": _written(self.commit),
            "ended": self.ended,
        }
        told = "".join(f" {name}={text}" for name, text in fields.items() if text or name in ("project", "target"))
        return f"<!-- dlc-reconciler:{self.purpose}{told} -->"

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
        """Return the marker of a text; None when its first line is not one."""
        found = _FORM.match(body)
        if not found:
            return None
        fields = dict(part.split("=", 1) for part in found["fields"].split())
        return cls(
            purpose=found["purpose"],
            project=unquote(fields.get("project", "")),
            target=unquote(fields.get("target", "")),
            plan_id=unquote(fields.get("plan", "")),
            covers=Coverage.read(fields.get("covers", "")),
            touches=Coverage.read(fields.get("touches", "")),
            commit=unquote(fields.get("commit", "")),
            ended=fields.get("ended", ""),
        )


def _written(text: str) -> str:
    """Return the value in a form that can neither end an HTML comment nor split the marker."""
    return quote(text, safe="").replace("--", "-%2D").replace("--", "-%2D")
