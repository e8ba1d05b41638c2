"""What gets installed: dependencies match imports, pinned files match pyproject.toml, the wheel holds what it needs."""

from __future__ import annotations

import ast
import functools
import importlib.metadata
import json
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version
from support.sources import statements

ROOT = Path(__file__).parents[1]
PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
RUN = Path(".github/constraints.txt")
DEV = Path(".github/constraints-dev.txt")
PYTHONS = ("3.11", "3.12", "3.13", "3.14")


def requirements(*lists: list[str]) -> dict[str, Requirement]:
    return {canonicalize_name(each.name): each for each in (Requirement(text) for part in lists for text in part)}


RUNTIME = requirements(PYPROJECT["project"]["dependencies"])
BUILD = requirements(PYPROJECT["build-system"]["requires"])
EXTRAS = dict(PYPROJECT["project"]["optional-dependencies"])
DEVELOPMENT = requirements(PYPROJECT["dependency-groups"]["dev"])
OPTIONAL = requirements(*EXTRAS.values())


def pins(file: Path) -> dict[str, tuple[Version, Marker | None, int]]:
    """Each pinned package with its version, its marker and the number of its hashes."""
    text = (ROOT / file).read_text(encoding="utf-8").replace("\\\n", " ")
    found: dict[str, tuple[Version, Marker | None, int]] = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            pinned, *hashes = re.split(r" +--hash=sha256:", line)
            requirement = Requirement(pinned)
            (specifier,) = requirement.specifier
            assert specifier.operator == "==", line
            found[canonicalize_name(requirement.name)] = (Version(specifier.version), requirement.marker, len(hashes))
    return found


