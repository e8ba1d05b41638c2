"""Plan files on disk: written whole or not at all, and believed only when everything about them fits."""

from __future__ import annotations

import json
from pathlib import Path

from reconciler.cli.terminal.outlets import save_to
from reconciler.errors import FileError, PlanFileError
from reconciler.files import PRIVATE
from reconciler.manifests.schemas import validator
from reconciler.model import Plan
from reconciler.plan.codec import WHERE_FROM, dumps, loads

SCHEMA = "plan.schema.json"


def load(file: Path) -> Plan:
    """A plan file.

    Raises:
        FileError: it cannot be read, or is something else.
        PlanFileError: it is a plan that cannot be trusted.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        hint = "Make it: `dlc-reconciler plan --out FILE`." if isinstance(error, FileNotFoundError) else ""
        raise FileError(f"{file} cannot be read: {error.strerror}", hint=hint) from error
    except UnicodeDecodeError as error:
        raise FileError(f"{file} is not a plan: it is not text", hint=WHERE_FROM) from error
    plan = loads(text, name=str(file))
    _check_types(text, file)
    return plan


def _check_types(text: str, file: Path) -> None:
    """A checksum says that nobody slipped, not that the file is a plan: every field must be what its schema says."""
    for error in validator(SCHEMA).errors(json.loads(text)):
        place = ".".join(str(step) for step in error.path) or "the document"
        raise PlanFileError(f"{file} is not a plan: {place}: {error.message[:200]}", hint="Make the plan again.")


def save(made: Plan, file: Path) -> None:
    """Write a plan file, whole or not at all; `-` is standard output.

    Raises:
        FileError: the file cannot be written.
    """
    save_to(file, dumps(made), mode=PRIVATE)
