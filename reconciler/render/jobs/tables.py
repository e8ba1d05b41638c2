"""Plain tables and spans of time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from reconciler.languages import say
from reconciler.model.moments import moment_of
from reconciler.render.style import PLAIN, Palette, visible
from reconciler.render.width import padded, width


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], palette: Palette = PLAIN) -> str:
    """Return columns that are as wide as their widest cell; the last one is not padded. Cells are data and made
    visible."""
    heads = [say(head) for head in heads]
    cells = [[visible(cell) for cell in row] for row in rows]
    widths = [max(width(head), *(width(row[place]) for row in cells), 0) for place, head in enumerate(heads)]
    lines = [palette.paint(palette.bold, _line(heads, widths)), *(_line(row, widths) for row in cells)]
    return "\n".join(lines) + "\n"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(padded(cell, columns) for cell, columns in zip(cells, widths, strict=True)).rstrip()


def pairs(values: Sequence[tuple[str, str]], palette: Palette = PLAIN) -> str:
    """Return `Name: value` lines with the values aligned; names without a value are left out."""
    shown = [(say(name), value) for name, value in values if value]
    columns = max((width(name) for name, _ in shown), default=0) + 1
    return "".join(
        f"{palette.paint(palette.dim, padded(f'{name}:', columns))}  {visible(value)}\n" for name, value in shown
    )


def span(seconds: float | None) -> str:
    """Return a span of time in two units at most: "3d 4h", "12m 5s", "0s"; "-" for none."""
    if seconds is None:
        return "-"
    left = max(0, int(seconds))
    parts: list[str] = []
    for size, unit in ((86400, "d"), (3600, "h"), (60, "m"), (1, "s")):
        count, left = divmod(left, size)
        if count or parts or unit == "s":
            parts.append(f"{count}{unit}")
    kept = parts[:2]
    return " ".join(kept[:1] if len(kept) == 2 and kept[1][0] == "0" else kept)


def age(text: object, now: datetime) -> str:
    """Return how long ago a moment of the service was; "-" when there is none."""
    moment = moment_of(text)
    return "-" if moment is None else span((now - moment).total_seconds())
