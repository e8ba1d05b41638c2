"""KEY=VALUE on the command line."""

from __future__ import annotations

import json
from collections.abc import Iterable

import click


def pairs(texts: Iterable[str], option: str) -> dict[str, str]:
    """KEY=VALUE options as a mapping.

    Raises:
        click.BadParameter: one of them is not KEY=VALUE.
    """
    found = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not key or not equals:
            raise click.BadParameter(f"{json.dumps(text)} is not KEY=VALUE", param_hint=option)
        found[key] = value
    return found
