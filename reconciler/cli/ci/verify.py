"""`ci verify`: lets pass only what was reviewed, and only while the branch still wants it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import click

from reconciler.ci import Coverage, Host, Marker, Place
from reconciler.ci.order import Question, Said, covered, overtaken_by, said_on, since_the_last_apply
from reconciler.cli.ci.document import Document, load_document, plans_of, target_of
from reconciler.cli.ci.where import Where
from reconciler.cli.options.declared import Option, takes_options
from reconciler.cli.options.missing import MayBeMissing
from reconciler.cli.options.planfile import takes_plan
from reconciler.cli.options.project import ProjectFileOptions
from reconciler.errors import ReconcilerError, RefusedError, UsageError
from reconciler.git.checkout import folder_in_repository
from reconciler.languages import say
from reconciler.model import Fleet, Plan
from reconciler.model.nearest import meant
from reconciler.model.quick import dataclass
from reconciler.pipeline import Settings, look_at

_MOST = 20
"""Up to this many actions that nobody reviewed are named."""


@click.command(short_help="Refuse a plan that was not reviewed, or was overtaken.")
@takes_plan
@takes_options
def verify(
    *,
    file: Path,
    reviewed: Annotated[
        Path | None,
        Option(
            "--reviewed",
            variable=False,
            type=click.Path(path_type=Path, dir_okay=False),
            help="The plan file that was reviewed.",
        ),
    ] = None,
    allow_missing: MayBeMissing = (),
    project: ProjectFileOptions,
    where: Where,
) -> int:
    """Refuse a plan that was not reviewed, or was overtaken.

    Every action must be covered by a plan that was shown on a request. Without --reviewed, what our own comments
    cover counts: on the request that brought this commit, and on those merged since the last apply that our own
    report calls done. Part of a reviewed plan is covered too, so that an apply that failed half-way can be run again.

    A commit that its branch has gone past is refused when a later one was applied already, or changes the same objects.
    The newest commit may be run again as often as you like. Exit code 3 when the plan is refused.

    A document of many targets is refused when one of them has no plan, unless --allow-missing names it.

    \b
    Examples:
      dlc-reconciler ci verify plan.json
      dlc-reconciler ci verify plan.json --reviewed reviewed.json
    """
    document = load_document(file)
    _refuse_missing(document, allow_missing)
    plans = plans_of(document)
    count = sum(len(plan.changes) for plan in plans)
    if not count:
        click.echo(say("Nothing to apply, so nothing to review."))
        return 0
    if reviewed:
        review = _Review(source=str(reviewed), covers=Coverage.of(*plans_of(load_document(reviewed))))
    else:
        review = _on_the_host(document, project.file, where)
    missing = _uncovered(review.covers, document)
    if missing:
        raise RefusedError(
            f"{len(missing)} of {count} actions were not reviewed in {review.source}",
            reasons=[*missing[:_MOST], *([f"and {len(missing) - _MOST:,} more"] if len(missing) > _MOST else [])],
            hint="The manifests or the live objects changed since the review: bring it up to date and review it again.",
        )
    click.echo(say(f"Every action ({count}) was reviewed in {review.source}."))
    return 0


def _refuse_missing(document: Document, allowed: tuple[str, ...]) -> None:
    """Refuse a document without the plan of a target, because it shows less than the whole.

    Raises:
        RefusedError: a target has no plan, and nobody said that it may be missing; or a name that may be missing is
            that of no target.
    """
    targets = document.targets if isinstance(document, Fleet) else (document.target.name,)
    for name in allowed:
        if name not in targets:
            raise RefusedError(f'--allow-missing: "{name}" is no target of the document{meant(name, targets)}')
    absent = [each for each in document.failed if each.target not in allowed] if isinstance(document, Fleet) else []
    if absent:
        raise RefusedError(
            f"the document has no plan of {len(absent)} of its targets",
            reasons=[f"{each.target}: {each.message}" for each in absent],
            hint="Make it again, or add `--allow-missing TARGET` for each that may be left out.",
        )


def _uncovered(covers: Coverage, document: Document) -> list[str]:
    """Return the actions that nobody reviewed, for people."""
    plans = plans_of(document)
    if covers.is_of_all(plans):
        return []
    many = isinstance(document, Fleet)
    return [
        f"{plan.target.name}: {action.key}" if many else f"{action.key}"
        for plan in plans
        for action in covers.uncovered(plan)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Review:
    """What was reviewed, and where."""

    source: str
    covers: Coverage


def _on_the_host(document: Document, project: Path, where: Where) -> _Review:
    """Return what our comments cover.

    Raises:
        RefusedError: there is no request, no comment of ours on it, or a later commit overtook this one.
    """
    place = where.place()
    wanted = Marker(purpose="plan", project=document.project, target=target_of(document))
    with where.opened(place) as host:
        host.account()
        own = _request(where, place, host)
        if place.job.number is None:
            _refuse_overtaken(place, host, own, _question(document, wanted, project))
            said = list(since_the_last_apply(host, place.job, wanted, own))
        else:
            said = [said_on(host, own, wanted)]
    shown = [each for each in said if each.plan is not None]
    if not shown:
        raise RefusedError(
            f"no plan of {document.project} for {target_of(document)} was shown on request {own} of {place.repository}",
            hint="The plan job writes it there; another account's comments do not count (`--author`).",
        )
    if not any(each.plan and each.plan.covers.digests for each in shown):
        raise RefusedError(
            f"the plan on request {own} of {place.repository} was out of date when it was merged",
            hint="Its job could not plan the last commit. Run that again, look at the plan, then run this job again.",
        )
    return _Review(source=_named(place, shown), covers=covered(shown))


def _named(place: Place, shown: list[Said]) -> str:
    first, *more = shown
    others = f", and on request {', '.join(str(each.number) for each in more)}" if more else ""
    return f"{place.repository} {first.number} ({first.url or 'its comment'}){others}"


def _request(where: Where, place: Place, host: Host) -> int:
    try:
        return where.request(place, host)
    except UsageError as error:
        raise RefusedError(error.message, hint="Changes are reviewed on a request before they are merged.") from error


def _refuse_overtaken(place: Place, host: Host, own: int, question: Question) -> None:
    reason = overtaken_by(host, place.job, own, question)
    if reason:
        raise RefusedError(
            f"commit {place.job.commit[:12]} was overtaken: {reason}",
            hint="The newest commit's run applies what holds now: run that one again instead.",
        )


def _question(document: Document, wanted: Marker, project: Path) -> Question:
    prefix = folder_in_repository(project.parent)
    plans = plans_of(document)
    found = [_sources(plan, project, prefix) for plan in plans]
    known = [each for each in found if each is not None]
    sources = {name: file for each in known for name, file in each.items()} if len(known) == len(found) else None
    return Question(plans=plans, wanted=wanted, sources=sources, folder=prefix)


def _sources(plan: Plan, project: Path, prefix: str) -> Mapping[str, str] | None:
    """Return the manifest of each resource, relative to the repository; None where the manifests cannot be read
    here."""
    try:
        workspace = look_at(Settings(project_file=project, target=plan.target.name))
    except (ReconcilerError, OSError):
        return None
    found = {str(id): file for id, (_, file) in workspace.desired.asked.items()}
    return {name: f"{prefix}/{file}" if prefix else file for name, file in found.items()}
