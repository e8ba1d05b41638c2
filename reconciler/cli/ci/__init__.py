"""`ci ...`: what a pipeline shows where the review happens, and what it checks before it applies."""

from __future__ import annotations

import click

from reconciler.cli.lazy import LazyGroup, Listed

_HERE = "reconciler.cli.ci"
COMMANDS = {
    "Commands": {
        "comment": Listed(f"{_HERE}.show:comment", "Write the plan on its request, in one comment per target."),
        "mark": Listed(f"{_HERE}.mark:mark", "Say on a request what became of its plan."),
        "summary": Listed(f"{_HERE}.show:summary", "Add the plan, or how it ended, to the job's summary."),
        "annotate": Listed(f"{_HERE}.show:annotate", "Put the findings of a plan on their lines."),
        "counts": Listed(f"{_HERE}.show:counts", "Print how many objects a plan creates, updates and deletes."),
        "name": Listed(f"{_HERE}.subject:name", "Print a name for artifacts that holds project and target."),
        "issue": Listed(f"{_HERE}.show:issue", "Keep one issue about drift, closed when there is none."),
        "notify": Listed(f"{_HERE}.notify:notify", "Tell a group chat what a plan or an apply did."),
        "verify": Listed(f"{_HERE}.verify:verify", "Refuse a plan that was not reviewed, or was overtaken."),
        "oidc-token": Listed(f"{_HERE}.token:oidc_token", "Write a GitHub job's OIDC token to a file."),
    }
}


@click.group(
    cls=LazyGroup, table=COMMANDS, short_help="Show plans where the review happens, and check what was reviewed."
)
def ci() -> None:
    """Show plans where the review happens, and check what was reviewed.

    The environment of the job says which repository and request; the token comes from a variable such as GITHUB_TOKEN
    or GITLAB_TOKEN and from nowhere else. A command that cannot write its text ends with exit code 1 and one line.

    \b
    Example:
      dlc-reconciler ci comment plan.json
    """
