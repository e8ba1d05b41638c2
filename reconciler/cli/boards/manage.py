"""The commands of `boards`."""

from __future__ import annotations

from typing import Annotated

import click

from reconciler.cli.options.declared import Option, argument, takes_options
from reconciler.cli.options.expiry import ExpiresOption
from reconciler.cli.options.site import SiteOptions
from reconciler.cli.options.waiting import WaitOptions
from reconciler.cli.options.window import SINCE_HELP, UNTIL_HELP
from reconciler.cli.terminal.confirm import YesOption, confirm
from reconciler.cli.terminal.outlets import outcomes_follow
from reconciler.jobs.boards import act, board_name, check_verb, get_board, list_boards
from reconciler.jobs.boards import share as ask
from reconciler.jobs.hidden import Hiding
from reconciler.jobs.windows import window
from reconciler.languages import say
from reconciler.model import JsonObject, Verb
from reconciler.model.quick import dataclass
from reconciler.pipeline import look_at, redactor_of
from reconciler.render.jobs.boards import board_text, boards_text
from reconciler.render.style import Palette, visible

_STATES = ("Creating", "Running", "Stopped", "Succeeded", "Failed")


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterOptions:
    """Options that say which TensorBoards are listed."""

    since: Annotated[str, Option("--since", variable=False, metavar="WHEN", show_default=True, help=SINCE_HELP)] = (
        "520w"
    )
    until: Annotated[str, Option("--until", variable=False, metavar="WHEN", help=UNTIL_HELP)] = ""
    status: Annotated[
        str | None, Option("--status", variable=False, type=click.Choice(_STATES), help="Only those in this state.")
    ] = None
    name: Annotated[
        str | None, Option("--name", variable=False, metavar="TEXT", help="Only those with this in their name.")
    ] = None
    job: Annotated[str | None, Option("--job", variable=False, metavar="ID", help="Only those of this job.")] = None
    own: Annotated[bool, Option("--own", variable=False, help="Only your own.")] = False

    @property
    def fields(self) -> JsonObject:
        """The fields of ListTensorboards for the filters that were given."""
        named = {"Status": self.status, "DisplayName": self.name, "JobId": self.job, "ShowOwn": self.own or None}
        return {field: value for field, value in named.items() if value is not None}


@click.command("list", short_help="List the TensorBoards of a window of time.")
@takes_options
def list_(*, only: FilterOptions, at: SiteOptions) -> int:
    """List the TensorBoards of a window of time, newest first.

    The service shows seven days unless told otherwise; here the window is always sent and always shown.

    \b
    Example:
      dlc-reconciler boards list --since 30d
    """
    with at.open() as site:
        now = site.now()
        asked = window(only.since, only.until, now)
        rows = list_boards(site, asked, only.fields)
    answer = {**asked.fields, "Tensorboards": rows, "TotalCount": len(rows)}
    at.show(_fit_to_show(at, answer), lambda shown, palette: boards_text(shown, now, palette))
    return 0


@click.command("show", short_help="Show one TensorBoard.")
@argument("board_id", metavar="BOARD")
@takes_options
def show_(board_id: str, *, at: SiteOptions) -> int:
    """Show one TensorBoard.

    \b
    Example:
      dlc-reconciler boards show tb1x2y3z
    """
    with at.open() as site:
        board, now = get_board(site, board_id), site.now()
    at.show(_fit_to_show(at, board), lambda shown, palette: board_text(shown, now, palette))
    return 0


def _fit_to_show(at: SiteOptions, answer: JsonObject) -> JsonObject:
    """Return boards without values that manifests take from the environment, because no field of a live board names
    these values."""
    settings = at.settings
    return Hiding(values=redactor_of(settings, look_at(settings)).values).job(answer)


@click.command(short_help="Start a TensorBoard that has ended, and wait until it runs.")
@argument("board_id", metavar="BOARD")
@takes_options
def start(board_id: str, *, wait: WaitOptions, at: SiteOptions) -> int:
    """Start a TensorBoard that has ended, and wait until it runs.

    \b
    Example:
      dlc-reconciler boards start tb1x2y3z
    """
    return _act(board_id, Verb.START, at, wait, yes=True)


@click.command(short_help="Stop a TensorBoard and wait until it has stopped.")
@argument("board_id", metavar="BOARD")
@takes_options
def stop(board_id: str, *, yes: YesOption = False, wait: WaitOptions, at: SiteOptions) -> int:
    """Stop a TensorBoard and wait until it has stopped.

    Shows its status and name and asks first.

    \b
    Example:
      dlc-reconciler boards stop tb1x2y3z
    """
    return _act(board_id, Verb.STOP, at, wait, yes=yes)


@click.command(short_help="Delete a TensorBoard, stopping it first.")
@argument("board_id", metavar="BOARD")
@takes_options
def delete(board_id: str, *, yes: YesOption = False, wait: WaitOptions, at: SiteOptions) -> int:
    """Delete a TensorBoard, stopping it first, and see that it is gone.

    Shows its status and name and asks first.

    \b
    Example:
      dlc-reconciler boards delete tb1x2y3z --yes
    """
    return _act(board_id, Verb.DELETE, at, wait, yes=yes)


def _act(board_id: str, verb: Verb, at: SiteOptions, wait: WaitOptions, *, yes: bool) -> int:
    with at.open(wait) as site:
        board = get_board(site, board_id)
        check_verb(board, verb)
        name = board_name(board)
        confirm(visible(say(f"{verb.value.title()} {name} ({board.get('Status')})?")), yes=yes)
        after = act(site, board, verb)
        outcomes_follow()

    def text(shown: JsonObject, _palette: Palette) -> str:
        return visible(f"{name} is {shown.get('Status', 'deleted')}") + "\n"

    at.show(after, text)
    return 0


@click.command(short_help="Print an address that shows others a running TensorBoard for a while.")
@argument("board_id", metavar="BOARD")
@takes_options
def share(
    board_id: str,
    *,
    expires: ExpiresOption = 86_400,
    at: SiteOptions,
) -> int:
    """Print an address that shows others a running TensorBoard for a while.

    Whoever has it needs no account: it is a secret.

    \b
    Example:
      dlc-reconciler boards share tb1x2y3z
    """
    with at.open() as site:
        answer = ask(site, get_board(site, board_id), expires)
    at.show_secret(answer, lambda shown, _palette: visible(str(shown["TensorboardSharedUrl"])) + "\n")
    return 0
