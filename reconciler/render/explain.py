"""What a finding code or a field means, as text for a terminal and as Markdown for the reference."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from reconciler.codes import CODE_TABLE, GRADED
from reconciler.codes.entry import Entry
from reconciler.codes.grading import why_fixed
from reconciler.languages import say
from reconciler.model import Severity
from reconciler.render.style import PLAIN, Palette
from reconciler.render.width import padded, width

if TYPE_CHECKING:
    from reconciler.authoring.fields import Field

_WIDTH = 100


def code_text(entry: Entry, palette: Palette = PLAIN) -> str:
    """Return a finding code: what it says, why it matters, what to do, where the fact comes from, how it is graded."""
    head = palette.paint(palette.bold, f"{entry.code}: {entry.title}") + f" ({say(entry.severity)})"
    told = [
        (say("Why"), entry.why),
        (say("What to do"), entry.fix),
        (say("Source"), entry.source),
        (say("Grading"), _grading(entry)),
    ]
    return "\n".join([head, "", *_pairs(told)]) + "\n"


def _grading(entry: Entry) -> str:
    """Return how a project gives the code another severity, or why it cannot."""
    if entry.code in CODE_TABLE and entry.code not in GRADED:
        return say(f"Its severity is fixed: {why_fixed(entry.code)}.")
    other = "warning" if entry.severity is not Severity.WARNING else "note"
    return say(
        f"`spec.rules: {{{entry.code}: {other}}}` of the project file gives it another severity in every command,"
        " `off` switches it off; `spec.waivers` accepts single findings for a while."
    )


def codes_text(entries: Iterable[Entry], palette: Palette = PLAIN) -> str:
    """Return one line for each finding code."""
    return "".join(
        f"{palette.paint(palette.bold, entry.code)}  {padded(say(entry.severity), 7)}  {entry.title}\n"
        for entry in entries
    )


def codes_markdown(entries: Iterable[Entry]) -> str:
    """Return the table of finding codes."""
    rows = ((entry.code, str(entry.severity), entry.title, entry.why, entry.fix, entry.source) for entry in entries)
    return _table(("Code", "Severity", "Finding", "Why it matters", "What to do", "Source"), rows)


def field_text(field: Field, palette: Palette = PLAIN) -> str:
    """Return a field: its meaning, its form, and the fields inside it."""
    lines = [palette.paint(palette.bold, field.path), ""]
    lines += textwrap.wrap(field.description, _WIDTH, initial_indent="  ", subsequent_indent="  ")
    lines += ["", *_pairs(_facts(field))]
    if field.fields:
        longest = max(len(name) for name, _ in field.fields)
        lines += ["", palette.paint(palette.bold, "Fields")]
        for name, description in field.fields:
            lines += textwrap.wrap(
                f"{name:<{longest}}  {description}",
                _WIDTH,
                initial_indent="  ",
                subsequent_indent=" " * (longest + 4),
                break_long_words=False,
            )
    return "\n".join(lines) + "\n"


def fields_markdown(fields: Iterable[Field]) -> str:
    """Return the table of fields of one kind."""
    rows = (
        (
            f"`{field.path.partition('.')[2]}`",
            field.type,
            " ".join(
                [field.description, *(f"{name}: {value}." for name, value in _facts(field) if value and name in _BRIEF)]
            ),
        )
        for field in fields
    )
    return _table(("Field", "Type", "Meaning"), rows)


_BRIEF = frozenset({"Default", "Allowed", "Range", "Required", "Deprecated"})


def _facts(field: Field) -> list[tuple[str, str]]:
    return [
        ("Type", field.type),
        ("Required", "yes" if field.required else ""),
        ("Deprecated", "yes" if field.deprecated else ""),
        ("Default", field.default),
        ("Allowed", ", ".join(field.allowed)),
        ("Range", field.bounds),
        ("Example" if len(field.examples) == 1 else "Examples", ", ".join(field.examples)),
        ("Source", field.source),
    ]


def _pairs(told: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Yield `Name:  text` with the text indented below itself."""
    given = [(name, text) for name, text in told if text]
    columns = max((width(name) for name, _ in given), default=0) + 1
    for name, text in given:
        first, *rest = textwrap.wrap(text, _WIDTH - columns - 4, break_long_words=False, break_on_hyphens=False)
        yield f"  {padded(f'{name}:', columns)}  {first}"
        yield from (f"  {padded('', columns)}  {line}" for line in rest)


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    lines += ["| " + " | ".join(_cell(each) for each in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
