"""Which targets of a project a command means: named ones, those with a label, or all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reconciler.errors import UsageError
from reconciler.manifests.project import Project
from reconciler.manifests.targets import EVERY
from reconciler.model.nearest import did_you_mean
from reconciler.model.quick import dataclass

Label = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The targets that the command line names; none: the project's only target."""

    names: tuple[str, ...] = ()
    everything: bool = False
    labels: tuple[Label, ...] = ()
    """Labels that a target must all have."""

    @property
    def is_of_many(self) -> bool:
        """Whether it asks for a document of many targets, even if there is only one."""
        return self.everything or bool(self.labels) or len(set(self.names)) > 1

    @property
    def single(self) -> str:
        """The one target that was named; empty when it is not one."""
        return self.names[0] if self.names else ""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The targets of a run, in the order of the project file."""

    names: tuple[str, ...]
    text: str
    """What was asked for: "all", labels such as "env=prod", or names. It stays the same when the project gets
    another target."""


def choose(project: Project, choice: Choice) -> Chosen:
    """Return the targets that are meant.

    Raises:
        ProjectError: a name is that of no target.
        UsageError: no target has the labels.
    """
    if choice.labels:
        return Chosen(
            _labelled(project, choice.labels), ",".join(sorted(f"{key}={value}" for key, value in choice.labels))
        )
    if choice.everything:
        return Chosen(tuple(project.targets), EVERY)
    for name in choice.names:
        project.target(name)
    names = tuple(name for name in project.targets if name in choice.names)
    return Chosen(names, ",".join(names))


def _labelled(project: Project, labels: Sequence[Label]) -> tuple[str, ...]:
    found = tuple(
        name for name, spec in project.targets.items() if all(spec.labels.get(key) == value for key, value in labels)
    )
    if found:
        return found
    known = _known(project)
    wrong = next((each for each in (f"{key}={value}" for key, value in labels) if each not in known), "")
    hints = [did_you_mean(wrong, known), f"Labels there are: {', '.join(known) or 'none'}."]
    raise UsageError(
        f"no target of {project.name} has {' and '.join(f'{key}={value}' for key, value in labels)}",
        hint=" ".join(filter(None, hints)),
    )


def _known(project: Project) -> list[str]:
    every: Iterable[Label] = (label for spec in project.targets.values() for label in spec.labels.items())
    return sorted({f"{key}={value}" for key, value in every})
