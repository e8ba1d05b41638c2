"""A package that is not installed is told in one line, wherever its module is missing first."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from support.project import ProjectFolder

from reconciler.errors import MissingPackage, missing_package
from reconciler.fleet.failures import failure_of

STARTED = "import sys; sys.modules[sys.argv.pop(1)] = None; from reconciler.cli import main; main()"
"""A Python in which one module cannot be found."""
NEEDED = {
    "click": ("--help",),
    "yaml": ("validate",),
    "jsonschema_rs": ("validate",),
    "cattrs": ("plan", "--endpoint", "emulator", "--format", "json"),
}
OTHERS = (
    "alibabacloud_credentials",
    "alibabacloud_pai_dlc20201203",
    "alibabacloud_tea_openapi",
    "certifi",
    "darabonba",
    "deepdiff",
    "httptools",
    "jinja2",
    "jmespath",
    "jsonschema",
    "markupsafe",
    "prometheus_client",
    "rich",
    "ruamel",
    "urllib3",
)


def run(module: str, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", STARTED, module, *words]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False, timeout=60)


def check(module: str, ended: subprocess.CompletedProcess[str]) -> None:
    assert ended.returncode == 1, ended.stdout + ended.stderr
    said, advice, *more = ended.stderr.splitlines()
    assert said == f"error: {MissingPackage(module).message}"
    assert "python -m pip install dlc-reconciler" in advice
    assert more == []


@pytest.mark.parametrize("module", NEEDED)
def test_what_a_command_needs_is_named(module: str, project: ProjectFolder) -> None:
    project.template()
    check(module, run(module, project.root, *NEEDED[module]))


@pytest.mark.slow
@pytest.mark.parametrize("module", OTHERS)
@pytest.mark.parametrize(
    "words",
    [("plan", "--format", "html"), ("audit", "--format", "html"), ("fmt",), ("drift", "--all-targets")],
)
def test_without_any_package_a_command_does_its_work_or_names_it(
    module: str, words: tuple[str, ...], project: ProjectFolder
) -> None:
    project.template()
    ended = run(module, project.root, *words, *(() if words[0] == "fmt" else ("--endpoint", "emulator")))
    told = MissingPackage(module).message
    assert "Traceback" not in ended.stderr
    assert "internal error" not in ended.stderr
    assert (ended.returncode == 1 and told in ended.stderr) or ended.returncode == 0, ended.stderr


def test_a_module_of_this_program_is_no_package_to_install() -> None:
    assert missing_package(ModuleNotFoundError("no", name="reconciler.gone")) is None
    assert missing_package(ModuleNotFoundError("no")) is None
    assert missing_package(ImportError("no", name="yaml")) is None
    failure = failure_of("dev", ModuleNotFoundError("no", name="darabonba.core"))
    assert (failure.code, failure.message) == ("error", MissingPackage("darabonba").message)
