"""One folder of `cases` is one project with the findings it must bring, word for word, for each of its targets."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler import __version__
from reconciler.errors import ManifestError
from reconciler.kinds import KINDS
from reconciler.manifests import ManifestSet, ProcessEnvironment, load_project
from reconciler.model import Finding

CASES = sorted(path for path in (Path(__file__).parent / "cases").iterdir() if path.is_dir())


def told(finding: Finding) -> str:
    hint = finding.hint.replace(f"dlc-reconciler {__version__} ", "dlc-reconciler VERSION ")
    subject = f'{finding.subject.kind} "{finding.subject.name}": ' if finding.subject else ""
    return f"{finding.where}: {finding.code} {finding.severity}: {subject}{finding.summary}\n    {hint}"


def report(folder: Path) -> str:
    try:
        project = load_project(folder)
    except ManifestError as error:
        return "\n".join(map(told, error.findings)) + "\n"
    manifests = ManifestSet(project, KINDS)
    lines = []
    for name in project.targets:
        desired = manifests.desired(name, ProcessEnvironment({"TOKEN": "s3cret-token"}))
        lines += [f"== {name}", *map(told, desired.findings), *(f"resource {id_}" for id_ in desired.resources)]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_findings_of_a_project(folder: Path, pytestconfig: pytest.Config) -> None:
    text, expected = report(folder), folder / "expected.txt"
    if pytestconfig.getoption("--update-manifest-cases", default=False):
        expected.write_text(text, encoding="utf-8")
    assert text == expected.read_text(encoding="utf-8")
    assert "s3cret" not in text
