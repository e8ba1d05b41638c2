"""`jobs`: everything that is done with jobs after their template was promoted."""

from __future__ import annotations

import click

from reconciler.cli.jobs.access import dashboard, ray_dashboard, sanity, terminal, token
from reconciler.cli.jobs.change import delete, stop, update
from reconciler.cli.jobs.find import list_, show_
from reconciler.cli.jobs.submit import submit
from reconciler.cli.jobs.tag import tag
from reconciler.cli.jobs.watch import diagnose, events, logs, metrics, pod_events
from reconciler.cli.launch import launch

COMMANDS = (
    launch, submit, list_, show_, update, tag, stop, delete, logs, events, pod_events, metrics, diagnose, sanity,
    dashboard, ray_dashboard, terminal, token,
)  # fmt: skip


class _InOrder(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(self.commands)


@click.group(cls=_InOrder, short_help="Launch, watch, diagnose, change and clean up jobs.")
def jobs() -> None:
    """Launch, watch, diagnose, change and clean up jobs.

    Works on the workspace of the project's target. Every command takes --format json or yaml, with the service's own
    field names, and --query with a JMESPath expression.

    \b
    Examples:
      dlc-reconciler jobs launch resnet50-train --env EPOCHS=3 --follow
      dlc-reconciler jobs list --status Running -q 'Jobs[].JobId'
      dlc-reconciler jobs diagnose dlc1x2y3z
    """


for _command in COMMANDS:
    jobs.add_command(_command)
