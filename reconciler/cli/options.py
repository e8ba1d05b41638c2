"""Options that several commands share, and how they become `pipeline.Settings`."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from reconciler.cli.completion import target_names
from reconciler.cli.numbers import Number
from reconciler.errors import UsageError
from reconciler.git.commits import head
from reconciler.http.retry import Retry
from reconciler.kinds.base import Share
from reconciler.live import ConnectionOptions, CredentialsSpec, Source
from reconciler.pipeline import EMULATOR, Settings
from reconciler.plan.build import Selection
from reconciler.render.style import visible
from reconciler.secrets.admission import Admission, admission
from reconciler.secrets.trees import variables

CommandT = TypeVar("CommandT", bound=Callable[..., Any])


class _ShardType(click.ParamType[Share]):
    """K/N, part K of N, as a `Share`."""

    name = "shard"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Share:
        number, slash, of = str(value).partition("/")
        if not slash or not all(part.isascii() and part.isdigit() and len(part) < 6 for part in (number, of)):
            self.fail(f"{value!r} is not K/N, for example 2/4", param, ctx)
        if not 1 <= int(number) <= int(of):
            self.fail(f"there is no part {int(number)} of {int(of)}: parts count from 1 to {int(of)}", param, ctx)
        return Share(int(number), int(of))


SHARD = _ShardType()


def option(name: str, *more: str, **settings: Any) -> Callable[[CommandT], CommandT]:
    """A click option that can also be set as DLC_RECONCILER_NAME."""
    variable = "DLC_RECONCILER_" + name.lstrip("-").replace("-", "_").upper()
    return click.option(name, *more, envvar=variable, **settings)


ALLOW_ENV = "DLC_RECONCILER_ALLOW_ENV"


def allow_env_option(command: CommandT) -> CommandT:
    """--allow-env. Its variable is read by `_admission`: there an empty one says something."""
    return click.option(
        "--allow-env",
        metavar="NAME",
        multiple=True,
        help="Let manifests take this environment variable, or all that begin so (NAME*), and no other.",
    )(command)


def project_options(command: CommandT) -> CommandT:
    """--project, --target and --allow-env."""
    for decorate in (
        allow_env_option,
        option(
            "--target",
            metavar="NAME",
            default="",
            shell_complete=target_names,
            help="Target of the project; needed when it has several.",
        ),
        option(
            "--project",
            metavar="FILE",
            type=click.Path(path_type=Path),
            default=Path("reconciler.yaml"),
            show_default=True,
            help="The project file, or the folder that holds it.",
        ),
    ):
        command = decorate(command)
    return command


def service_options(command: CommandT) -> CommandT:
    """How to reach the service, and as whom."""
    for decorate in (
        option(
            "--read-timeout",
            type=Number(min=0.1),
            default=30.0,
            show_default=True,
            metavar="SECONDS",
            help="For one answer.",
        ),
        option(
            "--rate",
            type=Number(min=0.01),
            default=80.0,
            show_default=True,
            metavar="N",
            help="Calls a second, per operation.",
        ),
        option(
            "--calls-in-flight",
            type=click.IntRange(1, 256),
            default=16,
            show_default=True,
            metavar="N",
            help="Calls under way at once.",
        ),
        option("--ecs-role", is_flag=True, help="Use the role of the machine this runs on."),
        option(
            "--profile",
            metavar="NAME",
            default="",
            help="Profile of the Alibaba Cloud CLI; no other identity is tried.",
        ),
        option(
            "--endpoint",
            metavar="URL",
            default="",
            help=f'Address of the service instead of the official one; "{EMULATOR}" for the embedded emulator.',
        ),
    ):
        command = decorate(command)
    return command


def limit_options(command: CommandT) -> CommandT:
    """The numbers that stand in for the project's limits."""
    for decorate in (
        option(
            "--allow-replacements", type=click.IntRange(0), default=0, metavar="N", help="Allow this many replacements."
        ),
        option("--allow-deletions", type=click.IntRange(0), default=0, metavar="N", help="Allow this many deletions."),
    ):
        command = decorate(command)
    return command


def absence_option(command: CommandT) -> CommandT:
    """--allow-absent."""
    return option(
        "--allow-absent",
        metavar="GLOB",
        multiple=True,
        help="Manifests with this recorded path are gone on purpose, though it does not look so; ** for any folders.",
    )(command)


