"""What chats are told: what happened, in three lines, the most dangerous first, with links.

    **Takes away 2 live objects.** dlc-reconciler: plan of vision for prod (cn-shanghai, workspace 2002)
    Plan: 2 to delete, 1 promotion, 14 unchanged: delete JobTemplate/old, delete JobTemplate/older, and 1 more
    Commit 1a2b3c4d5e6f · DLC #12 · The whole plan · 2026-03-01 05:23 UTC

Every line names dlc-reconciler at most once: a group that lets messages through by a keyword can use that one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reconciler.ci.moment import Moment
from reconciler.cli.ci.review_texts import is_link
from reconciler.languages import say
from reconciler.model import ApplyReport, Finding, Plan, Severity, Status
from reconciler.model.quick import dataclass
from reconciler.notify import Line, Message, News, Piece
from reconciler.render.changes import clip
from reconciler.render.counts import counted
from reconciler.render.outcomes import by_weight, outcome_counts, verdict_of
from reconciler.render.place import place_of, warning_of
from reconciler.render.sums import summary
from reconciler.render.wording import grouped, headline, verdict

_NAMES = (10, 4, 1, 0)
"""How many objects are named at most; fewer when the receiver has less room."""
_LONGEST_NAME, _LONGEST_LINK = 80, 600
_BLOCKED = "(blocked)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A message to chats. `named` are the objects that it is about, the most dangerous first."""

    event: str
    """plan, apply, or drift."""
    risk: str
    what: str
    counts: str
    named: Sequence[str]
    project: str
    target: str
    where: str
    warning: str = ""


def of_plan(plan: Plan) -> Notice | None:
    """Return the notice about a plan; None when the plan does nothing and is not blocked."""
    if not (plan.changes or plan.waiting or plan.is_blocked):
        return None
    return _of(plan, "plan", risk=verdict(plan), what="plan", counts=summary(plan), named=list(planned(plan)))


def of_report(plan: Plan, report: ApplyReport) -> Notice | None:
    """Return the notice about the end of an apply; None when there was nothing to do."""
    if not report.outcomes:
        return None
    held = report.count(Status.HELD)
    kept_back = f" {counted(held, 'version')} did not prove {'itself' if held == 1 else 'themselves'}." if held else ""
    outcomes = sorted(report.outcomes, key=by_weight)
    named = [f"{say(each.status)} {headline(each.action)} {each.action.id}" for each in outcomes]
    return _of(
        plan,
        "apply",
        risk=f"{verdict_of(report)}{say(kept_back)}",
        what="apply",
        counts=f"{say('Apply')}: {outcome_counts(report)}",
        named=named,
    )


def drifted(plan: Plan) -> frozenset[str]:
    """Return what differs from Git, by name. A plan that is blocked counts as one more, because nobody knows."""
    found = {str(action.id) for action in plan.asked if not action.comes_with_a_job}
    return frozenset(found | {_BLOCKED} if plan.is_blocked else found)


def of_drift(plan: Plan, news: News) -> Notice | None:
    """Return the notice about new drift; None when nothing is new."""
    objects = counted(len(drifted(plan) - {_BLOCKED}), "live object")
    blocked = f" {verdict(plan)}" if plan.is_blocked else ""
    told = {
        News.OPENED: f"Drift: {objects} not as Git has it.{blocked}",
        News.GREW: f"More drift: {objects} not as Git has it now.{blocked}",
        News.CLOSED: "No drift any more: the live objects are as Git has them.",
    }.get(news)
    if told is None:
        return None
    return _of(plan, "drift", risk=say(told), what="drift", counts=summary(plan), named=list(planned(plan)))


def _of(plan: Plan, event: str, *, risk: str, what: str, counts: str, named: Sequence[str]) -> Notice:
    return Notice(
        event=event,
        risk=risk,
        what=what,
        counts=counts,
        named=named,
        project=plan.project,
        target=plan.target.name,
        where=place_of(plan.target, short),
        warning=warning_of(plan.target, short),
    )


def planned(plan: Plan) -> Iterator[str]:
    """Return errors first, by code and object; then what is done, in the order of all formats."""
    for finding in plan.findings:
        if finding.severity is Severity.ERROR:
            yield error_named(finding)
    for _, actions in grouped(plan):
        yield from (f"{headline(action)} {action.id}" for action in actions)


def error_named(finding: Finding) -> str:
    """Return how a message names an error: its code, and what it is about where that is known."""
    return f"{finding.code} {finding.subject}" if finding.subject else finding.code


def messages(notice: Notice, moment: Moment, artifact_url: str) -> Iterator[Message]:
    """Yield the notice as messages, each shorter than the one before. The first one that fits is sent."""
    for links in (True, False):
        for names in _NAMES:
            yield _message(notice, names, _links(moment, artifact_url) if links else ())


def _message(notice: Notice, names: int, links: Line) -> Message:
    project, target = short(notice.project), short(notice.target)
    head = say(f" dlc-reconciler: {notice.what} of {project} for {target} ({notice.where})")
    warning = f" {notice.warning}" if notice.warning else ""
    lines: list[Line] = [
        (Piece(text=notice.risk, strong=True), Piece(text=f"{head}{warning}")),
        (Piece(text=f"{notice.counts}{_some(notice.named, names)}"),),
    ]
    return Message(
        title=f"{project} → {target}: {notice.risk}",
        lines=tuple([*lines, links] if links else lines),
        facts={"event": notice.event, "project": notice.project, "target": notice.target},
    )


def _some(named: Sequence[str], most: int) -> str:
    if not named or not most:
        return ""
    more = len(named) - most
    told = ", ".join(short(name) for name in named[:most])
    return f": {told}{say(f', and {more:,} more') if more > 0 else ''}"


def _links(moment: Moment, artifact_url: str) -> Line:
    """Return the commit, the run, the whole plan and the time, as far as they are known."""
    known = (
        (say(f"Commit {moment.commit[:12]}") if moment.commit else "", moment.commit_url),
        (moment.run, moment.run_url),
        (say("The whole plan") if artifact_url else "", artifact_url),
        (moment.at, ""),
    )
    pieces: list[Piece] = []
    for text, url in known:
        if text:
            pieces += [Piece(text=" · ")] if pieces else []
            pieces.append(Piece(text=short(text), url=_safe(url)))
    return tuple(pieces)


def _safe(url: str) -> str:
    """Return an address that can stand in a link of every chat. It comes from the environment, so it may be
    anything."""
    return url if is_link(url) and len(url) <= _LONGEST_LINK and "|" not in url else ""


def short(text: str) -> str:
    """Return a text of others as long as one place of a message may be."""
    return clip(text, _LONGEST_NAME)
