"""The other people: what somebody does to the service past the reconciler, written as data in a case's `outside`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from reconciler.emulator import Emulator

PREFIX = "dlc-reconciler/"


def template_id(emulator: Emulator, name: str) -> str:
    """The id of the only template of this name."""
    (found,) = (template.id for template in emulator.store.templates() if template.name == name)
    return found


def board_id(emulator: Emulator, name: str) -> str:
    """The id of the only TensorBoard of this name."""
    (found,) = (board.id for board in emulator.store.boards() if board.name == name)
    return found


def default_version(emulator: Emulator, name: str) -> int:
    """The default version of the only template of this name."""
    (found,) = (template.default_version for template in emulator.store.templates() if template.name == name)
    return found


def version_count(emulator: Emulator, name: str) -> int:
    """How many versions the only template of this name has."""
    return len(emulator.store.versions(template_id(emulator, name)))


def copy_template(emulator: Emulator, name: str, copy: str, **metadata: str) -> str:
    """Somebody copies a template under another name, marks included."""
    source = next(template for template in emulator.store.templates() if template.name == name)
    version = emulator.store.versions(source.id)[-1]
    return emulator.store.create_template(
        copy, version.content, metadata={**source.metadata, **metadata}, constraints=version.constraints
    )


def launch(emulator: Emulator, name: str, *, days_ago: float = 0.0) -> str:
    """Somebody launches a job from a template."""
    created = emulator.clock.now() - days_ago * 86400.0
    return emulator.store.create_job("job", template_id=template_id(emulator, name), created=created)


def act(emulator: Emulator, step: dict[str, Any]) -> None:
    """One step of a case's `outside` list: `{do: add-version, template: train, ...}`."""
    _ACTS[step["do"]](emulator, step)


def _add_version(emulator: Emulator, step: dict[str, Any]) -> None:
    emulator.store.add_version(
        template_id(emulator, step["template"]), step.get("content"), default=step.get("default", False)
    )


def _set_default(emulator: Emulator, step: dict[str, Any]) -> None:
    emulator.store.update_template(template_id(emulator, step["template"]), default_version=step["version"])


def _set_metadata(emulator: Emulator, step: dict[str, Any]) -> None:
    emulator.store.update_template(template_id(emulator, step["template"]), metadata=step["metadata"])


def _add_metadata(emulator: Emulator, step: dict[str, Any]) -> None:
    found = next(each for each in emulator.store.templates() if each.name == step["template"])
    emulator.store.update_template(found.id, metadata={**found.metadata, **step["metadata"]})


def _copy(emulator: Emulator, step: dict[str, Any]) -> None:
    copy_template(emulator, step["template"], step["to"])


def _launch(emulator: Emulator, step: dict[str, Any]) -> None:
    launch(emulator, step["template"], days_ago=step.get("daysAgo", 0.0))


def _seed(emulator: Emulator, step: dict[str, Any]) -> None:
    emulator.seed(step["seed"])


def _board_status(emulator: Emulator, step: dict[str, Any]) -> None:
    emulator.store.set_board_status(board_id(emulator, step["board"]), step["status"])


def _board_of_job(emulator: Emulator, step: dict[str, Any]) -> None:
    """A board of the job launched last; without the sources that the emulator gives a board by itself."""
    board = emulator.store.create_board(step["board"], body={**step["fields"], "JobId": emulator.store.jobs()[-1].id})
    emulator.store.update_board(board, DataSourceId="", SummaryPath="")


_ACTS: Mapping[str, Callable[[Emulator, dict[str, Any]], None]] = {
    "add-version": _add_version,
    "set-default": _set_default,
    "set-metadata": _set_metadata,
    "add-metadata": _add_metadata,
    "copy": _copy,
    "launch": _launch,
    "seed": _seed,
    "board-status": _board_status,
    "board-of-job": _board_of_job,
}
