"""The texts that `ci` puts on a code host: comment, job summary, drift issue. Markdown that no content can break."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from reconciler.ci import Coverage, Marker
from reconciler.ci.drift_history import History
from reconciler.ci.marks import State
from reconciler.ci.moment import Moment
from reconciler.cli.ci.document import Document, Report, ended, id_of, plans_of, target_of
from reconciler.errors import ReconcilerError, UsageError
from reconciler.files import check_file, write_whole
from reconciler.fleet.codec import fleet_id
from reconciler.languages import said, say
from reconciler.model import ApplyReport, Finding, Fleet, FleetReport, Plan, Severity
from reconciler.model.expressions import expression
from reconciler.model.quick import dataclass
from reconciler.plan.codec import plan_id
from reconciler.render.budget import length
from reconciler.render.comment import SMALLEST, finding_line
from reconciler.render.fleet.markdown import fleet_markdown
from reconciler.render.fleet.outcomes import fleet_report_markdown
from reconciler.render.markdown import plan_markdown as render_plan
from reconciler.render.markup import code
from reconciler.render.outcomes import report_markdown as render_report
from reconciler.render.style import visible

_LINK = expression(r"https?://[^\s()<>\\\"\x00-\x1f]{1,2000}")
_MOST_FINDINGS = 20
_MOST_SAID = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The text around a plan: the hidden marker before it, and after it where the whole plan is."""

    marker: Marker | None = None
    artifact_url: str = ""

    def around(self, limit: int, body: Callable[[int], str]) -> str:
        """Return the whole text within `limit` characters; `body` is told how many characters are left for it."""
        head = f"{self.marker}\n" if self.marker else ""
        foot = f"\n[{say('The whole plan')}]({checked_link(self.artifact_url)})\n" if self.artifact_url else ""
        room = limit - length(head) - length(foot)
        if room < SMALLEST:
            raise ReconcilerError(f"{limit} characters are too few for a comment", hint="Give a larger `--max-chars`.")
        text = body(room)
        return f"{head}{text}{foot if self.artifact_url not in text else ''}"


