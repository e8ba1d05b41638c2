"""`fmt` and prettier agree: what one has written, the other leaves as it is."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from support.npm import npm_install

from reconciler.authoring.style import formatted
from reconciler.errors import ReconcilerError

ROOT = Path(__file__).parents[2]
NO_MANIFESTS = frozenset({"kubernetes", "languages", "mutation", "verification"})
"""Folders with YAML that is no manifest. Lists directly in lists, which they have, are indented in another way."""
CORPUS = [
    file
    for folder in ("examples", "reconciler", "tests")
    for file in sorted((ROOT / folder).rglob("*.yaml"))
    if not NO_MANIFESTS & {*file.parts}
]


@pytest.mark.slow
def test_prettier_changes_nothing_that_fmt_wrote(tmp_path: Path) -> None:
    prettier = npm_install("prettier@3.6.2", tmp_path) / ".bin" / "prettier"
    folder = tmp_path / "manifests"
    folder.mkdir()
    written: dict[str, str] = {}
    for number, file in enumerate(CORPUS):
        try:
            text = formatted(file.name, file.read_text(encoding="utf-8"))
        except ReconcilerError:
            continue  # cases of files that cannot be read
        if not text.startswith("["):
            written[f"{number:04}.yaml"] = text
    assert len(written) > 300
    for name, text in written.items():
        (folder / name).write_text(text, encoding="utf-8")
    done = subprocess.run(
        [prettier, "--check", "--no-config", "--no-editorconfig", str(folder)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    differing = [line for line in done.stderr.splitlines() if ".yaml" in line]
    assert (done.returncode, differing) == (0, []), done.stderr