def imported(folder: Path) -> Iterator[tuple[str, str]]:
    """Every top-level module that files of a folder import, with the file."""
    for file in folder.rglob("*.py"):
        for node in statements(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from ((alias.name.partition(".")[0], file.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                yield node.module.partition(".")[0], file.name


distributions = functools.cache(importlib.metadata.packages_distributions)


def third_party(folder: str, own: set[str]) -> set[str]:
    """The distributions, by name, that provide what a folder imports."""
    providers = distributions()
    names: set[str] = set()
    for module, file in imported(ROOT / folder):
        if module not in sys.stdlib_module_names and module not in own:
            assert module in providers, f"{file} imports {module}, which no installed package provides"
            names.add(canonicalize_name(providers[module][0]))
    return names


def test_dependencies_are_exactly_what_is_imported() -> None:
    assert third_party("reconciler", {"reconciler"}) == set(RUNTIME | OPTIONAL)


BY_HAND = {"octodns"}
"""What a benchmark compares with and what a fuzzer runs on, where somebody has installed it."""


@pytest.mark.parametrize("folder", ["tests", "specs"])
def test_what_tests_and_scripts_import_is_declared(folder: str) -> None:
    own = {"reconciler", "tests", "support"} | BY_HAND | {file.stem for file in (ROOT / folder).rglob("*.py")}
    own |= {path.name for path in (ROOT / folder).iterdir() if path.is_dir()}
    assert third_party(folder, own) <= set(RUNTIME | OPTIONAL | DEVELOPMENT | BUILD)


@pytest.mark.parametrize("name", sorted(RUNTIME | OPTIONAL | BUILD | DEVELOPMENT))
def test_every_dependency_has_a_lower_bound(name: str) -> None:
    requirement = (RUNTIME | OPTIONAL | BUILD | DEVELOPMENT)[name]
    assert any(each.operator == ">=" for each in requirement.specifier)


@pytest.mark.parametrize("file", [RUN, DEV], ids=str)
def test_pinned_files_have_hashes_and_name_no_index(file: Path) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")
    assert not re.search(r"://|--(extra-)?index|--find-links|--trusted", text)
    assert all(hashes > 0 for _, _, hashes in pins(file).values())


@pytest.mark.parametrize(
    ("file", "needed"), [(RUN, RUNTIME | BUILD), (DEV, RUNTIME | OPTIONAL | BUILD | DEVELOPMENT)], ids=["run", "dev"]
)
def test_pinned_files_satisfy_pyproject(file: Path, needed: dict[str, Requirement]) -> None:
    pinned = pins(file)
    wrong = [
        name for name, each in needed.items() if name not in pinned or not each.specifier.contains(pinned[name][0])
    ]
    assert not wrong


def test_both_pinned_files_agree() -> None:
    run, dev = ({name: version for name, (version, _, _) in pins(file).items()} for file in (RUN, DEV))
    assert {name: dev.get(name) for name in run} == run


def test_pins_hold_on_every_supported_python() -> None:
    """A direct dependency without a marker in pyproject.toml is pinned for all of them."""
    pinned = pins(RUN)
    for python in PYTHONS:
        environment = {"python_version": python, "python_full_version": f"{python}.0"}
        for name in RUNTIME:
            marker = pinned[name][1]
            assert marker is None or marker.evaluate(environment), f"{name} on {python}"


def test_supported_pythons_are_the_same_everywhere() -> None:
    classifiers = PYPROJECT["project"]["classifiers"]
    named = tuple(re.findall(r"Python :: (3\.\d+)$", "\n".join(classifiers), re.MULTILINE))
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    matrix = re.search(r"python: \[(.*)\]", workflow)
    assert matrix is not None
    assert named == tuple(re.findall(r'"([\d.]+)"', matrix[1])) == PYTHONS
    assert SpecifierSet(PYPROJECT["project"]["requires-python"]).contains(PYTHONS[0])


def test_workflows_keep_their_promises() -> None:
    """Least permissions, a time limit on every job, every action pinned by commit with its version beside it."""
    import yaml  # noqa: PLC0415

    for file in sorted((ROOT / ".github" / "workflows").glob("*.yml")):
        text = file.read_text(encoding="utf-8")
        workflow = yaml.safe_load(text)
        assert workflow["permissions"] in ({}, {"contents": "read"}), file.name
        assert all("timeout-minutes" in job for job in workflow["jobs"].values()), file.name
        used = re.findall(r"uses: (?![.$]/)(.*)", text)
        assert all(re.fullmatch(r"[\w./-]+@[0-9a-f]{40}  # v[\d.]+", each) for each in used), file.name


def test_the_image_is_pinned_runs_without_root_and_is_the_one_that_clusters_use() -> None:
    text = (ROOT / ".github" / "container" / "Dockerfile").read_text(encoding="utf-8")
    bases = re.findall(r"^FROM (\S+)", text, re.MULTILINE)
    assert bases
    assert all(re.fullmatch(r"[\w.:-]+@sha256:[0-9a-f]{64}", base) for base in bases)
    assert re.search(r"^USER 65532:65532$", text, re.MULTILINE)
    release = (ROOT / ".github" / "workflows" / "release.yml").read_text(encoding="utf-8")
    assert "--file .github/container/Dockerfile" in release
    used = re.findall(
        r"image: (\S+/dlc-reconciler):(\S+)",
        "".join(file.read_text(encoding="utf-8") for file in (ROOT / "examples" / "kubernetes").glob("*.yaml")),
    )
    assert set(used) == {("ghcr.io/acme/dlc-reconciler", importlib.metadata.version("dlc-reconciler"))}


@pytest.mark.parametrize(("version", "said"), [("0.1.0", True), ("0.1", False), ("9.9.9", False)])
def test_notes_of_a_release_come_from_the_changelog(version: str, said: bool) -> None:
    done = subprocess.run([ROOT / ".ci" / "release-notes", version], capture_output=True, text=True, check=False)
    assert (done.returncode == 0) is said
    assert ("### Added" in done.stdout) is said
    assert "\n## " not in done.stdout


def test_the_renovate_preset_finds_every_image_of_a_manifest() -> None:
    """Renovate writes named groups as JavaScript does, so their names are turned into Python's form."""
    preset = json.loads((ROOT / "examples" / "renovate" / "pai-images.json").read_text(encoding="utf-8"))
    (manager,) = preset["customManagers"]
    (pattern,) = manager["matchStrings"]
    digest = "sha256:" + "0a" * 32
    manifest = f"""
        Image: registry.example.com/pai/pytorch:2.8.0-gpu-py313  # the newest
      - Image: "registry.example.com:5000/ray:2.34"
        Image: registry.example.com/pai/tensorflow:2.15@{digest}
        Image: registry.example.com/pai/etl@{digest}
        Image: ${{values.registry}}/ray:2.34
        ImageAuth: registry.example.com/not/this:1
        ImageId: image-1b3k7
"""
    found = [tuple(each.groupdict().values()) for each in re.finditer(pattern.replace("(?<", "(?P<"), manifest)]
    assert found == [
        ("registry.example.com/pai/pytorch", "2.8.0-gpu-py313", None),
        ("registry.example.com:5000/ray", "2.34", None),
        ("registry.example.com/pai/tensorflow", "2.15", digest),
        ("registry.example.com/pai/etl", None, digest),
    ]
    (files,) = manager["managerFilePatterns"]
    assert re.search(files.strip("/"), "templates/vision/train.yaml")
    assert not re.search(files.strip("/"), "reconciler.yaml")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the source archive of the files as they are now."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-d", str(folder)], cwd=ROOT, check=True, timeout=120)
    return folder


@pytest.mark.slow
def test_the_wheel_holds_the_package_and_its_schemas_only(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    schemas = {f"reconciler/specs/{file.name}" for file in (ROOT / "specs").glob("*.json")}
    assert schemas | {"reconciler/py.typed", "reconciler/specs/README.md"} <= names
    assert {name.partition("/")[0] for name in names if ".dist-info/" not in name} == {"reconciler"}
    assert not [name for name in names if name.startswith("reconciler/specs/") and name.endswith(".py")]


@pytest.mark.slow
def test_the_source_archive_can_be_tested(built: Path) -> None:
    (archive,) = built.glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        names = {name.partition("/")[2] for name in opened.getnames()}
    needed = {
        "pyproject.toml",
        "README.md",
        "LICENSE",
        "specs/generate.py",
        "tests/test_packaging.py",
        str(RUN),
        str(DEV),
    }
    assert needed <= names
    assert "examples/quickstart/reconciler.yaml" in names


def test_schemas_are_found_where_the_project_is_installed() -> None:
    from reconciler.manifests.schemas import schema_text  # noqa: PLC0415

    for file in (ROOT / "specs").glob("*.json"):
        assert schema_text(file.name) == file.read_text(encoding="utf-8")


def test_help_imports_nothing_heavy() -> None:
    """What `--help` loads besides the standard library is click and this package."""
    script = "import sys; before = set(sys.modules); sys.argv[1:] = ['--help']; import atexit; "
    script += "atexit.register(lambda: print('LOADED', *(set(sys.modules) - before))); "
    script += "from reconciler.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    loaded = {name.partition(".")[0] for name in done.stdout.partition("LOADED")[2].split()}
    foreign = loaded & set(importlib.metadata.packages_distributions()) - {"reconciler"}
    assert {name for name in foreign if not name.startswith("_")} == {"click"}
