"""How a plan is shown: the table of formats. A new format is a function in `render` and a row here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Annotated

import click

from reconciler.cli.options.declared import Option
from reconciler.cli.options.output import ColourOptions
from reconciler.model import Fleet, Plan
from reconciler.model.quick import dataclass
from reconciler.plan.codec import dumps, plan_id
from reconciler.render.budget import GITHUB_COMMENT
from reconciler.render.comment import SMALLEST
from reconciler.render.markdown import plan_markdown
from reconciler.render.style import PLAIN, Palette
from reconciler.render.text import plan_text


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """How a person wants to see a plan. Each format uses what it needs."""

    palette: Palette = PLAIN
    max_chars: int | None = GITHUB_COMMENT
    """The limit for formats that are used in a comment; None for any length."""
    whole: str = ""
    """Where the whole plan is, for a comment that leaves something out: an https address, or words."""


def _html(plan: Plan, view: View) -> str:
    del view
    from reconciler.render.html import plan_html  # noqa: PLC0415 - needs jinja2

    return plan_html(plan, plan_id(plan))


FORMATS: Mapping[str, Callable[[Plan, View], str]] = MappingProxyType(
    {
        "text": lambda plan, view: plan_text(plan, view.palette),
        "json": lambda plan, _view: dumps(plan),
        "markdown": lambda plan, view: plan_markdown(plan, plan_id(plan), max_chars=view.max_chars, whole=view.whole),
        "html": _html,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanViewOptions:
    """--format, and options of the comment format."""

    format: Annotated[
        str,
        Option(
            "--format",
            type=click.Choice(list(FORMATS)),
            show_default=True,
            help="Markdown is for comments, html a page of its own.",
        ),
    ] = "text"
    max_chars: Annotated[
        int | None,
        Option(
            "--max-chars",
            type=click.IntRange(0),
            metavar="N",
            help=f"Markdown of at most N characters; 0: of any length. [default: {GITHUB_COMMENT}]",
        ),
    ] = None
    whole_plan: Annotated[
        str, Option("--whole-plan", metavar="WHERE", help="Where a shortened comment says the whole plan is.")
    ] = ""

    def view(self, colour: ColourOptions) -> View:
        """Return the view that the options ask for.

        Raises:
            click.BadParameter: `--max-chars` where it has no meaning, or too small.
        """
        if self.max_chars is None:
            return View(palette=colour.palette, whole=self.whole_plan)
        if self.format != "markdown":
            raise click.BadParameter(f"{self.format} is never shortened", param_hint="--max-chars")
        if 0 < self.max_chars < SMALLEST:
            raise click.BadParameter(f"a plan does not fit into less than {SMALLEST}", param_hint="--max-chars")
        return View(palette=colour.palette, max_chars=self.max_chars or None, whole=self.whole_plan)

    def show(self, made: Plan | Fleet, view: View) -> None:
        """Print a plan, or the plans of many targets, in the chosen format."""
        if isinstance(made, Fleet):
            from reconciler.cli.options.fleet_view import FLEET_FORMATS  # noqa: PLC0415 - not for one target

            click.echo(FLEET_FORMATS[self.format](made, view), nl=False, color=True)
            return
        click.echo(FORMATS[self.format](made, view), nl=False, color=True)
