"""The schemas in the real YAML language server: completion, hover and problems while somebody types.

The server comes from npm into a temporary folder; without npm, or without a way to its registry, the tests are skipped.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.commands import command

from .language_server import LanguageServer

PACKAGE = "yaml-language-server@1.25.0"

MANIFEST = """\
apiVersion: dlc-reconciler/v1
kind: JobTemplate
metadata: {name: train}
spec:
  content:
    JobType: PyTorch
    Priority: 12
    JobSpecs:
      - Type: Worker
        PodCount: ${values.workers}
        Image: registry/image:1
{eight spaces}
    UserComand: python train.py
    DebuggerConfigContent: "{}"
---
MODELINE
apiVersion: dlc-reconciler/v1
kind: JobTemplate
metadata: {name: derived}
spec:
  base: train
  content:
    Settings: null
    Envs: {A: null}
{four spaces}
"""

MANIFEST = MANIFEST.replace("{eight spaces}", " " * 8).replace("{four spaces}", " " * 4)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The command that starts the server."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        pytest.skip("npm is not there: the language server cannot be installed")
    folder = tmp_path_factory.mktemp("server")
    wanted = [npm, "install", "--no-audit", "--no-fund", "--silent", "--prefix", str(folder), PACKAGE]
    try:
        done = subprocess.run(wanted, capture_output=True, text=True, timeout=180, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip("npm did not install the language server in time")
    if done.returncode:
        pytest.skip(f"npm cannot install the language server: {done.stderr.strip()[:200]}")
    return [node, str(folder / "node_modules/yaml-language-server/bin/yaml-language-server"), "--stdio"]


@pytest.fixture(params=["jobtemplate", "manifest"])
def opened(
    request: pytest.FixtureRequest, installed: list[str], tmp_path: Path
) -> Iterator[tuple[LanguageServer, Path, list[dict[str, object]]]]:
    """A server that was shown a manifest, by the schema of its kind and by the one for all kinds."""
    assert command("schema", "--out", tmp_path / "schemas").code == 0
    file = tmp_path / "a.yaml"
    head = f"# yaml-language-server: $schema=schemas/{request.param}.schema.json\n"
    file.write_text(head + MANIFEST.replace("MODELINE\n", head), encoding="utf-8")
    server = LanguageServer(installed, tmp_path)
    try:
        yield server, file, server.open(file)
    finally:
        server.close()


Opened = tuple[LanguageServer, Path, list[dict[str, object]]]


def test_problems_are_exactly_the_four_mistakes(opened: Opened) -> None:
    _, _, problems = opened
    told = sorted((each["range"]["start"]["line"], str(each["message"]).partition(". Valid")[0]) for each in problems)  # type: ignore[index]
    assert told == [
        (6, "Value is not accepted"),
        (7, "Value is above the maximum of 9."),
        (13, "Property UserComand is not allowed."),
        (14, "Ignored by the service."),
    ]


def test_values_and_fields_are_completed(opened: Opened) -> None:
    server, file, _ = opened
    assert {"PyTorchJob", "TFJob", "RayJob"} <= server.completions(file, 6, 13).keys()
    fields = server.completions(file, 12, 8)
    assert {"EcsSpec", "ResourceConfig"} <= fields.keys()
    assert fields["EcsSpec"]["documentation"] == "Instance type on public resources. Excludes ResourceConfig."
    inherited = server.completions(file, 25, 4).keys()
    assert {"DataSources", "UserCommand"} <= inherited
    assert "Settings" not in inherited  # what is written already is not offered again


def test_hover_says_what_a_field_means(opened: Opened) -> None:
    server, file, _ = opened
    told = server.hover(file, 7, 6)
    assert told.startswith("#### Priority\n\nFrom 1 (lowest) to 9 (highest).")
    assert "Container image" in server.hover(file, 11, 10)
    assert "merged into that one's" in server.hover(file, 21, 4)
