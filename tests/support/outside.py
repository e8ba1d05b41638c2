"""The other people: what somebody does to the service past the reconciler, written as data in a case's `outside`."""

from __future__ import annotations

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
    what = step["do"]
    store = emulator.store
    match what:
        case "add-version":
            store.add_version(
                template_id(emulator, step["template"]),
                step.get("content"),
                constraints=step.get("constraints"),
                default=step.get("default", False),
            )
        case "set-default":
            store.update_template(template_id(emulator, step["template"]), default_version=step["version"])
        case "describe":
            store.update_template(template_id(emulator, step["template"]), description=step["description"])
        case "add-metadata":
            found = next(each for each in store.templates() if each.name == step["template"])
            store.update_template(found.id, metadata={**found.metadata, **step["metadata"]})
        case "copy":
            copy_template(emulator, step["template"], step["to"])
        case "launch":
            launch(emulator, step["template"], days_ago=step.get("daysAgo", 0.0))
        case "board-status":
            store.set_board_status(board_id(emulator, step["board"]), step["status"])
        case "board-fields":
            store.update_board(board_id(emulator, step["board"]), **step["fields"])
        case _:
            raise ValueError(f"unknown step: {what}")
