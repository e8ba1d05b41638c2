"""`ci comment|summary|annotate|issue|verify|oidc-token`: what a pipeline shows where the review happens."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from reconciler.cli.options import option
from reconciler.cli.outlets import outcomes_follow
from reconciler.cli.planfile import load
from reconciler.cli.repository import folder_in_repository
from reconciler.errors import ReconcilerError, RefusedError, UsageError
from reconciler.model import Plan
from reconciler.render.findings import workflow_commands

if TYPE_CHECKING:
    from reconciler.ci import Coverage, Place, Upserted
    from reconciler.ci.platform import Host

CommandT = TypeVar("CommandT", bound=Callable[..., Any])

plan_file = click.option(
    "--file", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The file that `plan --out` wrote."
)


def place_options(command: CommandT) -> CommandT:
    """Where the texts go; the environment of a GitHub or GitLab job knows all of it."""
    for decorate in (
        option("--author", metavar="LOGIN", default="", help="Whose texts are ours, if not the token's own account."),
        option("--number", type=click.IntRange(1), metavar="N", help="The pull or merge request."),
        option("--repository", metavar="OWNER/NAME", default="", help="The repository."),
        option("--platform", metavar="NAME", default="", help="The code host, where the job does not tell."),
    ):
        command = decorate(command)
    return command


@click.group(short_help="Show plans where the review happens, and check what was reviewed.")
def ci() -> None:
    """Show plans where the review happens, and check what was reviewed.

    On GitHub and GitLab the environment of the job says which repository and request; the token comes from GITHUB_TOKEN
    or GITLAB_TOKEN and from nowhere else. A command that cannot write its text ends with exit code 1 and one line.

    \b
    Example:
      dlc-reconciler ci comment --file plan.json
    """


@ci.command(short_help="Write the plan on its request, in one comment per target.")
@plan_file
@click.option("--report", type=click.Path(path_type=Path, dir_okay=False), help="What `apply` printed: show that.")
@click.option("--max-chars", type=click.IntRange(1000), metavar="N", help="Limit, if less than the code host's own.")
@click.option("--artifact-url", metavar="URL", default="", help="Where the whole plan can be downloaded.")
@place_options
def comment(**options: Any) -> int:
    """Write the plan on its pull or merge request, in one comment per target that is edited in place.

    A plan with nothing to do edits a comment that is there, and makes none. Outside a request (after a merge), the
    request that brought the commit is meant.

    \b
    Example:
      dlc-reconciler ci comment --file plan.json
    """
    from reconciler.ci import upsert_comment  # noqa: PLC0415
    from reconciler.cli.ci_texts import Frame, plan_markdown, plan_marker, report_markdown  # noqa: PLC0415

    plan, report = load(options["file"]), _text_of(options["report"])
    place, whole = _place(options), options["artifact_url"]
    with _opened(place, options) as host:
        number = _number(place, host)
        limit = min(options["max_chars"] or place.platform.limits.comment, place.platform.limits.comment)
        marker = plan_marker("plan" if report is None else "apply", plan, limit)
        text = Frame(marker=marker, artifact_url=whole).around(
            limit,
            lambda room: plan_markdown(plan, room, whole) if report is None else report_markdown(plan, report, room),
        )
        create = report is not None or not plan.is_empty or plan.is_blocked
        _say("Comment", upsert_comment(host.comments(number), marker, text, create=create))
    return 0


@ci.command()
@plan_file
@click.option("--report", type=click.Path(path_type=Path, dir_okay=False), help="What `apply` printed: show that.")
@click.option("--to", type=click.Path(path_type=Path), help="File; where the job has a summary, it is known.")
@click.option("--artifact-url", metavar="URL", default="", help="Where the whole plan can be downloaded.")
def summary(**options: Any) -> int:
    """Add the plan to the job's summary.

    \b
    Example:
      dlc-reconciler ci summary --file plan.json
    """
    from reconciler.ci import summary_file  # noqa: PLC0415
    from reconciler.cli.ci_texts import (  # noqa: PLC0415
        SUMMARY_BYTES,
        Frame,
        append_summary,
        plan_markdown,
        report_markdown,
    )

    to = options["to"] or summary_file(os.environ)
    if to is None:
        raise UsageError("where to?", hint="Add `--to FILE`; in a GitHub job GITHUB_STEP_SUMMARY says it.")
    plan, report, whole = load(options["file"]), _text_of(options["report"]), options["artifact_url"]
    text = Frame(artifact_url=whole).around(
        SUMMARY_BYTES // 4 - 1,
        lambda room: plan_markdown(plan, room, whole) if report is None else report_markdown(plan, report, room),
    )
    append_summary(to, text + "\n")
    return 0


@ci.command(short_help="Put the findings of a plan on their lines.")
@plan_file
@option(
    "--project",
    metavar="FILE",
    type=click.Path(path_type=Path),
    default=Path("reconciler.yaml"),
    show_default=True,
    help="The project file, or the folder that holds it.",
)
def annotate(file: Path, project: Path) -> int:
    """Put the findings of a plan on their lines, as GitHub workflow commands.

    The problems of the manifests themselves: `dlc-reconciler validate --format github`.

    \b
    Example:
      dlc-reconciler ci annotate --file plan.json
    """
    folder = project if project.is_dir() else project.parent
    click.echo(workflow_commands(load(file).findings, prefix=folder_in_repository(folder)), nl=False)
    return 0


@ci.command(short_help="Keep one issue about drift, closed when there is none.")
@plan_file
@place_options
def issue(**options: Any) -> int:
    """Open or edit the one issue about drift of a target; close it when the plan has nothing to do.

    The same issue is opened again when drift comes back, and keeps a short history of that.

    \b
    Example:
      dlc-reconciler ci issue --file plan.json
    """
    from reconciler.ci import report_drift  # noqa: PLC0415
    from reconciler.ci.history import News  # noqa: PLC0415
    from reconciler.cli.ci_texts import drift_issue  # noqa: PLC0415

    plan, place = load(options["file"]), _place(options)
    drifted = not plan.is_empty or plan.is_blocked
    news = News(drifted=drifted, at=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC")
    issue = drift_issue(plan, place.platform.limits.comment, drifted=drifted)
    with _opened(place, options) as host:
        _say("Issue", report_drift(host.issues(), issue.marker, issue.title, issue.body, news))
    return 0


@ci.command(short_help="Refuse a plan that was not reviewed.")
@plan_file
@click.option("--reviewed", type=click.Path(path_type=Path, dir_okay=False), help="The plan file that was reviewed.")
@place_options
def verify(**options: Any) -> int:
    """Refuse a plan that was not reviewed: every action must be covered by the plan on the request.

    Without --reviewed, what our own comment on the request covers counts. Part of the reviewed plan is covered too, so
    that an apply that failed half-way can be run again. Exit code 3 when something is not covered.

    \b
    Examples:
      dlc-reconciler ci verify --file plan.json
      dlc-reconciler ci verify --file plan.json --reviewed reviewed.json
    """
    from reconciler.ci import Coverage  # noqa: PLC0415

    plan = load(options["file"])
    if plan.is_empty:
        click.echo("Nothing to apply, so nothing to review.")
        return 0
    if options["reviewed"]:
        source, covers = str(options["reviewed"]), Coverage.of(load(options["reviewed"]))
    else:
        source, covers = _reviewed(plan, options)
    missing = covers.uncovered(plan)
    if missing:
        raise RefusedError(
            f"{len(missing)} of {len(plan.actions)} actions were not reviewed in {source}",
            reasons=[f"{action.key}" for action in missing[:20]],
            hint="The manifests or the live objects changed since the review: bring it up to date and review it again.",
        )
    click.echo(f"All {len(plan.actions)} actions were reviewed in {source}.")
    return 0


@ci.command("oidc-token", short_help="Write a GitHub job's OIDC token to a file.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The file to write.")
@option(
    "--audience", metavar="NAME", default="sts.aliyuncs.com", show_default=True, help="As the OIDC provider has it."
)
def oidc_token(out: Path, audience: str) -> int:
    """Write a GitHub job's OIDC token to a file for ALIBABA_CLOUD_OIDC_TOKEN_FILE. It is not printed.

    \b
    Example:
      dlc-reconciler ci oidc-token --out oidc-token
    """
    from reconciler.ci.oidc import fetch_token, write_secret  # noqa: PLC0415

    write_secret(out, fetch_token(os.environ, audience))
    return 0


def _reviewed(plan: Plan, options: dict[str, Any]) -> tuple[str, Coverage]:
    """What our comment on the request covers, and how to call that comment.

    Raises:
        RefusedError: there is no request, or no comment of ours on it.
    """
    from reconciler.ci import Marker  # noqa: PLC0415

    place = _place(options)
    wanted = Marker(purpose="plan", project=plan.project, target=plan.target.name)
    with _opened(place, options) as host:
        try:
            number = _number(place, host)
        except UsageError as error:
            raise RefusedError(
                error.message, hint="Changes are reviewed on a request before they are merged."
            ) from error
        for note in host.comments(number).all():
            marker = Marker.read(note.body) if note.mine and wanted.is_of(note.body) else None
            if marker is not None:
                return f"{place.repository} {number} ({note.url or 'its comment'})", marker.covers
    raise RefusedError(
        f"no plan of {plan.project} for {plan.target.name} was shown on request {number} of {place.repository}",
        hint="The plan job writes it there; another account's comments do not count (`--author`).",
    )


def _place(options: dict[str, Any]) -> Place:
    from reconciler.ci import find_place, platform_named, platform_of  # noqa: PLC0415

    platform = platform_named(options["platform"]) if options["platform"] else platform_of(os.environ)
    return find_place(os.environ, platform, repository=options["repository"], number=options["number"])


def _opened(place: Place, options: dict[str, Any]) -> AbstractContextManager[Host]:
    from reconciler.ci import open_host  # noqa: PLC0415

    return open_host(place, author=options["author"])


def _number(place: Place, host: Host) -> int:
    """The request of this job, or the merged one that brought its commit.

    Raises:
        UsageError: there is neither.
    """
    job = place.job
    if job.number is not None:
        return job.number
    numbers = host.requests_of(job.commit) if job.commit else []
    if not numbers:
        what = f"commit {job.commit[:12]} came with no merged request" if job.commit else "which request?"
        raise UsageError(what, hint="Add `--number N`.")
    return numbers[0]


def _text_of(file: Path | None) -> str | None:
    if file is None:
        return None
    try:
        return file.read_text(encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise ReconcilerError(f"{file} cannot be read: {error.strerror}") from error


def _say(what: str, done: Upserted) -> None:
    outcomes_follow()
    copies = f", {done.removed} older removed" if done.removed else ""
    click.echo(f"{what} {done.did}{copies}{': ' + done.url if done.url else ''}")
    for reason in done.kept:
        click.echo(f"warning: an older one stays: {reason}", err=True)
