"""The emulator shares no code with the client side, and importing it stays cheap."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import reconciler.emulator

FOLDER = Path(reconciler.emulator.__file__).parent
MODULES = sorted(FOLDER.glob("**/*.py"))


def imported(path: Path) -> set[str]:
    """Absolute names of everything that a module imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level <= 1, f"{path.name} leaves the package"
            found.add(node.module or "" if node.level == 0 else f"reconciler.emulator.{node.module or ''}")
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_nothing_of_ours_and_no_sdk_is_imported(path: Path) -> None:
    for name in imported(path):
        root = name.partition(".")[0]
        assert not name.startswith("reconciler") or name.startswith("reconciler.emulator"), name
        assert root in sys.stdlib_module_names | {"reconciler", "httptools"}, name
        assert root != "httptools" or path.name == "connection.py", name


def test_importing_it_loads_no_server() -> None:
    code = "import sys, reconciler.emulator; print({'asyncio', 'httptools', 'urllib3', 'requests'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_modules_stay_small(path: Path) -> None:
    assert len(path.read_text().splitlines()) < 330
