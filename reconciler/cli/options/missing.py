"""Which of many targets may have no plan."""

from __future__ import annotations

from typing import Annotated

from reconciler.cli.options.declared import Option
from reconciler.cli.options.names import NamesType


def _allow_missing(help: str) -> Option:
    return Option("--allow-missing", type=NamesType(), variable=False, metavar="TARGET", help=help)


MayBeMissing = Annotated[tuple[str, ...], _allow_missing("Of many targets, this one may have no plan.")]
"""Names of targets that need no plan."""
MayBeLeftOut = Annotated[
    tuple[str, ...],
    _allow_missing("Of many targets, leave this one out where it has no plan, cannot be read or has moved."),
]
"""Names of targets that an apply may leave out."""
