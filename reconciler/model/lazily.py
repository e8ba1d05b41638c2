"""Names that are loaded when they are first used, so that a command loads only the modules it needs.

The imports that are put off stand under `TYPE_CHECKING`, and a test holds both against each other.

    if TYPE_CHECKING:
        from reconciler.live.service import connect

    __getattr__ = names_of(__name__, {"connect": "service"})
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from functools import cached_property
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


class Later:
    """A function of another module, which is loaded when the function is first called."""

    def __init__(self, module: str, name: str) -> None:
        self._place = (module, name)

    @cached_property
    def function(self) -> Callable[..., Any]:
        """The function itself."""
        module, name = self._place
        found: Callable[..., Any] = getattr(importlib.import_module(module), name)
        return found

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """Call the function."""
        return self.function(*arguments, **named)


def later(module: str, name: str) -> Later:
    """Return what stands for a function of another module.

    A table of functions then loads only those that are used. The import that it replaces stands beside it under
    `TYPE_CHECKING`, so that types are checked as usual.
    """
    return Later(module, name)
