"""`jobs`: everything that is done with jobs after their template was promoted."""

from __future__ import annotations

import click

from reconciler.cli.lazy import LazyGroup, Listed

_HERE = "reconciler.cli.jobs"
COMMANDS = {
    "Commands": {
        "launch": Listed("reconciler.cli.launch:launch", hidden=True),
        "submit": Listed(
            f"{_HERE}.submit:submit", "Launch a job from a file with a CreateJob body, without a template."
        ),
        "list": Listed(f"{_HERE}.inspect:list_", "List the jobs of a window of time."),
        "show": Listed(f"{_HERE}.inspect:show_", "Show one job: status, history, pods, reason."),
        "update": Listed(
            f"{_HERE}.change:update",
            "Change the priority, access or description of a job, and see that it took effect.",
        ),
        "tag": Listed(f"{_HERE}.tag:tag", "Add tags to a job, or remove some."),
        "stop": Listed(f"{_HERE}.change:stop", "Stop a job and wait until it has ended."),
        "delete": Listed(f"{_HERE}.change:delete", "Delete a job that has ended, and see that it is gone."),
        "clean": Listed(f"{_HERE}.clean:clean", "Delete the jobs that were left of verifications."),
        "logs": Listed(f"{_HERE}.telemetry:logs", "Show the newest log lines of a job's pods, or follow them."),
        "events": Listed(f"{_HERE}.telemetry:events", "Show the newest events of a job."),
        "pod-events": Listed(f"{_HERE}.telemetry:pod_events", "Show the newest events of a job's pods."),
        "metrics": Listed(f"{_HERE}.telemetry:metrics", "Show a metric of each pod as a line of blocks, or plot it."),
        "diagnose": Listed(
            f"{_HERE}.telemetry:diagnose",
            "Look at status, events, logs and pods of a job, and name the likely cause of trouble.",
        ),
        "sanity": Listed(f"{_HERE}.access:sanity", "Show the sanity checks of a job, or one of them."),
        "dashboard": Listed(f"{_HERE}.access:dashboard", "Print the address of a job's dashboard."),
        "ray-dashboard": Listed(f"{_HERE}.access:ray_dashboard", "Print the address of a RayJob's dashboard."),
        "terminal": Listed(
            f"{_HERE}.access:terminal", "Print the address of a terminal in a running pod; it works for thirty seconds."
        ),
        "token": Listed(f"{_HERE}.access:token", "Print a token that shows others one job or TensorBoard."),
    }
}


@click.group(cls=LazyGroup, table=COMMANDS, short_help="Submit, watch, diagnose, change and clean up jobs.")
def jobs() -> None:
    """Submit, watch, diagnose, change and clean up jobs. `dlc-reconciler launch` makes one from a template.

    Works on the workspace of the project's target. JOB is an id, or a name that no other job has.

    Every command takes --format json or yaml, with the service's own
    field names, and --query with a JMESPath expression.

    \b
    Examples:
      dlc-reconciler jobs submit job.yaml --follow
      dlc-reconciler jobs list --status Running -q 'Jobs[].JobId'
      dlc-reconciler jobs diagnose dlc1x2y3z
    """
