"""CreateJob bodies of the shapes that documentation, launch scripts and the SDK's models show, from manifest to launch.

Each file of `bodies` has two documents: what has to happen, and the manifest.

shape        where the shape is known from
allowFields  what the project allows
findings     what `validate` says: severity, code and path; nothing when left out
refused      the summary of the one error, for a body that must not pass, with its `hint`
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from support.commands import Commands, command
from support.project import ProjectFolder

from reconciler.emulator import Emulator
from reconciler.kinds.jobtemplate.roles import JOB_TYPES

BODIES = sorted((Path(__file__).parent / "bodies").glob("*.yaml"))


def read(file: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    expected, manifest = yaml.safe_load_all(file.read_text(encoding="utf-8"))
    return expected, manifest


def validated(project: ProjectFolder) -> tuple[int, list[dict[str, Any]]]:
    ended = command("validate", "--project", project.root, "--format", "json")
    return ended.code, ended.json["findings"]


def project_of(file: Path, folder: Path) -> tuple[dict[str, Any], ProjectFolder]:
    """What has to happen, and a project with the body alone."""
    expected, manifest = read(file)
    project = ProjectFolder(folder / "project")
    project.settings(allowFields=expected.get("allowFields", []))
    project.write("body", manifest)
    return expected, project


@pytest.mark.parametrize("file", BODIES, ids=lambda file: file.stem)
def test_what_is_said_of_a_body(file: Path, tmp_path: Path) -> None:
    expected, project = project_of(file, tmp_path)
    code, findings = validated(project)
    if "refused" in expected:
        assert (code, [found["summary"] for found in findings]) == (1, [expected["refused"]])
        assert findings[0]["hint"] == expected["hint"]
        return
    told = [f"{found['severity']} {found['code']} {'.'.join(map(str, found['path']))}" for found in findings]
    assert told == expected.get("findings", [])
    assert code == 0


SENT = [
    pytest.param(file, id=file.stem, marks=pytest.mark.slow if number % 3 else ())
    for number, file in enumerate(each for each in BODIES if "refused" not in read(each)[0])
]
"""Each run sends a third of the bodies to the service; CI all."""


@pytest.mark.parametrize("file", SENT)
def test_a_body_from_manifest_to_launch(file: Path, tmp_path: Path, emulator: Emulator) -> None:
    _, project = project_of(file, tmp_path)
    cli = Commands(project.root, emulator.url)
    assert cli.apply().code == 0
    assert cli.verbs() == []
    place = ("--project", project.root, "--endpoint", emulator.url)
    exported = command("export", file.stem, "--out", tmp_path / "again", *place)
    assert exported.code == 0, exported.text
    preview = command("launch", file.stem, "--preview", *place)
    assert preview.code == 0, preview.text
    (again,) = (tmp_path / "again" / "templates").glob("*.yaml")
    project.write("body", yaml.safe_load(again.read_text(encoding="utf-8")))
    # The console's ResourceType is not exported: then the record of the digest is renewed, and nothing else.
    assert [verb for verb in cli.verbs() if not verb.startswith("update")] == []


def test_every_job_type_has_a_body() -> None:
    types = {read(file)[1]["spec"]["content"]["JobType"] for file in BODIES}
    assert types == set(JOB_TYPES)
