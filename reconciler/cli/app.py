"""The command `dlc-reconciler`. It names its commands without importing them, so that `--help` is quick."""

from __future__ import annotations

import click

from reconciler import __version__
from reconciler.cli.lazy import LazyGroup, Listed

SECTIONS = {
    "Everyday commands": {
        "validate": Listed("reconciler.cli.validate:validate", "Check all manifests without a service."),
        "plan": Listed("reconciler.cli.plan:plan", "Show what apply would do to a target."),
        "apply": Listed("reconciler.cli.apply:apply", "Do what the plan says, and report on every action."),
        "drift": Listed("reconciler.cli.drift:drift", "Show what differs from Git, and which side moved."),
        "list": Listed(
            "reconciler.cli.list:list_live",
            "List templates and TensorBoards: owner, versions, last use, in step or not.",
        ),
        "show": Listed("reconciler.cli.show:show", "Print one live template or TensorBoard as a manifest."),
        "adopt": Listed(
            "reconciler.cli.adopt:adopt", "Mark live templates as this project's, without touching versions."
        ),
        "release": Listed(
            "reconciler.cli.release:release",
            "Take this project's marks off live templates, which stay as they are.",
        ),
        "force-unlock": Listed("reconciler.cli.force_unlock:force_unlock", "Remove the lock of a run that is dead."),
    },
    "Writing manifests": {
        "init": Listed(
            "reconciler.cli.init:init", "Start a project, or write one more template from a good starting point."
        ),
        "export": Listed("reconciler.cli.export:export", "Write live templates and TensorBoards as manifests."),
        "fmt": Listed("reconciler.cli.fmt:fmt", "Put manifests into one order and style, comments kept."),
        "render": Listed(
            "reconciler.cli.render:render", "Print manifests with values, bases, rows and overrides put together."
        ),
        "explain": Listed(
            "reconciler.cli.explain:explain", "Say what a code, a field of a manifest or a word of a plan means."
        ),
        "schema": Listed("reconciler.cli.schema:schema", "Print the JSON Schemas of the manifests, for editors."),
        "discover": Listed(
            "reconciler.cli.discover:discover",
            "Find what manifests can name: images, datasets, instance types and more.",
        ),
    },
    "Versions and audits": {
        "history": Listed(
            "reconciler.cli.history:history",
            "Show the versions of a template: origin, author, changes, who uses them.",
        ),
        "diff": Listed(
            "reconciler.cli.diff:diff", "Compare two versions of a template, or a version with its manifest."
        ),
        "audit": Listed("reconciler.cli.audit:audit", "Judge whole workspaces by rules, and report what breaks them."),
    },
    "Jobs and TensorBoards": {
        "launch": Listed("reconciler.cli.launch:launch", "Launch a job from a template."),
        "jobs": Listed("reconciler.cli.jobs:jobs", "Submit, watch, diagnose, change and clean up jobs."),
        "boards": Listed("reconciler.cli.boards:boards", "List, show, start, stop, share and delete TensorBoards."),
    },
    "Pipelines and trying out": {
        "ci": Listed("reconciler.cli.ci:ci", "Show plans where the review happens, and check what was reviewed."),
        "completion": Listed("reconciler.cli.completion:completion", "Print the completion script of a shell."),
        "permissions": Listed("reconciler.cli.permissions:permissions", "Print the RAM policy that commands need."),
        "cache": Listed("reconciler.cli.cache:cache", "Say how much earlier runs left behind, or forget it."),
        "emulator": Listed(
            "reconciler.cli.emulator:emulator", "Serve, seed or reset the service's emulator on loopback."
        ),
    },
}
"""The place of each command, and its line in `--help` (a test compares the line with the command's own)."""


@click.group(
    cls=LazyGroup,
    table=SECTIONS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done; 1 invalid input or failed; 2 changes pending (plan --detailed-exitcode); "
    "3 refused; 4 applied in part; 64 wrong usage; 130 interrupted.",
)
@click.version_option(__version__, "--version", prog_name="dlc-reconciler")
def cli() -> None:
    """Keep Alibaba Cloud PAI-DLC JobTemplates, their default versions and TensorBoards in Git.

    Manifests in YAML say what should be there; plan compares them with the service; apply makes it so.

    \b
    Examples:
      dlc-reconciler init demo && dlc-reconciler plan --project demo
      eval "$(dlc-reconciler completion bash)"
    """
