"""The texts that `ci` puts on a code host: comment, job summary, drift issue. Markdown that no content can break."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from reconciler.ci import Coverage, Marker
from reconciler.ci.history import History
from reconciler.errors import ReconcilerError
from reconciler.files import check_file, write_whole
from reconciler.model import Plan
from reconciler.plan.codec import plan_id
from reconciler.render.markdown import SMALLEST
from reconciler.render.markdown import plan_markdown as render
from reconciler.render.style import visible

SUMMARY_BYTES = 1024 * 1024
"""GitHub drops a job summary that is longer, as a whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What stands around a plan: the hidden marker before it, and where the whole plan is after it."""

    marker: Marker | None = None
    artifact_url: str = ""

    def around(self, limit: int, body: Callable[[int], str]) -> str:
        """The whole text within `limit` characters; `body` is told how many are left for it."""
        head = f"{self.marker}\n" if self.marker else ""
        foot = f"\n[The whole plan]({_link(self.artifact_url)})\n" if self.artifact_url else ""
        room = limit - len(head) - len(foot)
        if room < SMALLEST:
            raise ReconcilerError(f"{limit} characters are too few for a comment", hint="Give a larger `--max-chars`.")
        text = body(room)
        return f"{head}{text}{foot if self.artifact_url not in text else ''}"


def plan_marker(purpose: str, plan: Plan, limit: int) -> Marker:
    """The marker of a text about this plan; what it covers takes an eighth of the text at most."""
    return Marker(
        purpose=purpose,
        project=plan.project,
        target=plan.target.name,
        plan_id=plan_id(plan),
        covers=Coverage.of(plan).within(limit // 8),
    )


def plan_markdown(plan: Plan, limit: int, whole: str = "") -> str:
    """The plan as Markdown of at most `limit` characters; `whole` says where the rest is."""
    return render(plan, plan_id(plan), max_chars=limit, whole=whole)


def report_markdown(plan: Plan, report: str, limit: int) -> str:
    """What apply printed, below a title."""
    title = f"### Applied `{_code(plan.project)}` → `{_code(plan.target.name)}`\n\n"
    return title + fenced(report, limit - len(title))


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """An issue to be written: `body` makes its text from its history."""

    marker: Marker
    title: str
    body: Callable[[History], str]


def drift_issue(plan: Plan, limit: int, *, drifted: bool) -> Issue:
    """The issue about drift of one project at one target."""
    marker = plan_marker("drift", plan, limit)
    title = f"Drift of {visible(plan.project)} at {visible(plan.target.name)}"
    agree = f"The live objects of target `{_code(plan.target.name)}` are what the manifests say.\n"
    differ = (
        f"The live objects of target `{_code(plan.target.name)}` are not what the manifests say. Run the apply workflow"
        " to bring them back, or change the manifests. Every run edits this issue, closes it when they agree, and opens"
        " it again when they differ again.\n\n"
    )

    def body(history: History) -> str:
        tail = f"\n{history}"
        if not drifted:
            return f"{marker}\n{agree}{tail}"
        room = limit - len(tail) - len(differ)
        return Frame(marker=marker).around(room, lambda left: differ + plan_markdown(plan, left)) + tail

    return Issue(marker=marker, title=title, body=body)


def fenced(text: str, limit: int) -> str:
    """A text in a fence that it cannot close, cut at a line when it is too long; the cut is said."""
    shown = visible(text, keep="\n").rstrip("\n")
    longest = max((len(run) for run in re.findall("`+", shown)), default=0)
    fence = "`" * max(3, longest + 1)
    room = limit - 2 * len(fence) - 100
    note = ""
    if len(shown) > room:
        cut = shown[: max(0, room)]
        kept = cut.rpartition("\n")[0] or cut
        note = f"\n{shown.count(chr(10)) - kept.count(chr(10))} more lines are left out here.\n"
        shown = kept
    return f"{fence}text\n{shown}\n{fence}\n{note}"


def append_summary(file: Path, text: str) -> None:
    """Add to a job's summary.

    Raises:
        ReconcilerError: it cannot be written, or is over GitHub's limit together with what is there.
    """
    place = check_file(file)
    try:
        there = place.read_bytes() if place.exists() else b""
    except OSError as error:
        raise ReconcilerError(f"{file} cannot be read: {error.strerror}") from error
    whole = there + text.encode("utf-8", "backslashreplace")
    if len(whole) > SUMMARY_BYTES:
        raise ReconcilerError(f"the job summary would be longer than {SUMMARY_BYTES} bytes", hint="Use fewer chars.")
    write_whole(file, whole)


def _code(text: str) -> str:
    """A name inside a code span."""
    return visible(text).replace("`", "'")


def _link(url: str) -> str:
    """An address as a Markdown link's target; only https, and http of a test server, with nothing that ends it."""
    if not re.fullmatch(r"https?://[^\s()<>\\\"]+", url):
        raise ReconcilerError(f"{url!r} is not an address", hint="Give `--artifact-url` as https://...")
    return url
