"""What CI files are made for: a project in a repository, and its targets on the service with their order."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath

from reconciler.authoring.ci.host import Repository
from reconciler.errors import UsageError
from reconciler.manifests.project import TargetSpec
from reconciler.model.address import EMULATOR, AddressError, parse_address
from reconciler.model.expressions import expression
from reconciler.model.quick import dataclass

_UNSAFE = expression(r"[^A-Za-z0-9_-]+")
_LONGEST = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One target of the pipelines."""

    target: str
    after: tuple[str, ...] = ()
    """The targets that are applied before it."""
    soaks: bool = False
    """Whether it waits for hours after them, so that a later run finishes the apply."""

    @property
    def label(self) -> str:
        """The name as a part of names of jobs and environments: letters, digits, `_` and `-`."""
        return safe(self.target)

    @property
    def before(self) -> tuple[str, ...]:
        """The labels of the targets before it."""
        return tuple(map(safe, self.after))


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Everything that the templates name."""

    project: str
    """The project file, relative to the root of the repository."""
    stages: Sequence[Stage]
    branch: str = "main"
    """What requests are merged into."""
    variables: Sequence[str] = ()
    """The environment variables that manifests take."""
    repository: Repository | None = None
    """None where neither the remote nor the command line tells it."""
    chat: str = ""
    """The kind of group chat that is told; empty for none."""

    @property
    def targets(self) -> str:
        """All targets as one variable holds them."""
        return ",".join(stage.target for stage in self.stages)

    @property
    def prefix(self) -> str:
        """What keeps names apart from those of another project: its folder, with a hyphen; empty at the root."""
        folder = PurePosixPath(self.project).parent.as_posix()
        return "" if folder == "." else f"{safe(folder)}-"

    @property
    def soaks(self) -> bool:
        """Whether some target waits for hours."""
        return any(stage.soaks for stage in self.stages)


def safe(text: str) -> str:
    """Return a text as letters, digits, `_` and `-`; a text that has others gets a hash, so that two stay apart."""
    plain = _UNSAFE.sub("-", text).strip("-")[:_LONGEST]
    if plain == text:
        return text
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:6]
    return f"{plain}-{digest}" if plain else digest


def stages_of(targets: Mapping[str, TargetSpec]) -> tuple[Stage, ...]:
    """Return the stages for the targets that are on the service; an emulator is for trying, not for pipelines.

    Raises:
        UsageError: there is none, or a name that no variable of a pipeline can hold.
    """
    real = {name: spec for name, spec in targets.items() if not _is_local(spec.target.endpoint)}
    if not real:
        raise UsageError(
            "the project has no target on the service, so there is nothing for CI to plan",
            hint='Add one to spec.targets, such as `prod: {region: cn-hangzhou, workspaceId: "1001"}`.',
        )
    for name in real:
        check_plain("target", name)
    return tuple(_stage(name, spec, real) for name, spec in real.items())


def _stage(name: str, spec: TargetSpec, real: Iterable[str]) -> Stage:
    after = tuple(each for each in spec.after.targets if each in real)
    return Stage(target=name, after=after, soaks=spec.after.soak_hours > 0)


def _is_local(endpoint: str) -> bool:
    if endpoint in ("", EMULATOR):
        return endpoint == EMULATOR
    try:
        return parse_address(endpoint).is_loopback
    except AddressError:
        return False


def check_plain(what: str, text: str) -> None:
    """Refuse what CI systems do not hand on letter by letter: a comma, a dollar, a backslash, what is invisible.

    Raises:
        UsageError: with the letter.
    """
    bad = next((letter for letter in text if letter in ",$\\" or not letter.isprintable()), "")
    if bad or text != text.strip():
        why = f"has {bad!a} in it" if bad else "begins or ends with a blank"
        raise UsageError(f"{what} {text!a} {why}, which CI variables do not hold", hint=f"Rename the {what}.")
