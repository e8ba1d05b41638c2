"""Parts that comments on one target and on many targets share: ranks, diffs, findings, the notice."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from reconciler.languages import say
from reconciler.model import Action, FieldChange, Finding
from reconciler.model.expressions import expression
from reconciler.render.budget import Fitted, Piece, fit, length
from reconciler.render.changes import shown
from reconciler.render.markup import code, fence
from reconciler.render.reach import impact_lines
from reconciler.render.wording import GROUPS, changes_moved, marked, verification_lines

SMALLEST = 2_000
"""The verdict, the counts and the notice always fit into this many characters."""

DANGER = {verb: rank for rank, verb in enumerate(reversed(GROUPS))}
FOLDED, LISTS, ROWS, SECTIONS, HEADINGS, ERRORS_RANK, NEVER = 10, 30, 40, 60, 79, 80, 100
"""Ranks: what gives way first has the lowest; an action's danger is added."""
NOTICE = 900
"""Characters reserved for the notice and the foot."""
SHORT_DIFF = 12
"""The most lines of a diff that counts as short."""
TABLE_LABEL = "table"
"""The label of the head of a table, which disappears with its last row."""
_FEW = 10
_BELOW = "  - "
_LINK = expression(r"https://[\w.~:/?#@!$&'()*+,;=%-]{1,290}", re.ASCII)


def sign_and_words(action: Action) -> str:
    """Return the sign and the headline of an action, for a table cell or a line."""
    sign, words = marked(action).split(" ", 1)
    return f"`{sign}` {words}"


def has_details(action: Action) -> bool:
    """Return whether there is more to say about an action than its row does."""
    return bool(action.changes or action.notes or action.impact or action.verification)


def consequences(action: Action) -> str:
    """Return as a list how a version is proved, the notes, and whom the action reaches."""
    lines = [*verification_lines(action, code), *(code(say(note)) for note in action.notes)]
    if action.impact is not None:
        lines += impact_lines(action.impact, code)
    return "".join(f"- {line}\n" for line in lines) + ("\n" if lines else "")


def diff_lines(action: Action) -> list[str]:
    """Return what changes, as the lines of a diff."""
    return [line for change, origin in changes_moved(action) for line in _change_lines(change, origin)]


def _change_lines(change: FieldChange, origin: str) -> Iterator[str]:
    view = shown(change)
    note = f"  # {origin}" if origin else ""
    if view.lines:
        yield f"@@ {view.path} @@{note}"
        first = 1 if view.lines[0].sign == "@" else 0
        yield from (line.text if line.sign == "@" else f"{line.sign}{line.text}" for line in view.lines[first:])
        return
    if view.before is not None:
        yield f"- {view.path}: {view.before}{'' if view.after is not None else note}"
    if view.after is not None:
        yield f"+ {view.path}: {view.after}{note}"


def first_lines(diff: Sequence[str]) -> str:
    """Return the first lines of a diff in a fence, and how many more there are."""
    return f"{fence(diff[:SHORT_DIFF])}\n{say(f'{len(diff) - SHORT_DIFF:,} more lines left out here.')}\n"


def shorter(lines: Sequence[str]) -> tuple[str, ...]:
    """Return all lines as a list, and the first few with the number of the rest."""
    whole = "".join(map(_item, lines)) + "\n"
    if len(lines) <= _FEW:
        return (whole,)
    few = "".join(map(_item, lines[:_FEW]))
    return (whole, f"{few}- {and_more(len(lines) - _FEW)}\n\n")


def below(line: str) -> str:
    """Return a line of a list that belongs to the one before it, and stands indented below it."""
    return f"{_BELOW}{line}"


def _item(line: str) -> str:
    return f"{line}\n" if line.startswith(_BELOW) else f"- {line}\n"


def and_more(count: int) -> str:
    """`and 12 more`, at the end of a list."""
    return say(f"and {count:,} more")


