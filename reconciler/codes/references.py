"""Finding codes of references: values of targets and variables of the environment (DLC030..DLC039)."""

from __future__ import annotations

from reconciler.codes.entry import Entry
from reconciler.model import Severity

ENTRIES: tuple[Entry, ...] = (
    Entry(
        code="DLC030",
        title="Unknown value",
        severity=Severity.ERROR,
        why="The target has no value of this name, so the field would stay a placeholder.",
        fix="Add the value to the target's `values`, or correct the name.",
    ),
    Entry(
        code="DLC031",
        title="Environment variable not set",
        severity=Severity.ERROR,
        why="An empty secret would be written to the live object.",
        fix="Set the variable where plan and apply run.",
    ),
    Entry(
        code="DLC032",
        title="Environment variable not checked",
        severity=Severity.WARNING,
        why="The variable is not set here, so only its use could be checked and not its value.",
        fix="Make sure that the variable is set where plan and apply run.",
    ),
    Entry(
        code="DLC033",
        title="Not a reference",
        severity=Severity.ERROR,
        why="`${...}` is resolved before anything is sent, and only `values.` and `env.` can be referred to.",
        fix="Write `$${` where a literal `${` is meant, for example for a shell variable.",
    ),
    Entry(
        code="DLC034",
        title="Object inside text",
        severity=Severity.ERROR,
        why="Only text, numbers, true, false and null can be put inside a text.",
        fix="Refer to a single value, or let the reference be the whole value of the field.",
    ),
    Entry(
        code="DLC035",
        title="Reference in a key",
        severity=Severity.ERROR,
        why="Keys name fields; a key that changes with the target could not be checked.",
        fix="Write the key out, or use `spec.overrides`; write `$${` where a literal `${` is meant.",
    ),
    Entry(
        code="DLC036",
        title="Environment variable out of place",
        severity=Severity.ERROR,
        why="Everything outside of a content, and the names in it, appear in outputs and queries; a secret must not.",
        fix="Use `${values.NAME}` there.",
    ),
    Entry(
        code="DLC037",
        title="Reference in the project file",
        severity=Severity.ERROR,
        why="References are resolved in manifests only; the project file is where their values come from.",
        fix="Write the value out, or use the reference in the manifest; write `$${` where a literal `${` is meant.",
    ),
    Entry(
        code="DLC038",
        title="Reserved environment variable",
        severity=Severity.ERROR,
        why="The variable carries the credentials of the run itself, which no manifest may hand on.",
        fix="Put what the job needs into a variable of another name, and refer to that one.",
    ),
    Entry(
        code="DLC039",
        title="Environment variable not allowed",
        severity=Severity.ERROR,
        why="Whoever can change a manifest could read any variable, so the side that runs the command says which.",
        fix="Allow the variable by `--allow-env NAME` where the command runs, or take the reference out.",
    ),
)