def plan_options(command: CommandT) -> CommandT:
    """What is planned, and how carefully it is read."""
    for decorate in (
        limit_options,
        absence_option,
        option(
            "--verify", is_flag=True, help="Fetch and compare every content, also where a recorded digest would do."
        ),
        option(
            "--select",
            metavar="LABEL=VALUE",
            multiple=True,
            help="Only resources with this label; several must all match.",
        ),
    ):
        command = decorate(command)
    return command


def output_options(command: CommandT) -> CommandT:
    """--no-color and -v."""
    for decorate in (
        click.option(
            "-v", "--verbose", count=True, envvar="DLC_RECONCILER_VERBOSE", help="Say more; -vv shows causes."
        ),
        option("--no-color", is_flag=True, help="No colour; the variable NO_COLOR does the same."),
    ):
        command = decorate(command)
    return command


def settings_from(options: dict[str, Any]) -> Settings:
    """The settings of a command from its options."""
    project: Path = options["project"]
    context = click.get_current_context(silent=True)
    shared = context.find_object(set) if context is not None else None
    secrets: set[str] = set() if shared is None else shared
    secrets.update(variables(os.environ))
    return Settings(
        project_file=project / "reconciler.yaml" if project.is_dir() else project,
        target=options.get("target", ""),
        endpoint=options.get("endpoint", ""),
        credentials=_credentials(options),
        connection=ConnectionOptions(
            calls_in_flight=options.get("calls_in_flight", 16),
            rate=options.get("rate", 80.0),
            read_timeout=options.get("read_timeout", 30.0),
            on_retry=_say_retry if options.get("verbose") else _say_nothing,
        ),
        verify=options.get("verify", False),
        allow_absent=tuple(options.get("allow_absent", ())),
        admission=_admission(options.get("allow_env", ())),
        revision=head(project if project.is_dir() else project.parent),
        wait=options.get("wait", 300.0),
        now=_now,
        secrets=secrets,
    )


def _admission(named: Sequence[str]) -> Admission:
    """Which environment variables manifests may take: those named, else those of the variable, else all.

    Raises:
        click.BadParameter: one of them is no name.
    """
    listed = os.environ.get(ALLOW_ENV)
    if not named and listed is None:
        return Admission()
    try:
        return admission(named or str(listed).split(","))
    except ValueError as error:
        hint = "--allow-env" if named else ALLOW_ENV
        raise click.BadParameter(
            f"{str(error)!r} is not the name of a variable, nor the beginning of one with `*` behind it",
            param_hint=hint,
        ) from error


def _now() -> datetime:
    """The time; SOURCE_DATE_EPOCH, seconds since 1970, stands in for it where output must be reproducible.

    Raises:
        UsageError: the variable is not such a number.
    """
    fixed = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not fixed:
        return datetime.now(UTC)
    try:
        return datetime.fromtimestamp(int(fixed), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise UsageError(f"SOURCE_DATE_EPOCH is not a time in seconds: {fixed!r}") from error


def selection_from(options: dict[str, Any]) -> Selection:
    """The `--select` labels.

    Raises:
        click.BadParameter: one of them is not LABEL=VALUE.
    """
    labels = []
    for text in options["select"]:
        key, equals, value = text.partition("=")
        if not key or not equals:
            raise click.BadParameter(f"{text!r} is not LABEL=VALUE", param_hint="--select")
        labels.append((key, value))
    return Selection(tuple(labels))


def _credentials(options: dict[str, Any]) -> CredentialsSpec:
    if options.get("profile") and options.get("ecs_role"):
        raise click.UsageError("--profile and --ecs-role exclude each other")
    if options.get("profile"):
        return CredentialsSpec(Source.PROFILE, options["profile"])
    return CredentialsSpec(Source.ECS_ROLE) if options.get("ecs_role") else CredentialsSpec()


def _say_retry(retry: Retry) -> None:
    why = visible(retry.error.message)
    click.echo(f"{retry.operation}: attempt {retry.attempt} failed ({why}), again in {retry.wait:.1f} s", err=True)


def _say_nothing(retry: Retry) -> None:
    del retry
