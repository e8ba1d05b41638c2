"""Options that say how to reach the service, and with which identity."""

from __future__ import annotations

from typing import Annotated

import click

from reconciler.cli.options.declared import Option
from reconciler.cli.options.names import NamesType
from reconciler.cli.options.numbers import Number
from reconciler.http.retry import Retry
from reconciler.languages import say
from reconciler.live import ConnectionOptions, CredentialsSpec, Source
from reconciler.model.quick import dataclass
from reconciler.pipeline import EMULATOR
from reconciler.render.style import visible

_USUAL = ConnectionOptions()


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceOptions:
    """The address, the identity and the speed of calls."""

    endpoint: Annotated[
        str,
        Option(
            "--endpoint",
            metavar="URL",
            help=f'Address of the service instead of the official one; "{EMULATOR}" for the embedded emulator.',
        ),
    ] = ""
    profile: Annotated[
        tuple[str, ...],
        Option(
            "--profile",
            type=NamesType(),
            metavar="NAME",
            help="Profile of the Alibaba Cloud CLI, or TARGET=NAME for one target; no other identity is tried.",
        ),
    ] = ()
    ecs_role: Annotated[bool, Option("--ecs-role", help="Use the role of the machine this runs on.")] = False
    calls_in_flight: Annotated[
        int,
        Option(
            "--calls-in-flight",
            type=click.IntRange(1, 256),
            show_default=True,
            metavar="N",
            help="Calls under way at once.",
        ),
    ] = _USUAL.calls_in_flight
    rate: Annotated[
        float,
        Option("--rate", type=Number(min=0.01), show_default=True, metavar="N", help="Calls a second, per operation."),
    ] = _USUAL.rate
    read_timeout: Annotated[
        float,
        Option("--read-timeout", type=Number(min=0.1), show_default=True, metavar="SECONDS", help="For one answer."),
    ] = _USUAL.read_timeout

    @property
    def credentials(self) -> CredentialsSpec:
        """The identity that was asked for.

        Raises:
            click.UsageError: two at once.
        """
        usual = [name for name in self.profile if "=" not in name]
        if usual and self.ecs_role:
            raise click.UsageError("--profile and --ecs-role exclude each other")
        if len(set(usual)) > 1:
            raise click.UsageError(f"--profile {usual[0]} and --profile {usual[1]} exclude each other")
        if usual:
            return CredentialsSpec(Source.PROFILE, usual[0])
        return CredentialsSpec(Source.ECS_ROLE) if self.ecs_role else CredentialsSpec()

    @property
    def profiles(self) -> dict[str, str]:
        """The profiles of single targets, by the target's name.

        Raises:
            click.UsageError: a target has two, or one has no name.
        """
        found: dict[str, str] = {}
        for text in self.profile:
            target, equals, name = text.rpartition("=")
            if not equals:
                continue
            if not target or not name:
                raise click.BadParameter(f"{text!r} is not TARGET=NAME", param_hint="--profile")
            if found.setdefault(target, name) != name:
                raise click.UsageError(f"--profile: target {target} has two, {found[target]} and {name}")
        return found

    def connection(self, *, telling: bool) -> ConnectionOptions:
        """Return how to talk to the service; `telling` says on standard error what is tried again."""
        return ConnectionOptions(
            calls_in_flight=self.calls_in_flight,
            rate=self.rate,
            read_timeout=self.read_timeout,
            on_retry=_say_retry if telling else _USUAL.on_retry,
        )


def _say_retry(retry: Retry) -> None:
    why = visible(retry.error.message)
    told = f"{retry.operation}: attempt {retry.attempt} failed ({why}), again in {retry.wait:.1f} s"
    click.echo(say(told), err=True)
