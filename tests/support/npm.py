"""Packages of the npm registry for tests: installed into a temporary folder, or the test is skipped with the reason."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ENVIRON = dict(os.environ)
"""As the session began: npm may need the proxy that the tests take away."""


def npm_install(package: str, folder: Path) -> Path:
    """`node_modules` in the folder with this package; skips the test where there is no npm or no registry."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip(f"Node.js and npm are needed for {package}")
    (folder / "package.json").write_text('{"private": true}', encoding="utf-8")
    options = ["--no-audit", "--no-fund", "--ignore-scripts", "--no-save"]
    done = subprocess.run(
        [npm, "install", *options, package],
        cwd=folder,
        env=ENVIRON,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    if done.returncode != 0:
        pytest.skip(f"npm could not install {package}: {done.stderr.strip().splitlines()[-1:]}")
    return folder / "node_modules"
