"""Commands that work on a workspace directly: they need the project's target, and none of its manifests."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, TypeVar

import click

from reconciler.cli.answers import answer_options
from reconciler.cli.numbers import Number
from reconciler.cli.options import option, output_options, project_options, service_options, settings_from
from reconciler.errors import UsageError
from reconciler.jobs.workplace import Workplace
from reconciler.kinds.base import Patience
from reconciler.manifests import Desired
from reconciler.pipeline import Settings, Workspace, choose_target, connected, open_project

CommandT = TypeVar("CommandT", bound=Callable[..., Any])


def place_options(command: CommandT) -> CommandT:
    """The options of every command on a workspace, with its output."""
    for decorate in (output_options, service_options, answer_options, project_options):
        command = decorate(command)
    return command


def wait_options(command: CommandT) -> CommandT:
    """How long to wait for what the service does later than it answers."""
    for decorate in (
        option("--interval", type=Number(0.01, 60), default=2.0, show_default=True, metavar="SECONDS",
               help="How often to look."),
        option("--wait", type=Number(0), default=300.0, show_default=True, metavar="SECONDS",
               help="How long to wait for the state that was asked for."),
    ):  # fmt: skip
        command = decorate(command)
    return command


def yes_option(command: CommandT) -> CommandT:
    """--yes."""
    return click.option("--yes", "-y", is_flag=True, help="Do not ask.")(command)


def open_target(settings: Settings) -> Workspace:
    """The target of a project, without its manifests.

    Raises:
        ProjectError: no such target, or no project.
    """
    project = open_project(settings)
    target = project.target(choose_target(project, settings.target)).target
    return Workspace(
        project=project, target=replace(target, endpoint=settings.endpoint or target.endpoint), desired=Desired()
    )


@contextmanager
def at_work(options: dict[str, Any]) -> Iterator[Workplace]:
    """The workspace behind a command's options, connected.

    Raises:
        ProjectError: no such target, or no project.
    """
    with working_on(options, open_target(settings_from(options))) as place:
        yield place


@contextmanager
def working_on(options: dict[str, Any], workspace: Workspace) -> Iterator[Workplace]:
    """A target that was opened before, connected."""
    settings = settings_from(options)
    with connected(settings, workspace) as service:
        yield Workplace(
            service=service,
            workspace_id=workspace.target.workspace_id,
            region=workspace.target.region,
            patience=Patience(
                deadline=options.get("wait", 300.0), interval=options.get("interval", 2.0), sleep=settings.sleep
            ),
            now=settings.now,
        )


def confirm(question: str, *, yes: bool) -> None:
    """Ask, unless told not to.

    Raises:
        UsageError: nobody is there to ask.
        click.Abort: the answer was no.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError(f"nobody is there to confirm: {question}", hint="Add `--yes`.")
    click.confirm(question, abort=True, err=True)
