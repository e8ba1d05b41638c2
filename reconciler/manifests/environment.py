"""Where `${env.NAME}` comes from, and in which fields of a document it may stand.

A value from the environment is allowed only in fields that nothing shows, sends in a query or uses as a name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Protocol

from reconciler.kinds.base import ANY
from reconciler.model import FieldPath
from reconciler.model.paths import PathError, parse_path
from reconciler.model.quick import dataclass
from reconciler.secrets.admission import Admission, Refusal

PLACEHOLDER = "unknown"
"""The value that is assumed for an unknown environment variable; it is harmless wherever text may stand."""

_SET: FieldPath = ("spec", "verify", "set")
_CONTENT: FieldPath = ("spec", "content")
_OPEN: tuple[FieldPath, ...] = (_CONTENT, _SET)
"""Below these paths a value may come from the environment."""


def misplaced(token: str, path: FieldPath, plain: Sequence[FieldPath] = ()) -> Refusal | None:
    """Return why a reference to the environment may not stand at this path of a document; None when it may.

    `plain` are the fields of the content that take only plain values (`Kind.plain`).
    """
    inside = _in_content(path)
    if inside[: len(_CONTENT)] == _CONTENT:
        field = next((each for each in plain if _leads_to(inside[len(_CONTENT) :], each)), None)
        if field is not None:
            summary = f"{token} stands in {field[-1]}, whose value is shown and sent as a name or in queries"
            return Refusal("DLC036", summary, f"Write the value of {field[-1]} out, or use `${{values.NAME}}`.")
    if any(path[: len(each)] == each and len(path) > len(each) for each in _OPEN):
        return None
    return Refusal("DLC036", f"{token} is used outside of `spec.content` and `spec.verify.set`", "")


def _in_content(path: FieldPath) -> FieldPath:
    """Return the place in the content of a value of `set`; every other path unchanged."""
    if path[: len(_SET)] != _SET or len(path) == len(_SET):
        return path
    try:
        return (*_CONTENT, *parse_path(str(path[len(_SET)])), *path[len(_SET) + 1 :])
    except PathError:
        return path


def _leads_to(path: FieldPath, plain: FieldPath) -> bool:
    """Return whether the path is the field, or inside it. An index fits where every entry is meant."""
    return len(path) >= len(plain) and all(
        isinstance(step, int) if wanted == ANY else step == wanted for step, wanted in zip(path, plain, strict=False)
    )


class Environment(Protocol):
    """Where `${env.NAME}` comes from."""

    @property
    def admission(self) -> Admission:
        """Which variables manifests may use."""
        ...

    @property
    def unset(self) -> str:
        """The finding code for a variable that is not set."""
        ...

    def get(self, name: str) -> str | None:
        """Return the variable's text; None when it is not set."""
        ...


@dataclass(frozen=True, slots=True)
class ProcessEnvironment:
    """The variables as they are; a missing one is an error. It is used by everything that reads or writes live
    state."""

    variables: Mapping[str, str] = field(repr=False)
    unset: str = "DLC031"
    admission: Admission = field(default_factory=Admission)

    def get(self, name: str) -> str | None:
        """Return the variable's text, or None when it is not set."""
        return self.variables.get(name)


class Recorder:
    """An environment that remembers what it gave, while the manifests of one target are loaded."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._values: set[str] = set()

    @property
    def admission(self) -> Admission:
        """See `Environment.admission`."""
        return self._environment.admission

    @property
    def unset(self) -> str:
        """See `Environment.unset`."""
        return self._environment.unset

    @property
    def values(self) -> frozenset[str]:
        """The values given so far. They are hidden wherever they come back, such as in an error of the service."""
        return frozenset(self._values)

    def get(self, name: str) -> str | None:
        """Return the variable's text, or None when it is not set."""
        value = self._environment.get(name)
        if value:
            self._values.add(value)
        return value


class Watched:
    """An environment that tells whether it was asked for anything: what depends on it is kept in no cache."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self.was_asked = False

    @property
    def admission(self) -> Admission:
        """See `Environment.admission`."""
        self.was_asked = True
        return self._environment.admission

    @property
    def unset(self) -> str:
        """See `Environment.unset`."""
        self.was_asked = True
        return self._environment.unset

    def get(self, name: str) -> str | None:
        """Return the variable's text, or None when it is not set."""
        self.was_asked = True
        return self._environment.get(name)


@dataclass(frozen=True, slots=True)
class UnknownEnvironment:
    """The environment for validating without secrets: an unknown variable is a warning and gets a placeholder."""

    variables: Mapping[str, str] = field(default_factory=dict, repr=False)
    unset: str = "DLC032"
    admission: Admission = field(default_factory=Admission)

    def get(self, name: str) -> str | None:
        """Return the variable's text, or None when it is not known."""
        return self.variables.get(name)
