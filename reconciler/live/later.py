"""Imports the official SDK without those of its imports that no call of ours needs.

The SDK imports an asynchronous HTTP client, a WebSocket client, a scheduler, two cryptography packages and all of its
236 model modules, for operations that are never called: that took more than half of the time of a plan of one template.
While the SDK is imported, such a package is a stand-in, and so is every name that is imported from it. The first use of
either loads the real package: a profile that really needs RSA keys gets them. Another thread that uses one of these
packages meanwhile waits for the end of the import, and gets the real one.

    with postponed():
        from alibabacloud_tea_openapi.client import Client
"""

from __future__ import annotations

import importlib
import importlib.util
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from reconciler.model.expressions import expression
from reconciler.model.lazily import later

if TYPE_CHECKING:
    from importlib.metadata import version
else:
    version = later("importlib.metadata", "version")

POSTPONED = frozenset(
    {"aiofiles", "aiohttp", "apscheduler", "asyncio", "charset_normalizer", "cryptography", "websocket"}
)
"""Packages that the SDK imports at the head of its modules although only some of its functions use them."""
CLIENT = "alibabacloud_pai_dlc20201203"
"""The package of the client and the models of PAI-DLC."""
_ONE_NAME = expression(r"^from \.(\w+) import (\w+)$", re.MULTILINE)
_LOCK = threading.RLock()


class _Name:
    """A name from a package that is not loaded yet. It becomes the real one as soon as it is called, asked or
    subclassed."""

    def __init__(self, module: str, name: str) -> None:
        self._place = (module, name)

    def _real(self) -> Any:
        module, name = self._place
        return getattr(importlib.import_module(module), name)

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        return self._real()(*arguments, **named)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self._real(), name)

    def __instancecheck__(self, other: object) -> bool:
        return isinstance(other, self._real())

    def __mro_entries__(self, bases: tuple[object, ...]) -> tuple[Any, ...]:
        return (self._real(),)

    def __or__(self, other: object) -> object:
        return self

    __ror__ = __or__


class _StandIn(ModuleType):
    """A package that is not loaded yet. For the thread that imports the SDK its names are stand-ins too."""

    importer: int | None = None
    """The thread that imports the SDK; None when it has been imported."""

    def __getattr__(self, name: str) -> Any:
        if name == "__version__" and "." not in self.__name__:
            return version(self.__name__)  # an HTTP client asks whether it suits it
        if name.startswith("__"):
            raise AttributeError(name)
        if type(self).importer == threading.get_ident():
            return _Name(self.__name__, name)
        with _LOCK:  # until then the import system has only the stand-in
            return getattr(importlib.import_module(self.__name__), name)


class _Finder:
    """Finds stand-ins for postponed packages that nobody has loaded before."""

    def __init__(self) -> None:
        self.kind: type[_StandIn] = type("StandIn", (_StandIn,), {"importer": threading.get_ident()})
        self.made: list[str] = []

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """See `importlib.abc.MetaPathFinder`, which would import much more than a few lines are worth."""
        del path, target
        package = fullname.partition(".")[0]
        is_loaded = package in sys.modules and package not in self.made
        loader: Any = self
        return ModuleSpec(fullname, loader, is_package=True) if package in POSTPONED and not is_loaded else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """See `importlib.abc.Loader`."""
        self.made.append(spec.name)
        return self.kind(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """There is nothing to execute yet."""


@contextmanager
def postponed() -> Iterator[None]:
    """Give stand-ins for the packages in `POSTPONED` to imports inside the block; afterwards they are imported as
    usual."""
    with _LOCK:
        finder = _Finder()
        sys.meta_path.insert(0, finder)
        try:
            yield
        finally:
            sys.meta_path.remove(finder)
            for name in finder.made:
                sys.modules.pop(name, None)
            finder.kind.importer = None


def models_of_package(package: str) -> ModuleType:
    """Return the `models` package of one of the SDK's products, whose classes are loaded when they are first used.

    The package's own `__init__` says which module holds which class; it is read as text and not executed.

    Raises:
        ModuleNotFoundError: there is no such package.
    """
    name = f"{package}.models"
    with _LOCK:
        there: ModuleType | None = sys.modules.get(name)
        if there is not None:
            return there
        spec = importlib.util.find_spec(package)
        if spec is None or not spec.submodule_search_locations:
            raise ModuleNotFoundError(f"No module named {package!r}", name=package)
        folder = Path(spec.submodule_search_locations[0]) / "models"
        places = {found[2]: found[1] for found in _ONE_NAME.finditer((folder / "__init__.py").read_text("utf-8"))}
        module = _Models(name, folder, places)
        sys.modules[name] = module
        return module


class _Models(ModuleType):
    def __init__(self, name: str, folder: Path, places: dict[str, str]) -> None:
        super().__init__(name)
        self.__path__ = [str(folder)]
        self.__spec__ = ModuleSpec(name, None, is_package=True)
        self._places = places

    def __getattr__(self, name: str) -> Any:
        place = self._places.get(name) if not name.startswith("_") else None
        if place is None:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        found = getattr(importlib.import_module(f"{self.__name__}.{place}"), name)
        setattr(self, name, found)
        return found


def load_connection() -> None:
    """Load what a connection to any service needs, the SDK not included, which `connect` would load otherwise."""
    importlib.import_module("reconciler.live.service")


def load_client() -> None:
    """Load what a connection to PAI-DLC needs, which `connect` and its first call would load otherwise."""
    load_connection()
    models_of_package(CLIENT)
    with postponed():
        for name in ("reconciler.live.sdk", f"{CLIENT}.client"):
            importlib.import_module(name)