def plan_marker(purpose: str, document: Document, limit: int, commit: str = "") -> Marker:
    """Return the marker of a text about this plan, or these plans. The coverage in it takes an eighth of the text at
    most."""
    plans = plans_of(document)
    return Marker(
        purpose=purpose,
        project=document.project,
        target=target_of(document),
        plan_id=id_of(document),
        covers=Coverage.fitting(plans, limit // 8),
        touches=Coverage.resources(*plans).within(limit // 16),
        commit=commit,
    )


def apply_marker(document: Document, report: Report, commit: str) -> Marker:
    """Return the marker of a report: how far this commit was applied."""
    return Marker(
        purpose="apply",
        project=document.project,
        target=target_of(document),
        plan_id=id_of(document),
        commit=commit,
        ended=ended(document, report),
    )


def plan_markdown(document: Document, limit: int, whole: str = "", moment: Moment | None = None) -> str:
    """Return the plan, or the plans of many targets, as Markdown of at most `limit` characters; `whole` says where
    the rest is."""
    told = f"{moment_line(moment, 'planned')} {_scope(document)}" if moment else ""
    if isinstance(document, Plan):
        return render_plan(document, plan_id(document), max_chars=limit, whole=whole, moment=told)
    return fleet_markdown(document, fleet_id(document), max_chars=limit, whole=whole, moment=told)


def report_markdown(document: Document, report: Report, limit: int, whole: str, moment: Moment) -> str:
    """Return the report of an apply as Markdown."""
    told = moment_line(moment, "applied")
    if isinstance(document, Fleet) and isinstance(report, FleetReport):
        return fleet_report_markdown(report, document, max_chars=limit, whole=whole, moment=told)
    if isinstance(document, Plan) and isinstance(report, ApplyReport):
        return render_report(report, document, max_chars=limit, whole=whole, moment=told)
    raise ReconcilerError("the report is not of this plan", hint="Give the report of the apply of this plan file.")


@said
def moment_line(moment: Moment, what: str) -> str:
    """Return ``Commit `abc1234`, planned 2026-03-01 05:23 UTC by `Plan #5`.`` with links where they are known."""
    when = f"{what} {moment.at}" if moment.commit else f"{what.capitalize()} {moment.at}"
    run = f" by {_linked(code(moment.run, longest=80), moment.run_url)}" if moment.run else ""
    return f"{f'Commit {_commit(moment)}, ' if moment.commit else ''}{when}{run}."


def banner(state: State, moment: Moment, findings: Sequence[Finding], said: str) -> str:
    """Return the text of a mark: a quote of its title and moment, then the reason."""
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    title = say((state.invalid if errors and state.invalid else state.title).format(commit=_commit(moment)))
    run = f" {_linked(code(moment.run, longest=80), moment.run_url)}," if moment.run else ""
    lines = [f"> **{title}**{run} {moment.at}\n\n"]
    lines += [f"- {finding_line(finding)}\n" for finding in errors[:_MOST_FINDINGS]]
    if len(errors) > _MOST_FINDINGS:
        lines.append(say(f"- and {len(errors) - _MOST_FINDINGS:,} more; the job's log has all\n"))
    lines += ["\n"] if errors else []
    lines += [fenced(said, _MOST_SAID)] if said.strip() and not errors else []
    return "".join(lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """An issue that is to be written; `body` makes its text from its history."""

    marker: Marker
    title: str
    body: Callable[[History], str]


def drift_issue(document: Document, limit: int, moment: Moment, *, drifted: bool) -> Issue:
    """Return the issue about drift of one project at one target."""
    marker = plan_marker("drift", document, limit)
    name = target_of(document)
    title = say(f"Drift of {visible(document.project)} at {visible(name)}")
    target = say(f"{'target' if isinstance(document, Plan) else 'targets'} {code(name, longest=60)}")
    agree = say(f"The live objects of {target} are what the manifests say.") + f" {moment_line(moment, 'looked at')}\n"
    differ = say(
        f"The live objects of {target} are not what the manifests say. Run the apply workflow to bring them"
        " back, or change the manifests. Every run edits this issue, closes it when they agree, and opens it again when"
        " they differ again.\n\n"
    )

    def body(history: History) -> str:
        tail = f"\n{history}"
        if not drifted:
            return f"{marker}\n{agree}{tail}"
        room = limit - len(tail) - len(differ)
        return Frame(marker=marker).around(room, lambda left: differ + plan_markdown(document, left, "", moment)) + tail

    return Issue(marker=marker, title=title, body=body)


def fenced(text: str, limit: int) -> str:
    """Return a text in a fence that it cannot close. When it is too long, it is cut at a line, and the text says so."""
    shown = visible(text, keep="\n").strip("\n")
    longest = max((len(run) for run in re.findall("`+", shown)), default=0)
    fence = "`" * max(3, longest + 1)
    room = limit - 2 * len(fence) - 100
    note = ""
    if len(shown) > room:
        cut = shown[: max(0, room)]
        kept = cut.rpartition("\n")[0] or cut
        note = say(f"\n{shown.count(chr(10)) - kept.count(chr(10))} more lines are left out here.\n")
        shown = kept
    return f"{fence}text\n{shown}\n{fence}\n{note}"


def append_summary(file: Path, text: str, limit: int) -> None:
    """Add a text to a job's summary.

    Raises:
        ReconcilerError: it cannot be written, or is over the host's limit of bytes together with what is there.
    """
    place = check_file(file)
    try:
        there = place.read_bytes() if place.exists() else b""
    except OSError as error:
        raise ReconcilerError(f"{file} cannot be read: {error.strerror}") from error
    whole = there + text.encode("utf-8", "backslashreplace")
    if len(whole) > limit:
        raise ReconcilerError(f"the job summary would be longer than {limit} bytes", hint="Use fewer chars.")
    write_whole(file, whole)


def is_link(url: str) -> bool:
    """Return whether an address may stand in a link: only https, or http of a test server, without characters that
    end a link."""
    return _LINK.fullmatch(url) is not None


def checked_link(url: str) -> str:
    """Return an address as the target of a Markdown link: only https, or http of a test server.

    Raises:
        UsageError: it is none.
    """
    if not is_link(url):
        raise UsageError(f"{url!r} is not an address", hint="Give `--artifact-url` as https://...")
    return url


def _commit(moment: Moment) -> str:
    return _linked(code(moment.commit[:12] or say("this commit")), moment.commit_url)


def _linked(text: str, url: str) -> str:
    """Return Markdown with links. The addresses come from the environment: one that is no address is left out."""
    return f"[{text}]({url})" if is_link(url) else text


@said
def _scope(document: Document) -> str:
    narrowed = any(plan.is_part for plan in plans_of(document))
    if isinstance(document, Fleet):
        return "Covers a part of the targets only, see below." if narrowed else "Covers whole targets."
    return "Covers a part of the target only, see below." if narrowed else "Covers the whole target."
