"""`export`: live objects as manifests."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Annotated

import click

from reconciler.cli.options.declared import Option, argument, takes_options
from reconciler.cli.options.output import OutputOptions
from reconciler.cli.options.service import ServiceOptions
from reconciler.cli.options.settings import settings_from
from reconciler.cli.options.targets import TargetsOptions
from reconciler.cli.terminal.console import Console
from reconciler.cli.terminal.failures import with_failures
from reconciler.cli.terminal.outlets import STREAM, deliver
from reconciler.errors import ReconcilerError, RefusedError, UsageError
from reconciler.files import PRIVATE, write_each
from reconciler.fleet.failures import failure_of
from reconciler.fleet.selection import Choice, choose
from reconciler.languages import say
from reconciler.live import Service
from reconciler.model import Failure, Severity
from reconciler.model.nearest import listed
from reconciler.model.quick import dataclass
from reconciler.pipeline import (
    Settings,
    Workspace,
    broken_manifests,
    connected,
    listing_ahead,
    open_project,
    open_target,
    with_manifests,
)
from reconciler.pipeline.export import Export, Exported, export_jobs
from reconciler.pipeline.export import export as export_live
from reconciler.pipeline.members import open_each_once
from reconciler.render.changes import path_text


@click.command(short_help="Write live templates and TensorBoards as manifests.")
@argument("names", nargs=-1, metavar="[NAME]...")
@takes_options
def export(
    names: tuple[str, ...],
    *,
    project: TargetsOptions,
    out: Annotated[
        Path,
        Option(
            "--out",
            type=click.Path(path_type=Path),
            show_default=True,
            metavar="DIR",
            help="The folder to write templates/ and tensorboards/ into; - for standard output.",
        ),
    ] = STREAM,
    job: Annotated[
        tuple[str, ...],
        Option(
            "--job",
            metavar="JOB",
            help="A job that succeeded, by id or name, as the manifest of a template; may be given several times.",
        ),
    ] = (),
    force: Annotated[bool, Option("--force", help="Overwrite files that exist.")] = False,
    service: ServiceOptions,
    output: OutputOptions,
) -> int:
    """Write live templates and TensorBoards as manifests.

    NAME is a name or an id; without one, everything that no manifest describes yet is exported. What a manifest of the
    project describes gets no second one there (exit code 3); its own file is written anew with --force.

    Secrets are replaced by ${env.NAME} references, which are listed; their values are written nowhere. To take the
    templates over, commit the files and run `adopt`; then the plan is empty. Of many targets, each gets a folder of its
    own below DIR. With --job nothing but these jobs is exported, each without what belongs to its run.

    \b
    Examples:
      dlc-reconciler export --target prod --out .
      dlc-reconciler export resnet50-train --target prod
      dlc-reconciler export --all-targets --out live
      dlc-reconciler export --job dlc1a2b3c --out .
    """
    settings = settings_from(project, service, output)
    if job and (names or project.choice.is_of_many):
        raise UsageError("--job goes with one target and without NAME", hint="Export the jobs in a run of their own.")
    if project.choice.is_of_many:
        return _many(settings, project.choice, names, out, force=force, output=output)
    opened = open_target(settings)
    begin = nullcontext() if job else listing_ahead(settings, opened)
    with begin as ahead, connected(settings, workspace := with_manifests(settings, opened), ahead) as live:
        folder = workspace.project.root if out == STREAM else out
        if job:
            made = export_jobs(settings, workspace, live, job, folder)
        else:
            made = export_live(settings, workspace, live, names, folder)
    if out == STREAM:
        _tell_described(made.manifests, output.err)
        deliver("---\n".join(each.written.text for each in made.manifests))
    else:
        for file in _written(made.manifests, out, force=force):
            click.echo(str(file))
    tell(output.err, made, broken_manifests(workspace))
    tell_unknown_fields(output.err, made)
    return _code(made)


def _many(
    settings: Settings, choice: Choice, names: tuple[str, ...], out: Path, *, force: bool, output: OutputOptions
) -> int:
    """Export many targets, each into a folder with its name, and return the worst exit code of all.

    Raises:
        UsageError: there is no folder to write into.
    """
    if out == STREAM:
        raise UsageError("the manifests of many targets need a folder", hint="Add `--out DIR`.")
    project = open_project(settings)

    def work(own: Settings, workspace: Workspace, live: Service) -> Callable[[], _Ended]:
        folder = _folder(out, workspace)
        made = export_live(own, workspace, live, names, folder)
        end = partial(_ended, own.target, made, folder, broken_manifests(workspace), force=force)
        if any(each.is_read for each in made.manifests):
            return end  # it becomes a manifest of the project, which the other targets are still read from
        ended = end()
        return lambda: ended

    members = open_each_once(settings, project, choose(project, choice), strict=False)
    ending, failed = members.with_services(settings, work)
    ended = {target: end() for target, end in ending.items()}
    for target, each in ended.items():
        for file in each.files:
            click.echo(str(file))
        if each.refused is None:
            output.err.line(f"{target}:")
            tell(output.err, each.made, each.notes)
            tell_unknown_fields(output.err, each.made)
    written = {target: each.made for target, each in ended.items() if each.refused is None}
    _tell_of_many(written, output.err)
    refused = [each.refused for each in ended.values() if each.refused is not None]
    return with_failures((*failed, *refused), output, *map(_code, written.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ended:
    """What became of one of many targets, without the texts of its manifests."""

    made: Export
    notes: tuple[str, ...]
    files: tuple[Path, ...]
    """What was written, also of a target that was refused then."""
    refused: Failure | None = None


def _ended(target: str, made: Export, folder: Path, notes: tuple[str, ...], *, force: bool) -> _Ended:
    """Write the manifests of a target, and let their texts go."""
    files: list[Path] = []
    refused = None
    try:
        for file in _written(made.manifests, folder, force=force):
            files.append(file)  # those before an error are told
    except ReconcilerError as error:
        refused = failure_of(target, error)
    return _Ended(made=made.without_texts, notes=notes, files=tuple(files), refused=refused)


def _tell_described(manifests: Iterable[Exported], console: Console) -> None:
    """What is printed may have a manifest already: that is worth knowing before it is put into a file."""
    for each in manifests:
        if each.described:
            console.line(say(f"note: {each.written.id} is described by {each.described} already"))


def _refuse_second(manifests: Iterable[Exported], *, force: bool) -> None:
    """Refuse to write a second manifest of what one describes already: two of one name are an error.

    With `force` a file may be written that no pattern reads, because it is no manifest of the project.

    Raises:
        RefusedError: with the file of each.
    """
    second = [
        f"{each.written.id} is described by {each.described}"
        for each in manifests
        if each.is_second and (each.is_read or not force)
    ]
    if second:
        raise RefusedError(
            "manifests describe what should be exported; nothing was written",
            reasons=second,
            hint="`dlc-reconciler show NAME` prints it as it is live, `dlc-reconciler diff NAME` what differs.",
        )


def _tell_of_many(made: Mapping[str, Export], console: Console) -> None:
    """What was written for several targets: inside a project one manifest describes it on all of them."""
    targets: dict[str, list[str]] = {}
    for target, each in made.items():
        for manifest in each.manifests:
            targets.setdefault(str(manifest.written.id), []).append(target)
    for id, names in sorted(targets.items()):
        if len(names) > 1:
            where = listed(names)
            console.line(say(f"note: {id} was written for {where}: keep one manifest, with overrides for what differs"))


def _folder(out: Path, workspace: Workspace) -> Path:
    """Return the folder of a target. A target's name may have characters that a folder's name may not."""
    return out / re.sub(r"[^A-Za-z0-9._-]|^\.+", "-", workspace.target.name)


def _code(made: Export) -> int:
    """Return 1 when what was exported is not as it should be, else 0."""
    return 1 if any(found.severity is Severity.ERROR for each in made.manifests for found in each.findings) else 0


def _written(manifests: Iterable[Exported], folder: Path, *, force: bool) -> Iterator[Path]:
    """Write all files and print the name of each, or write none when one exists already.

    Raises:
        RefusedError: a file exists, or an object has a manifest already.
        FileError: a file cannot be written; those named before it are.
    """
    manifests = list(manifests)
    _refuse_second(manifests, force=force)
    files = {folder / each.file: each.written.text for each in manifests}
    there = [str(file) for file in files if os.path.lexists(file)]
    if there and not force:
        raise RefusedError(
            "files exist that would be overwritten; nothing was written",
            reasons=there,
            hint="Name another folder, or add `--force`.",
        )
    return write_each(files, mode=PRIVATE)


def tell_unknown_fields(console: Console, made: Export) -> None:
    """Print the lines that the project file lacks for fields that this program does not know."""
    if made.allow:
        console.line(
            say("Some fields are not known here yet; add to `spec` of the project file, so that they are allowed:")
        )
        console.line("  allowFields:")
        for entry in made.allow:
            console.line(f"    - {json.dumps(entry, ensure_ascii=False)}")


def tell(console: Console, made: Export, more: Iterable[str]) -> None:
    """Print notes, the list of secrets, and what `validate` will report about the manifests."""
    for note in (*more, *made.notes):
        console.line(f"{say('note:')} {say(note)}")
    secrets = [secret for each in made.manifests for secret in each.written.secrets]
    if secrets:
        count = len({secret.variable for secret in secrets})
        told = (
            "1 secret taken out; set this variable" if count == 1 else f"{count} secrets taken out; set these variables"
        )
        console.line(say(f"{told} to plan:"))
        width = max(len(secret.variable) for secret in secrets)
        for secret in sorted(secrets, key=lambda each: (each.variable, each.subject, str(each.path))):
            console.line(f"  {secret.variable:<{width}}  {secret.subject}  {path_text(secret.path)}")
    findings = [found for each in made.manifests for found in each.findings if found.severity is not Severity.NOTE]
    if findings:
        console.line(say("What was exported is not as it should be:"))
        console.findings(findings)
    count = len(made.manifests)
    console.line(say(f"Exported {count} manifest{'' if count == 1 else 's'}."))
