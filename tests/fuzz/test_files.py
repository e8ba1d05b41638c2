"""A project file, a policy file and a plan file, spoilt: a clear error with an exit code, or a true result."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random

import pytest
import yaml
from support.commands import Commands, Ended, command
from support.project import ProjectFolder

from fuzz.spoiling import spoilt_json
from reconciler.emulator import Emulator

MUTANTS = 60
POLICY = {
    "apiVersion": "dlc-reconciler/v1",
    "kind": "PolicySet",
    "metadata": {"name": "house"},
    "spec": {
        "rules": [
            {
                "code": "OWN001",
                "severity": "error",
                "message": "no",
                "schema": {"properties": {"kind": {"type": "string"}}},
            }
        ]
    },
}


def on_plan(file: Path, cli: Commands) -> list[Ended]:
    return [command("plan", "show", file), cli.apply(file), command("ci", "counts", "--file", file)]


def on_checkout(_file: Path, cli: Commands) -> list[Ended]:
    return [command("validate", "--project", cli.project), cli.plan()]


COMMANDS: Mapping[str, Callable[[Path, Commands], list[Ended]]] = {
    "plan.json": on_plan,
    "policy.yaml": on_checkout,
    "reconciler.yaml": on_checkout,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", COMMANDS)
def test_a_spoilt_file_is_a_clear_error(name: str, project: ProjectFolder, cli: Commands, emulator: Emulator) -> None:
    """JSON is YAML too, so that all three are spoilt as JSON."""
    (project.root / "policy.yaml").write_text(yaml.safe_dump(POLICY), encoding="utf-8")
    project.settings(policies=["policy.yaml"])
    project.template()
    file = project.root / name
    if name == "plan.json":
        assert cli.plan("--out", file).code == 0
    sound = json.dumps(yaml.safe_load(file.read_text(encoding="utf-8"))).encode()
    for seed in range(MUTANTS):
        file.write_bytes(spoilt_json(sound, Random(f"{name} {seed}")))  # noqa: S311 - not for secrets
        for ended in COMMANDS[name](file, cli):
            assert "internal error" not in ended.text, (seed, ended)
            assert "Traceback" not in ended.text, (seed, ended)
            assert ended.code in (0, 1, 3, 64), (seed, ended)
            assert ended.code == 0 or ended.text.strip(), (seed, ended)
