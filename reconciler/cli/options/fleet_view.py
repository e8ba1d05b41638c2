"""What is done with the plans of many targets: they are shown, saved, and turned into an exit code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from reconciler.cli.options.output import ColourOptions
from reconciler.cli.options.plan_view import View
from reconciler.cli.terminal.failures import tell_failures
from reconciler.errors import CHANGES_PENDING, ManifestError, RefusedError
from reconciler.fleet.codec import dumps, fleet_id
from reconciler.fleet.ending import worst
from reconciler.fleet.failures import exit_code_of
from reconciler.fleet.limits import fleet_refusals
from reconciler.languages import say
from reconciler.model import Finding, Fleet, Plan
from reconciler.plan.safety import Allowances, refusals
from reconciler.render.fleet.markdown import fleet_markdown
from reconciler.render.fleet.text import fleet_text


def _page(fleet: Fleet, view: View) -> str:
    del view
    from reconciler.render.fleet.page import plan_page  # noqa: PLC0415 - needs jinja2

    return plan_page(fleet, fleet_id(fleet))


FLEET_FORMATS: Mapping[str, Callable[[Fleet, View], str]] = MappingProxyType(
    {
        "text": lambda fleet, view: fleet_text(fleet, view.palette),
        "json": lambda fleet, _view: dumps(fleet),
        "html": _page,
        "markdown": lambda fleet, view: fleet_markdown(
            fleet, fleet_id(fleet), max_chars=view.max_chars, whole=view.whole
        ),
    }
)


def ending_of(fleet: Fleet, allowances: Allowances, output: ColourOptions, *, detailed: bool) -> int:
    """Return the exit code of the plans of many targets, and print what makes it an error."""
    tell_failures(fleet.failed, output)
    codes = [exit_code_of(each) for each in fleet.failed]
    if refused := fleet_refusals(fleet, allowances):
        _tell_refusal("all targets together", refused, output)
        codes.append(RefusedError.exit_code)
    for plan in fleet.plans:
        codes.append(_ending_of_one(plan, allowances, output, detailed=detailed))
    return worst(codes)


def _ending_of_one(plan: Plan, allowances: Allowances, output: ColourOptions, *, detailed: bool) -> int:
    if refused := refusals(plan, allowances):
        _tell_refusal(plan.target.name, refused, output)
        return RefusedError.exit_code
    if plan.broken:
        return ManifestError.exit_code
    return CHANGES_PENDING if detailed and plan.changes else 0


def _tell_refusal(where: str, refused: tuple[Finding, ...], output: ColourOptions) -> None:
    count = len(refused)
    output.err.error(say(f"{where}: blocked by {count} finding{'s' if count != 1 else ''}"))
    for each in refused:
        output.err.line(f"  - {each.code} {each.subject or ''}: {say(each.summary)}".replace(" :", ":"))
