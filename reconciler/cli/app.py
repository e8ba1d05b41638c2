"""The command `dlc-reconciler`: names its subcommands without importing them, so that `--help` is quick."""

from __future__ import annotations

import importlib

import click

from reconciler import __version__

COMMANDS = {
    "init": ("reconciler.cli.init:init", "Start a project, or write one more template from a good starting point."),
    "validate": ("reconciler.cli.validate:validate", "Check all manifests without a service."),
    "fmt": ("reconciler.cli.fmt:fmt", "Put manifests into one order and style, comments kept."),
    "render": ("reconciler.cli.render:render", "Print manifests with values, bases, rows and overrides put together."),
    "explain": ("reconciler.cli.explain:explain", "Say what a finding code or a field of a manifest means."),
    "schema": ("reconciler.cli.schema:schema", "Print the JSON Schemas of the manifests, for editors."),
    "plan": ("reconciler.cli.plan:plan", "Show what apply would do to a target."),
    "apply": ("reconciler.cli.apply:apply", "Do what the plan says, and report on every action."),
    "ci": ("reconciler.cli.ci:ci", "Show plans where the review happens, and check what was reviewed."),
    "drift": ("reconciler.cli.drift:drift", "Show what differs from Git, and which side moved."),
    "history": (
        "reconciler.cli.history:history",
        "Show the versions of a template: origin, author, changes, who uses them.",
    ),
    "diff": ("reconciler.cli.diff:diff", "Compare two versions of a template, or a version with its manifest."),
    "export": ("reconciler.cli.export:export", "Write live templates and TensorBoards as manifests."),
    "force-unlock": ("reconciler.cli.lock:force_unlock", "Remove the lock of a run that is dead."),
    "adopt": ("reconciler.cli.adopt:adopt", "Mark live templates as this project's, without touching versions."),
    "audit": ("reconciler.cli.audit:audit", "Judge whole workspaces by rules, and report what breaks them."),
    "launch": ("reconciler.cli.launch:launch", "Launch a job from a template."),
    "jobs": ("reconciler.cli.jobs:jobs", "Launch, watch, diagnose, change and clean up jobs."),
    "boards": ("reconciler.cli.boards:boards", "List, show, start, stop, share and delete TensorBoards."),
    "discover": (
        "reconciler.cli.discover:discover",
        "Find what manifests can name: images, datasets, instance types and more.",
    ),
    "emulator": ("reconciler.cli.emulator:emulator", "Serve, seed or reset the service's emulator on loopback."),
}
"""Where each command is, and its line in `--help` (a test compares it with the command's own)."""


class LazyGroup(click.Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of the work."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command = getattr(importlib.import_module(module), name)
        assert isinstance(command, click.Command)  # noqa: S101 - for the type checker
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, from the table: nothing is imported for it."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in COMMANDS.items()])


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done; 1 invalid input or failed; 2 changes pending (plan --detailed-exitcode); "
    "3 refused; 4 applied in part; 64 wrong usage.",
)
@click.version_option(__version__, "--version", prog_name="dlc-reconciler")
def cli() -> None:
    """Keep Alibaba Cloud PAI-DLC JobTemplates, their default versions and TensorBoards in Git.

    Manifests in YAML say what should be there; plan compares them with the service; apply makes it so.

    \b
    Examples:
      dlc-reconciler init demo && dlc-reconciler plan --project demo
      eval "$(_DLC_RECONCILER_COMPLETE=bash_source dlc-reconciler)"   # completion; also zsh_source, fish_source
    """
