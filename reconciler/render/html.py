"""A plan as one HTML page: self-contained, no script, no request, light and dark, readable on a phone.

The template escapes whatever it is given; this module only prepares data and makes control characters visible.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from reconciler.languages import say, spoken
from reconciler.model import Action, Finding, Plan, Severity
from reconciler.model.quick import dataclass
from reconciler.render.changes import Shown, clip, shown
from reconciler.render.pages import page_template
from reconciler.render.place import place_of
from reconciler.render.reach import impact_lines, reach
from reconciler.render.style import visible
from reconciler.render.sums import summary
from reconciler.render.wording import (
    BROKEN,
    ERRORS,
    OTHERS,
    RETAINED,
    RISKY,
    WAITING,
    broken_line,
    changes_moved,
    grouped,
    kept,
    marked,
    moved,
    reason,
    scope_lines,
    verdict,
    verification_lines,
    waiting_line,
)

if TYPE_CHECKING:
    from markupsafe import Markup

TEMPLATE = "plan.html.j2"
_HEADINGS = {"errors": ERRORS, "broken": BROKEN, "waiting": WAITING, "retained": RETAINED, "others": OTHERS}
_FEW = 10
"""The differences of this many actions are open at first, from the beginning of the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    shown: Shown
    moved: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """One action as the page shows it."""

    verb: str
    headline: str
    name: str
    reason: str
    moved: str
    reach: str
    is_open: bool
    """Whether it cannot be folded."""
    begins_open: bool
    """Whether it can be folded but is open at first."""
    notes: tuple[str, ...]
    impact: tuple[Markup, ...]
    changes: tuple[_Change, ...]


def plan_html(plan: Plan, plan_id: str) -> str:
    """Return the page. The same plan gives the same bytes."""
    return page_template(TEMPLATE).render(
        language=spoken().code,
        plan=plan,
        headings={name: say(heading) for name, heading in _HEADINGS.items()},
        plan_id=plan_id,
        place=place_of(plan.target, clip),
        verdict=verdict(plan),
        mood=_mood(plan),
        summary=summary(plan),
        broken=[(_marked(broken_line(each, _code)), list(each.findings)) for each in plan.broken],
        groups=list(_groups(plan)),
        waiting=[
            (_marked(waiting_line(each, _code)), [_entry(action, begins_open=False) for action in each.actions])
            for each in plan.waiting
        ],
        retained=[_marked(kept(retained, _code)) for retained in plan.retained],
        errors=_of(plan, (Severity.ERROR,)),
        others=_of(plan, (Severity.WARNING, Severity.NOTE)),
        scope=[visible(line) for line in scope_lines(plan)],
    )


def _groups(plan: Plan) -> Iterator[tuple[str, Sequence[_Entry]]]:
    """Return headings with their actions; the first few actions are open at first."""
    shown_so_far = 0
    for heading, actions in grouped(plan):
        entries = [_entry(action, begins_open=at < _FEW) for at, action in enumerate(actions, shown_so_far)]
        shown_so_far += len(entries)
        yield heading, entries


def _entry(action: Action, *, begins_open: bool) -> _Entry:
    return _Entry(
        verb=action.verb.value,
        headline=marked(action),
        name=clip(str(action.id)),
        reason=reason(action),
        moved=moved(action),
        reach=reach(action.impact),
        is_open=action.verb in RISKY,
        begins_open=begins_open,
        notes=tuple(clip(say(note)) for note in action.notes),
        impact=tuple(map(_marked, _reach(action))),
        changes=tuple(_Change(shown=shown(change), moved=origin) for change, origin in changes_moved(action)),
    )


def _reach(action: Action) -> Iterator[str]:
    """Yield how a version is proved, and whom the action reaches."""
    yield from verification_lines(action, _code)
    if action.impact is not None:
        yield from impact_lines(action.impact, _code)


def _code(data: str) -> str:
    return f"<code>{escape(clip(data))}</code>"


def _marked(sentence: str) -> Markup:
    """Return a sentence of ours as HTML; all data in it went through `_code`."""
    return Markup(sentence.replace(" -> ", " → "))  # nosec B704 # all data in it is escaped


def _of(plan: Plan, severities: Sequence[Severity]) -> list[Finding]:
    return [finding for finding in plan.findings if finding.severity in severities]


def _mood(plan: Plan) -> str:
    """Return the mood of the verdict, which decides its colour: "bad", "careful", "calm"."""
    if plan.is_blocked:
        return "bad"
    return "careful" if any(action.verb in RISKY for action in plan.actions) else "calm"