def finding_line(finding: Finding) -> str:
    """Return a finding as Markdown of one line, all data in it in code spans."""
    place = f" {say(f'at {code(str(finding.where))}')}" if finding.where else ""
    subject = f" {code(str(finding.subject))}" if finding.subject else ""
    hint = f" — {code(say(finding.hint))}" if finding.hint else ""
    head = f"**{say(finding.severity)}** {code(finding.code, longest=20)}{subject}"
    return f"{head}: {code(say(finding.summary))}{place}{hint}"


def without_empty_heads(fitted: Fitted) -> Iterator[str]:
    """Yield the texts without the head of a table that has no row, and without headings above nothing."""
    chosen = [(piece.label, text) for piece, text in zip(fitted.pieces, fitted.texts, strict=True) if text]
    for (label, text), (next_label, next_text) in pairwise([*chosen, ("", "")]):
        is_empty = next_label != "details" if label == "heading" else label == TABLE_LABEL and next_text == "\n"
        if not is_empty:
            yield text


def left_out(fitted: Fitted) -> list[str]:
    """Return what was shortened or left out, in the words of the notice."""
    said = {
        "details": ("the details of {} action", "the details of {} actions"),
        "rows": ("the row of {} action", "the rows of {} actions"),
        "targets": ("the row of {} target", "the rows of {} targets"),
        "failures": ("some failures", ""),
        "errors": ("some errors", ""),
        "waiting": ("some of what waits", ""),
        "retained objects": ("some retained objects", ""),
        "warnings and notes": ("some warnings and notes", ""),
    }
    parts = []
    for label, (one, many) in said.items():
        count = fitted.shortened(label)
        if count:
            parts.append((one if count == 1 else many or one).format(f"{count:,}"))
    return parts


def bounded(
    pieces: Sequence[Piece],
    max_chars: int | None,
    *,
    reserved: int,
    told: Callable[[Fitted | None], str],
    compact: Callable[[int], str],
    foot: str = "",
) -> str:
    """Return a comment of at most `max_chars` characters (UTF-16 units; None: of any length).

    Args:
        pieces: what the whole comment consists of.
        reserved: the characters that are kept free for the notice and the foot.
        told: returns the notice about what was left out, given what fits; None: not even the pieces that stay.
        compact: returns the shortest form, of at most so many characters.
        foot: what always stands at the end.

    Raises:
        ValueError: `max_chars` is less than SMALLEST.
    """
    if max_chars is not None and max_chars < SMALLEST:
        raise ValueError(f"a comment needs at least {SMALLEST} characters")
    everything = "".join(piece.variants[0] for piece in pieces) + foot
    if max_chars is None or length(everything) <= max_chars:
        return everything
    fitted = fit(pieces, max_chars - reserved)
    body = compact(max_chars - reserved) if fitted is None else "".join(without_empty_heads(fitted))
    return body + told(fitted) + foot


def report_notice(left_out: Sequence[str], limit: int | None, whole: str) -> str:
    """Return the line that says what of a report was left out, and where all of it is."""
    where = where_it_is(whole, say("the log and the artifact of the run"))
    return say(f"> Left out to fit {limit:,} characters: {', '.join(left_out)}. All of it: {where}\n\n")


def notice(left_out: Sequence[str], limit: int | None, whole: str) -> str:
    """Return the line that says what was left out, and where all of it is."""
    where = where_it_is(whole, "dlc-reconciler plan show FILE")
    return say(f"> Left out to fit {limit:,} characters: {', '.join(left_out)}. The whole plan: {where}\n\n")


def where_it_is(whole: str, command: str) -> str:
    """Return an https address as a link, and other words as they are; for an empty text, the command that shows the
    document."""
    return f"<{whole}>" if _LINK.fullmatch(whole) else code(whole or command, longest=120)


def first_names(names: Sequence[str], room: int) -> tuple[str, int]:
    """Return as many names as there is room for with the number of further ones, and the room that is left."""
    fitting: list[str] = []
    for name in names:
        room -= length(name) + 2
        if room < 0:
            break
        fitting.append(name)
    rest = len(names) - len(fitting)
    more = [and_more(rest) if fitting else say("names left out")] if rest else []
    return ", ".join([*fitting, *more]), max(room, 0)
