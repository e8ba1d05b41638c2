"""`ci comment|summary|annotate|counts|issue`: shows a plan, or how it ended, where people look."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated

import click

from reconciler.ci import Host, Marker, Place, report_drift, summary_file, upsert_comment
from reconciler.ci.drift_history import News
from reconciler.ci.order import since_the_last_apply
from reconciler.cli.ci.document import (
    Document,
    Report,
    findings_of,
    has_drift,
    is_worth_a_comment,
    load_document,
    plans_of,
    target_of,
)
from reconciler.cli.ci.fleetreport import load_any_report
from reconciler.cli.ci.review_texts import (
    Frame,
    append_summary,
    apply_marker,
    drift_issue,
    plan_markdown,
    plan_marker,
    report_markdown,
)
from reconciler.cli.ci.where import ArtifactUrl, ReportFile, Where, moment_now, tell
from reconciler.cli.options.declared import Option, takes_options
from reconciler.cli.options.planfile import takes_plan
from reconciler.cli.options.project import ProjectFileOptions
from reconciler.errors import UsageError
from reconciler.git.checkout import folder_in_repository
from reconciler.model import Verb
from reconciler.model.quick import dataclass
from reconciler.render.findings import workflow_commands

SUMMARY_BYTES = 1024 * 1024
"""How many bytes a job's summary may have on hosts that have summaries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """What is shown: a plan, the plans of many targets, or the report of their apply."""

    plan: Document
    report: Report | None
    whole: str

    def text(self, room: int, place: Place | None = None) -> str:
        """Return it as Markdown of at most so many characters."""
        moment = moment_now(place.job if place else None)
        if self.report is None:
            return plan_markdown(self.plan, room, self.whole, moment)
        return report_markdown(self.plan, self.report, room, self.whole, moment)

    def marker(self, place: Place, limit: int) -> Marker:
        """Return the hidden first line."""
        if self.report is None:
            return plan_marker("plan", self.plan, limit, place.job.head)
        return apply_marker(self.plan, self.report, place.job.commit)

    @property
    def is_worth_a_comment(self) -> bool:
        """Whether there is something that people should look at; a plan with nothing to do needs no comment."""
        return self.report is not None or is_worth_a_comment(self.plan)


def _load(file: Path, report: Path | None, whole: str) -> _Shown:
    plan = load_document(file)
    return _Shown(plan=plan, report=load_any_report(report, plan) if report else None, whole=whole)


@click.command(short_help="Write the plan on its request, in one comment per target.")
@takes_plan
@takes_options
def comment(
    *,
    file: Path,
    report: ReportFile = None,
    max_chars: Annotated[
        int | None,
        Option(
            "--max-chars",
            variable=False,
            type=click.IntRange(1000),
            metavar="N",
            help="Limit, if less than the code host's own.",
        ),
    ] = None,
    artifact_url: ArtifactUrl = "",
    where: Where,
) -> int:
    """Write the plan on its request, in one comment per target.

    The comment on the pull or merge request is edited in place. A plan with nothing to do edits a comment that is
    there, and makes none. Outside a request (after a merge), the request that brought the commit is meant. A report
    is written on every request whose changes it applied: all that were merged since the last apply that our own
    report calls done.

    \b
    Examples:
      dlc-reconciler ci comment plan.json
      dlc-reconciler ci comment plan.json --report apply.jsonl
    """
    shown = _load(file, report, artifact_url)
    place = where.place()
    longest = place.platform.limits.comment
    limit = min(max_chars or longest, longest)
    marker = shown.marker(place, limit)
    text = Frame(marker=marker, artifact_url=artifact_url).around(limit, lambda room: shown.text(room, place))
    with where.opened(place) as host:
        host.account()
        for number in _requests(shown, where, place, host):
            tell("Comment", upsert_comment(host.comments(number), marker, text, create=shown.is_worth_a_comment))
    return 0


def _requests(shown: _Shown, where: Where, place: Place, host: Host) -> list[int]:
    """Return the requests that get the text; for a report, all requests that this apply brought."""
    own = where.planned(place, host) if shown.report is None else where.request(place, host)
    if shown.report is None or place.job.number is not None:
        return [own]
    wanted = Marker(purpose="plan", project=shown.plan.project, target=target_of(shown.plan))
    return [said.number for said in since_the_last_apply(host, place.job, wanted, own)]


@click.command(short_help="Add the plan, or how it ended, to the job's summary.")
@takes_plan
@takes_options
def summary(
    *,
    file: Path,
    report: ReportFile = None,
    to: Annotated[
        Path | None,
        Option(
            "--to",
            variable=False,
            type=click.Path(path_type=Path),
            help="File; where the job has a summary, it is known.",
        ),
    ] = None,
    artifact_url: ArtifactUrl = "",
) -> int:
    """Add the plan, or how it ended, to the job's summary.

    \b
    Example:
      dlc-reconciler ci summary plan.json
    """
    to = to or summary_file(os.environ)
    if to is None:
        raise UsageError("where to?", hint="Add `--to FILE`; in a GitHub job GITHUB_STEP_SUMMARY says it.")
    shown = _load(file, report, artifact_url)
    text = Frame(artifact_url=artifact_url).around(SUMMARY_BYTES // 4 - 1, shown.text)
    append_summary(to, text + "\n", SUMMARY_BYTES)
    return 0


@click.command(short_help="Put the findings of a plan on their lines.")
@takes_plan
@takes_options
def annotate(*, file: Path, at: ProjectFileOptions) -> int:
    """Put the findings of a plan on their lines, as GitHub workflow commands.

    The problems of the manifests themselves: `dlc-reconciler validate --format github`.

    \b
    Example:
      dlc-reconciler ci annotate plan.json
    """
    folder = at.file.parent
    click.echo(workflow_commands(findings_of(load_document(file)), prefix=folder_in_repository(folder)), nl=False)
    return 0


@click.command(short_help="Print how many objects a plan creates, updates and deletes.")
@takes_plan
@takes_options
def counts(*, file: Path) -> int:
    """Print how many objects a plan creates, updates and deletes, as GitLab's Terraform report has it.

    GitLab shows the three numbers on the merge request when the job keeps the file as `artifacts:reports:terraform`.

    \b
    Example:
      dlc-reconciler ci counts plan.json > counts.json
    """
    plans = plans_of(load_document(file))
    made, gone = (sum(plan.count(verb) for plan in plans) for verb in (Verb.CREATE, Verb.DELETE))
    others = (
        (plan.target.name, action.id)
        for plan in plans
        for action in plan.changes
        if action.verb not in (Verb.CREATE, Verb.DELETE)
    )
    changed = len(set(others))
    click.echo(json.dumps({"create": made, "update": changed, "delete": gone}))
    return 0


@click.command(short_help="Keep one issue about drift, closed when there is none.")
@takes_plan
@takes_options
def issue(*, file: Path, where: Where) -> int:
    """Keep one issue about drift, closed when there is none.

    One for each project and target: opened or edited when the plan has something to do, closed when not. The same
    issue is opened again when drift comes back, and keeps a short history of that.

    \b
    Example:
      dlc-reconciler ci issue plan.json
    """
    plan, place = load_document(file), where.place()
    drifted = has_drift(plan)
    moment = moment_now(place.job)
    told = drift_issue(plan, place.platform.limits.comment, moment, drifted=drifted)
    with where.opened(place) as host:
        done = report_drift(host.issues(), told.marker, told.title, told.body, News(drifted=drifted, at=moment.at))
    tell("Issue", done)
    return 0
