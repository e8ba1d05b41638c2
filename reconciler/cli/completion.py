"""`completion`: the script that makes a shell complete commands, options, targets, names and codes."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from reconciler.cli.options.declared import argument

PROGRAM = "dlc-reconciler"
VARIABLE = "_DLC_RECONCILER_COMPLETE"
"""The variable that the shell's function sets when it asks for completions."""
SHELLS = ("bash", "zsh", "fish")


@click.command(short_help="Print the completion script of a shell.")
@argument("shell", type=click.Choice(SHELLS))
def completion(shell: str) -> int:
    """Print the completion script of a shell: commands, options, targets, names of manifests, finding codes.

    \b
    Examples:
      eval "$(dlc-reconciler completion bash)"                       # in ~/.bashrc
      eval "$(dlc-reconciler completion zsh)"                        # in ~/.zshrc
      dlc-reconciler completion fish > ~/.config/fish/completions/dlc-reconciler.fish
    """
    found = get_completion_class(shell)
    assert found is not None  # nosec B101 # click has all three
    completing = found(click.get_current_context().find_root().command, {}, PROGRAM, VARIABLE)
    click.echo(completing.source_template % completing.source_vars())
    return 0
