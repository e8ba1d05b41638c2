"""Data inside Markdown: only in code spans, in fences, or escaped inside <code>, where nothing has a special meaning.

There Markdown, HTML, @mentions, #references and links are plain text on GitHub, GitLab and elsewhere. All text outside
is our own.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from reconciler.model.expressions import expression
from reconciler.model.lazily import later
from reconciler.render.changes import clip

if TYPE_CHECKING:
    from html import escape
else:
    escape = later("html", "escape")

_TICKS = expression("`+")


def code(text: str, *, longest: int = 160) -> str:
    """Return data as a code span that the data cannot end."""
    shown = clip(text, longest)[: 2 * longest]
    if not shown.strip():
        return "`(empty)`"
    ticks = "`" * (_longest_run(shown) + 1)
    space = " " if shown[0] in "` " or shown[-1] in "` " else ""
    return f"{ticks}{space}{shown}{space}{ticks}"


def cell(text: str) -> str:
    """Return Markdown as a table cell."""
    return text.replace("|", "\\|")


def html_code(text: str, *, longest: int = 160) -> str:
    """Return data for a line of HTML, such as a <summary>."""
    return f"<code>{escape(clip(text, longest)[: 2 * longest])}</code>"


def fence(lines: Iterable[str], language: str = "diff") -> str:
    """Return lines in a fence that is longer than any fence in them."""
    body = "\n".join(lines)
    ticks = "`" * max(3, _longest_run(body) + 1)
    return f"{ticks}{language}\n{body}\n{ticks}\n"


def details(summary: str, body: str) -> str:
    """Return a part that is folded at first; `summary` is one line of HTML."""
    return f"<details><summary>{summary}</summary>\n\n{body}\n</details>\n\n"


def _longest_run(text: str) -> int:
    return max(map(len, _TICKS.findall(text)), default=0) if "`" in text else 0
