"""Packages whose names are loaded when they are first asked for, so that a command loads only the modules it uses.

if TYPE_CHECKING:
    from reconciler.live.service import connect

__getattr__ = names_of(__name__, {"connect": "service"})
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any


def names_of(package: str, places: Mapping[str, str]) -> Callable[[str], Any]:
    """Return the `__getattr__` of a package: for each name, the module of the package that has it."""

    def load(name: str) -> Any:
        """Return a name from its module, which is loaded then.

        Raises:
            AttributeError: there is no such name.
        """
        if name not in places:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(importlib.import_module(f"{package}.{places[name]}"), name)

    return load
