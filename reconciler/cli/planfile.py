"""Plan files on disk: written whole or not at all, and believed only when everything about them is right."""

from __future__ import annotations

import json
from pathlib import Path

from reconciler.cli.terminal.outlets import save_to
from reconciler.errors import FileError, PlanFileError
from reconciler.files import PRIVATE
from reconciler.fleet.codec import dumps, loads, one_plan
from reconciler.manifests.schemas import validator
from reconciler.model import Fleet, JsonValue, Plan
from reconciler.plan.codec import WHERE_FROM

SCHEMA = "plan.schema.json"
FLEET_SCHEMA = "fleet.schema.json"


def load(file: Path) -> Plan:
    """Return the plan file of one target.

    Raises:
        FileError: it cannot be read, or is something else.
        PlanFileError: it is a plan that cannot be trusted.
    """
    return one_plan(load_any(file), str(file))


def load_any(file: Path) -> Plan | Fleet:
    """Return a plan file, of one target or of many.

    Raises:
        FileError: it cannot be read, or is something else.
        PlanFileError: it is a plan that cannot be trusted.
    """
    text = read_text(file)
    found = loads(text, name=str(file))
    document = json.loads(text)
    if isinstance(found, Fleet):
        _check_types(document, FLEET_SCHEMA, file)
    for plan in document["plans"] if isinstance(found, Fleet) else [document]:
        _check_types(plan, SCHEMA, file)
    return found


def read_text(file: Path) -> str:
    """Return the text of a file that contains plans or a list of work.

    Raises:
        FileError: it cannot be read, or is no text.
    """
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        hint = "Make it: `dlc-reconciler plan --out FILE`." if isinstance(error, FileNotFoundError) else ""
        raise FileError(f"{file} cannot be read: {error.strerror}", hint=hint) from error
    except UnicodeDecodeError as error:
        raise FileError(f"{file} is not a plan: it is not text", hint=WHERE_FROM) from error


def _check_types(document: JsonValue, schema: str, file: Path) -> None:
    """Refuse a plan with a field that its schema does not allow: a checksum alone does not prove that the file is a
    plan."""
    for error in validator(schema).errors(document):
        place = ".".join(str(step) for step in error.path) or "the document"
        raise PlanFileError(f"{file} is not a plan: {place}: {error.message[:200]}", hint="Make the plan again.")


def save(made: Plan | Fleet, file: Path) -> None:
    """Write a plan file, whole or not at all; `-` is standard output.

    Raises:
        FileError: the file cannot be written.
    """
    save_to(file, dumps(made), mode=PRIVATE)
