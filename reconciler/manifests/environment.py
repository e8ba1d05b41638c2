"""Where `${env.NAME}` comes from, and in which fields of a document it may stand.

A value from the environment goes only where nothing shows it, sends it in a query or takes it for a name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from reconciler.model import FieldPath
from reconciler.model.paths import PathError, parse_path
from reconciler.secrets.admission import Admission, Refusal

PLACEHOLDER = "unknown"
"""What an unknown environment variable is taken for; harmless wherever text may stand."""

ANY = "*"
_SET: FieldPath = ("spec", "verify", "set")
_OPEN: tuple[FieldPath, ...] = (("spec", "content"), _SET)
"""Below these paths a value may come from the environment."""
_PLAIN: tuple[FieldPath, ...] = tuple(
    ("spec", "content", *path)
    for path in (
        ("Accessibility",),
        ("MaxRunningTimeMinutes",),
        ("Priority",),
        ("JobId",),
        ("DataSourceId",),
        ("DisplayName",),
        ("CodeSource", "CodeSourceId"),
        ("DataSources", ANY, "DataSourceId"),
        ("DataSources", ANY, "DisplayName"),
        ("TensorboardDataSources", ANY, "DataSourceId"),
        ("TensorboardDataSources", ANY, "DisplayName"),
        ("JobSpecs", ANY, "EcsSpec"),
        ("WorkspaceId",),
        ("TensorboardSpec", "EcsType"),
        ("JobSpecs", ANY, "ElasticSpotSpecs", ANY, "InstanceType"),
    )
)
"""Fields of a content that become a query, a path, a name or a reference: they take plain values only."""


def misplaced(token: str, path: FieldPath) -> Refusal | None:
    """Why a reference to the environment may not stand at this path of a document, or None when it may."""
    if plain := next((each for each in _PLAIN if _leads_to(_in_content(path), each)), None):
        summary = f"{token} stands in {plain[-1]}, whose value is shown and sent as a name or in queries"
        return Refusal("DLC036", summary, f"Write the value of {plain[-1]} out, or use `${{values.NAME}}`.")
    if any(path[: len(each)] == each and len(path) > len(each) for each in _OPEN):
        return None
    return Refusal("DLC036", f"{token} is used outside of `spec.content` and `spec.verify.set`", "")


def _in_content(path: FieldPath) -> FieldPath:
    """Where in the content a value of `set` comes to stand; every other path as it is."""
    if path[: len(_SET)] != _SET or len(path) == len(_SET):
        return path
    try:
        return ("spec", "content", *parse_path(str(path[len(_SET)])), *path[len(_SET) + 1 :])
    except PathError:
        return path


def _leads_to(path: FieldPath, plain: FieldPath) -> bool:
    """Whether the path is the field, or inside it; an index fits where any entry is meant."""
    return len(path) >= len(plain) and all(
        isinstance(step, int) if wanted == ANY else step == wanted for step, wanted in zip(path, plain, strict=False)
    )


class Environment(Protocol):
    """Where `${env.NAME}` comes from."""

    @property
    def admission(self) -> Admission:
        """Which variables may be asked for."""
        ...

    @property
    def unset(self) -> str:
        """Finding code for a variable that is not there."""
        ...

    def get(self, name: str) -> str | None:
        """The variable's text, or None when it is not there."""
        ...


@dataclass(frozen=True, slots=True)
class ProcessEnvironment:
    """The variables as they are; one that is not set is an error. For everything that reads or writes live state."""

    variables: Mapping[str, str] = field(repr=False)
    unset: str = "DLC031"
    admission: Admission = field(default_factory=Admission)

    def get(self, name: str) -> str | None:
        """The variable's text, or None when it is not set."""
        return self.variables.get(name)


class Recorder:
    """An environment that keeps what it was asked for, while the manifests of one target are loaded."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._values: set[str] = set()

    @property
    def admission(self) -> Admission:
        """As the environment behind it has it."""
        return self._environment.admission

    @property
    def unset(self) -> str:
        """As the environment behind it has it."""
        return self._environment.unset

    @property
    def values(self) -> frozenset[str]:
        """The values given so far: to be hidden wherever they come back, such as in an error of the service."""
        return frozenset(self._values)

    def get(self, name: str) -> str | None:
        """The variable's text, or None when it is not set."""
        value = self._environment.get(name)
        if value:
            self._values.add(value)
        return value


class Watched:
    """An environment that tells whether anything was asked of it: what depends on it is kept in no cache."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self.was_asked = False

    @property
    def admission(self) -> Admission:
        """As the environment behind it has it."""
        self.was_asked = True
        return self._environment.admission

    @property
    def unset(self) -> str:
        """As the environment behind it has it."""
        self.was_asked = True
        return self._environment.unset

    def get(self, name: str) -> str | None:
        """The variable's text, or None when it is not set."""
        self.was_asked = True
        return self._environment.get(name)


@dataclass(frozen=True, slots=True)
class UnknownEnvironment:
    """For validating without secrets: a variable that is not known is a warning and gets a placeholder."""

    variables: Mapping[str, str] = field(default_factory=dict, repr=False)
    unset: str = "DLC032"
    admission: Admission = field(default_factory=Admission)

    def get(self, name: str) -> str | None:
        """The variable's text, or None when it is not known."""
        return self.variables.get(name)
