"""KEY=VALUE and LABEL=VALUE on the command line."""

from __future__ import annotations

import json
from collections.abc import Iterable

import click


def labels(texts: Iterable[str], option: str) -> tuple[tuple[str, str], ...]:
    """Return LABEL=VALUE options one after the other. A label may appear twice.

    Raises:
        click.BadParameter: one of them is not LABEL=VALUE.
    """
    found = []
    for text in texts:
        key, equals, value = text.partition("=")
        if not key or not equals:
            raise click.BadParameter(f"{text!r} is not LABEL=VALUE", param_hint=option)
        found.append((key, value))
    return tuple(found)


def pairs(texts: Iterable[str], option: str) -> dict[str, str]:
    """Return KEY=VALUE options as a mapping.

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
