"""What can become of a text after it was written: its plan is being made anew, is out of date, or will not be applied.

Every state is one row. The mark stands between the hidden marker and the text, and is taken off by the next one.

    <!-- dlc-reconciler:plan ... -->
    > **Out of date: ...**
    <!-- dlc-reconciler-mark-ends -->
    ### Plan: ...
"""

from __future__ import annotations

from dataclasses import replace

from reconciler.ci.cover import Coverage
from reconciler.ci.host_texts import units
from reconciler.ci.marker import Marker
from reconciler.model.quick import dataclass

_END = "<!-- dlc-reconciler-mark-ends -->\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One state. `title` and `invalid` hold `{commit}`; `invalid` is used when the manifests are the reason."""

    name: str
    purpose: str
    title: str
    invalid: str = ""
    creates: bool = False
    """Whether the state deserves a new comment where there is none."""
    covers: bool = False
    """Whether what the text showed still counts as reviewed."""


STATES = {
    state.name: state
    for state in (
        State(
            name="planning",
            purpose="plan",
            title="Planning {commit} ... What stands below is of an earlier run.",
            covers=True,
        ),
        State(
            name="outdated",
            purpose="plan",
            title="Out of date: {commit} could not be planned.",
            invalid="Out of date: the manifests of {commit} are invalid.",
            creates=True,
        ),
        State(name="closed", purpose="plan", title="Closed without merging: nothing of this plan is applied."),
        State(
            name="refused",
            purpose="apply",
            title="Not applied: {commit} was refused, and nothing was written.",
            invalid="Not applied: the manifests of {commit} are invalid, and nothing was written.",
            creates=True,
        ),
    )
}


def marked(marker: Marker, state: State, banner: str, old: str, limit: int) -> str:
    """Return the text of a comment with a mark on it. The old text is shortened where both are too long together.

    What an earlier apply wrote stays true when a later one is refused, so its marker stays.
    """
    now = marker if state.covers else replace(marker, covers=Coverage())
    head = f"{now}\n{banner}\n{_END}"
    rest = unmarked(old)
    return head + rest if units(head) + units(rest) <= limit else head


def unmarked(body: str) -> str:
    """Return the text of a comment without its marker and mark."""
    _, found, rest = body.partition(_END)
    return rest if found else body.partition("\n")[2]
