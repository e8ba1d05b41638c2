"""`adopt`: takes over live templates that manifests describe, from nobody or from the project that hands them over."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Annotated

import click

from reconciler.cli.apply.one import exit_code, question
from reconciler.cli.options.completion import template_names
from reconciler.cli.options.declared import Option, argument, takes_options
from reconciler.cli.options.lock import LockOptions
from reconciler.cli.options.output import OutputOptions
from reconciler.cli.options.project import AllowAbsent, ProjectOptions
from reconciler.cli.options.service import ServiceOptions
from reconciler.cli.options.settings import settings_from
from reconciler.cli.terminal.confirm import YesOption, confirm
from reconciler.cli.terminal.outlets import outcomes_follow, warn
from reconciler.cli.terminal.progress import progress_display
from reconciler.cli.terminal.signals import ending_in_order, halting
from reconciler.errors import ManifestError, ReconcilerError, RefusedError, UsageError
from reconciler.kinds.base import Kinds, by_name
from reconciler.languages import say
from reconciler.live import Service
from reconciler.lock import Held, locked
from reconciler.model import Plan, ResourceId, Severity, Verb
from reconciler.model.nearest import meant
from reconciler.model.quick import dataclass
from reconciler.pipeline import (
    Run,
    Settings,
    Workspace,
    apply_plan,
    broken_manifests,
    connected,
    look_at,
    plan_again,
    usable,
)
from reconciler.pipeline.versions import described_by_id
from reconciler.plan.selection import Selection
from reconciler.render.text import plan_text, report_text

ID_BEGINS = "tpl"
"""The letters with which ids of templates begin (API.md, section 1.9)."""


@click.command(short_help="Mark live templates as this project's, without touching versions.")
@argument("names", nargs=-1, metavar="[NAME]...", shell_complete=template_names)
@takes_options
def adopt(
    names: tuple[str, ...],
    *,
    project: ProjectOptions,
    everything: Annotated[
        bool, Option("--all", help="Every template that a manifest describes and nobody owns.")
    ] = False,
    former: Annotated[
        str, Option("--from", metavar="PROJECT", help="Take them over from this project too, which hands them over.")
    ] = "",
    yes: YesOption = False,
    allow_absent: AllowAbsent = (),
    lock: LockOptions,
    service: ServiceOptions,
    output: OutputOptions,
) -> int:
    """Mark live templates as this project's, without touching versions.

    Each NAME (or id) must be described by a manifest. Its live template gets this project's marks, with the manifest's
    labels, description and protection; versions and the default stay as they are, and `plan` shows what is left to do.
    A template of another project is refused (exit code 3), and then nothing is written, unless --from names it.

    \b
    Examples:
      dlc-reconciler adopt resnet50-train --target prod
      dlc-reconciler adopt --all --yes --target prod
      dlc-reconciler adopt resnet50-train --from vision-research
    """
    if bool(names) == everything:
        problem = "names and --all exclude each other" if names else "nothing to adopt was named"
        raise UsageError(problem, hint="Name templates, or add `--all`.")
    settings = replace(settings_from(project, service, output), allow_absent=allow_absent)
    workspace = usable(look_at(settings))
    for note in broken_manifests(workspace):
        output.err.line(say(note))
    asked = Asked(names, former=former, yes=yes)
    with ending_in_order(), locked(lock.spec(settings, workspace.target.region), warn) as held:
        return _adopt(settings, workspace, output, asked, held)


@dataclass(frozen=True, slots=True)
class Asked:
    """What to adopt: these names or ids, each of which must exist, or everything. With `yes` nobody is asked."""

    names: tuple[str, ...]
    former: str
    """The project that hands them over; empty for none."""
    yes: bool


def _adopt(settings: Settings, workspace: Workspace, output: OutputOptions, asked: Asked, held: Held | None) -> int:
    palette = output.palette
    with connected(settings, workspace) as service:
        wanted = _wanted(settings.kinds, workspace, service, asked.names)
        workspace = _asking_for(workspace, wanted, asked.former)
        whole = plan_again(settings, workspace, service, Selection())
        plan = adoptions(whole, wanted)
        _refuse(plan)
        _require(whole, wanted if asked.names else ())
        click.echo(plan_text(plan, palette), nl=False, color=True)
        if plan.is_empty:
            return 0
        confirm(question(plan), yes=asked.yes)
        with progress_display(plan, plain=output.no_color) as watcher, halting() as halt:
            if held is not None:
                held.tell_when_lost(halt.set)
            report = apply_plan(settings, workspace, service, plan, Run(watcher=watcher, halt=halt))
    outcomes_follow()
    click.echo(report_text(report, palette), nl=False, color=True)
    return exit_code(report)


def adoptions(whole: Plan, wanted: Iterable[ResourceId]) -> Plan:
    """Return the part of a plan that adopts. Everything else in it is left to `apply`."""
    ids = set(wanted)
    actions = tuple(action for action in whole.actions if action.verb is Verb.ADOPT and action.id in ids)
    return replace(
        whole,
        actions=actions,
        broken=(),
        retained=(),
        unmanaged=(),
        unchanged=len(ids) - len(actions),
        findings=tuple(found for found in whole.findings if found.subject in ids),
    )


def _wanted(kinds: Kinds, workspace: Workspace, service: Service, names: tuple[str, ...]) -> list[ResourceId]:
    """Return the resources that are meant, of kinds that carry a mark of their project.

    Raises:
        ReconcilerError: a name that no manifest describes.
        ManifestError: its manifest has errors.
    """
    known = by_name(kinds)
    described = [id for id in workspace.desired.resources if known[id.kind].is_adopted]
    if not names:
        return described
    adopted = {id.name: id for id in described}
    ids = [name for name in names if name not in adopted and name.startswith(ID_BEGINS)]
    by_id = {each: described_by_id(workspace, service, each) for each in ids}
    names = tuple(by_id.get(name) or name for name in names)
    for name in names:
        if name in adopted:
            continue
        wrong = [item for each in workspace.desired.broken if each.name == name for item in each.shown.findings]
        if wrong:
            raise ManifestError(wrong)
        other = next((id for id in workspace.desired.resources if id.name == name), None)
        if other is not None:
            noun = known[other.kind].noun
            raise ReconcilerError(f'"{name}" is a {noun}: these belong to a project by their name alone')
        guess = meant(name, adopted)
        hint = "" if guess else f'Write one, for example with `dlc-reconciler export "{name}"`.'
        raise ReconcilerError(f'no manifest describes a template "{name}"{guess}', hint=hint)
    return [adopted[name] for name in dict.fromkeys(names)]


def _asking_for(workspace: Workspace, wanted: Iterable[ResourceId], former: str) -> Workspace:
    """Return the workspace with these manifests changed so that they ask for adoption."""
    resources = dict(workspace.desired.resources)
    for id in wanted:
        body = resources[id].body
        resources[id] = replace(resources[id], body=replace(body, adopt=True, adopt_from=former or body.adopt_from))
    return replace(workspace, desired=replace(workspace.desired, resources=resources))


def _refuse(plan: Plan) -> None:
    """Raise an error for everything that prevents adoption.

    Raises:
        RefusedError: a template of another project, or one whose identity is unclear.
    """
    errors = [found for found in plan.findings if found.severity is Severity.ERROR]
    if errors:
        raise RefusedError(
            "nothing was adopted",
            reasons=[f"{found.code} {found.subject}: {found.summary}" for found in errors],
            hint=errors[0].hint,
        )


def _require(whole: Plan, named: Collection[ResourceId]) -> None:
    """Raise an error when a template that was named is not live.

    Raises:
        ReconcilerError: with every such name.
    """
    missing = [action.id.name for action in whole.actions if action.verb is Verb.CREATE and action.id in named]
    if missing:
        raise ReconcilerError(
            f"not there to be adopted: {', '.join(missing)}", hint="`dlc-reconciler apply` creates them."
        )
