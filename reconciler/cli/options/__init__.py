"""Options of commands: one module a group, each a frozen dataclass made in one place, with each default written once.

declared   how a command names its options by types     settings   what they mean for the pipeline
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click


def option(name: str, *more: str, **settings: Any) -> Callable[[Any], Any]:
    """A click option that can also be set as DLC_RECONCILER_NAME."""
    variable = "DLC_RECONCILER_" + name.lstrip("-").replace("-", "_").upper()
    return click.option(name, *more, envvar=variable, **settings)
