"""The one table of formats a plan can be shown in. A new format is a function in `render` and a line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeVar

import click

from reconciler.cli.options import option
from reconciler.model import Plan
from reconciler.plan.codec import dumps, plan_id
from reconciler.render.budget import GITHUB_COMMENT
from reconciler.render.style import PLAIN, Palette

CommandT = TypeVar("CommandT", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """How a person wants to see a plan; each format takes from it what it knows."""

    palette: Palette = PLAIN
    max_chars: int | None = GITHUB_COMMENT
    """For formats that end up in a comment; None: of any length."""
    whole: str = ""
    """Where the whole plan is, for a comment that leaves something out: an https address, or words."""


def _text(plan: Plan, view: View) -> str:
    from reconciler.render.text import plan_text  # noqa: PLC0415

    return plan_text(plan, view.palette)


def _json(plan: Plan, view: View) -> str:
    del view
    return dumps(plan)


def _markdown(plan: Plan, view: View) -> str:
    from reconciler.render.markdown import plan_markdown  # noqa: PLC0415

    return plan_markdown(plan, plan_id(plan), max_chars=view.max_chars, whole=view.whole)


def _html(plan: Plan, view: View) -> str:
    del view
    from reconciler.render.html import plan_html  # noqa: PLC0415

    return plan_html(plan, plan_id(plan))


FORMATS: Mapping[str, Callable[[Plan, View], str]] = MappingProxyType(
    {"text": _text, "json": _json, "markdown": _markdown, "html": _html}
)


def format_options(command: CommandT) -> CommandT:
    """--format, and what the comment format wants to know."""
    for decorate in (
        option("--whole-plan", metavar="WHERE", default="", help="Where a shortened comment says the whole plan is."),
        option(
            "--max-chars",
            type=click.IntRange(0),
            metavar="N",
            help=f"Markdown of at most N characters; 0: of any length. [default: {GITHUB_COMMENT}]",
        ),
        option(
            "--format",
            "format_name",
            type=click.Choice(list(FORMATS)),
            default="text",
            show_default=True,
            help="Markdown is for comments, html a page of its own.",
        ),
    ):
        command = decorate(command)
    return command


def view_from(options: dict[str, Any], palette: Palette) -> View:
    """The view that the options ask for.

    Raises:
        click.BadParameter: `--max-chars` where it has no meaning, or too small.
    """
    from reconciler.render.markdown import SMALLEST  # noqa: PLC0415

    wanted = options["max_chars"]
    if wanted is None:
        return View(palette=palette, whole=options["whole_plan"])
    if options["format_name"] != "markdown":
        raise click.BadParameter(f"{options['format_name']} is never shortened", param_hint="--max-chars")
    if 0 < wanted < SMALLEST:
        raise click.BadParameter(f"a plan does not fit into less than {SMALLEST}", param_hint="--max-chars")
    return View(palette=palette, max_chars=wanted or None, whole=options["whole_plan"])
