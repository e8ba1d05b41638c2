"""`boards`: TensorBoards by hand. What manifests describe is better changed there: apply would change it back."""

from __future__ import annotations

from typing import Any

import click

from reconciler.cli.answers import show, show_secret
from reconciler.cli.options import settings_from
from reconciler.cli.outlets import outcomes_follow
from reconciler.cli.workplace import at_work, confirm, place_options, wait_options, yes_option
from reconciler.jobs.access import LONGEST_SHARE
from reconciler.model import JsonObject, Verb
from reconciler.pipeline import environment_values
from reconciler.render.style import Palette, visible

_STATES = ("Creating", "Running", "Stopped", "Succeeded", "Failed")


@click.group(short_help="List, show, start, stop, share and delete TensorBoards.")
def boards() -> None:
    """List, show, start, stop, share and delete TensorBoards.

    What a manifest describes is better changed there: the next apply would change it back.

    \b
    Example:
      dlc-reconciler boards list --status Running
    """


@boards.command("list", short_help="List the TensorBoards of a window of time.")
@click.option("--since", metavar="WHEN", default="520w", show_default=True, help="A span back (90m, 7d) or a moment.")
@click.option("--until", metavar="WHEN", default="", help="A span back or a moment; now when left out.")
@click.option("--status", type=click.Choice(_STATES), help="Only those in this state.")
@click.option("--name", metavar="TEXT", help="Only those with this in their name.")
@click.option("--job", metavar="ID", help="Only those of this job.")
@click.option("--own", is_flag=True, help="Only your own.")
@place_options
def list_(**options: Any) -> int:
    """List the TensorBoards of a window of time, newest first.

    The service shows seven days unless told otherwise; here the window is always sent and always shown.

    \b
    Example:
      dlc-reconciler boards list --since 30d
    """
    from reconciler.jobs.boards import list_boards  # noqa: PLC0415
    from reconciler.jobs.windows import window  # noqa: PLC0415
    from reconciler.render.jobs.boards import boards_text  # noqa: PLC0415

    named = {
        "Status": options["status"],
        "DisplayName": options["name"],
        "JobId": options["job"],
        "ShowOwn": options["own"] or None,
    }
    filters = {field: value for field, value in named.items() if value is not None}
    with at_work(options) as place:
        now = place.now()
        asked = window(options["since"], options["until"], now)
        rows = list_boards(place, asked, filters)
    answer = {**asked.fields, "Tensorboards": rows, "TotalCount": len(rows)}
    show(options, _fit_to_show(options, answer), lambda shown, palette: boards_text(shown, now, palette))
    return 0


@boards.command("show", short_help="Show one TensorBoard.")
@click.argument("board_id", metavar="ID")
@place_options
def show_(board_id: str, **options: Any) -> int:
    """Show one TensorBoard.

    \b
    Example:
      dlc-reconciler boards show tb1x2y3z
    """
    from reconciler.jobs.boards import get_board  # noqa: PLC0415
    from reconciler.render.jobs.boards import board_text  # noqa: PLC0415

    with at_work(options) as place:
        board, now = get_board(place, board_id), place.now()
    show(options, _fit_to_show(options, board), lambda shown, palette: board_text(shown, now, palette))
    return 0


def _fit_to_show(options: dict[str, Any], answer: JsonObject) -> JsonObject:
    """Without what the manifests take from the environment: a live TensorBoard has no field that could say so."""
    from reconciler.jobs.hidden import Hiding  # noqa: PLC0415

    return Hiding(values=environment_values(settings_from(options))).job(answer)


@boards.command(short_help="Start a TensorBoard that has ended, and wait until it runs.")
@click.argument("board_id", metavar="ID")
@wait_options
@place_options
def start(board_id: str, **options: Any) -> int:
    """Start a TensorBoard that has ended, and wait until it runs.

    \b
    Example:
      dlc-reconciler boards start tb1x2y3z
    """
    return _act(board_id, Verb.START, options)


@boards.command(short_help="Stop a TensorBoard and wait until it has stopped.")
@click.argument("board_id", metavar="ID")
@yes_option
@wait_options
@place_options
def stop(board_id: str, **options: Any) -> int:
    """Stop a TensorBoard and wait until it has stopped.

    Shows its status and name and asks first.

    \b
    Example:
      dlc-reconciler boards stop tb1x2y3z
    """
    return _act(board_id, Verb.STOP, options, question="Stop {}?")


@boards.command(short_help="Delete a TensorBoard, stopping it first.")
@click.argument("board_id", metavar="ID")
@yes_option
@wait_options
@place_options
def delete(board_id: str, **options: Any) -> int:
    """Delete a TensorBoard, stopping it first, and see that it is gone.

    Shows its status and name and asks first.

    \b
    Example:
      dlc-reconciler boards delete tb1x2y3z --yes
    """
    return _act(board_id, Verb.DELETE, options, question="Delete {}?")


def _act(board_id: str, verb: Verb, options: dict[str, Any], *, question: str = "") -> int:
    from reconciler.jobs.boards import act, board_name, check_verb, get_board  # noqa: PLC0415

    with at_work(options) as place:
        board = get_board(place, board_id)
        check_verb(board, verb)
        name = board_name(board)
        if question:
            confirm(visible(question.format(f"{name} ({board.get('Status')})")), yes=options["yes"])
        after = act(place, board, verb)
        outcomes_follow()

    def text(shown: JsonObject, _palette: Palette) -> str:
        return visible(f"{name} is {shown.get('Status', 'deleted')}") + "\n"

    show(options, after, text)
    return 0


@boards.command(short_help="Print an address that shows others a running TensorBoard for a while.")
@click.argument("board_id", metavar="ID")
@click.option(
    "--expires",
    type=click.IntRange(1, LONGEST_SHARE),
    default=86_400,
    show_default=True,
    metavar="SECONDS",
    help=f"How long it works; {LONGEST_SHARE} (a week) at most.",
)
@place_options
def share(board_id: str, **options: Any) -> int:
    """Print an address that shows others a running TensorBoard for a while.

    Whoever has it needs no account: it is a secret.

    \b
    Example:
      dlc-reconciler boards share tb1x2y3z
    """
    from reconciler.jobs.boards import get_board  # noqa: PLC0415
    from reconciler.jobs.boards import share as ask  # noqa: PLC0415

    with at_work(options) as place:
        answer = ask(place, get_board(place, board_id), options["expires"])
    show_secret(options, answer, lambda shown, _palette: visible(str(shown["TensorboardSharedUrl"])) + "\n")
    return 0
