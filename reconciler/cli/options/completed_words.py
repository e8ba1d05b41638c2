"""What the shell completes without a project: kinds of documents, finding codes, fields and words of the glossary."""

from __future__ import annotations

import click
from click.shell_completion import CompletionItem

from reconciler.authoring.fields import field_called
from reconciler.authoring.schemas import FILES
from reconciler.cli.options.completion import items
from reconciler.codes import CODE_TABLE
from reconciler.errors import ReconcilerError
from reconciler.render.glossary import words


def kind_names(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the kinds of documents."""
    del ctx, param
    return items(((kind, "") for kind in FILES), incomplete)


def topics(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return finding codes, and fields one level deeper than what was typed."""
    del ctx, param
    above, dot, _ = incomplete.rpartition(".")
    if dot:
        try:
            inside = field_called(above).fields
        except ReconcilerError:
            return []
        return items(((f"{above}.{name}", text) for name, text in inside), incomplete)
    codes = ((entry.code, entry.title) for entry in CODE_TABLE.values())
    said = ((word.text, word.meaning) for word in words())
    return items([*((kind, "") for kind in FILES), *codes, *said], incomplete)
