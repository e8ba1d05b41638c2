"""What pipelines install: this version, and the versions of everything that it runs with here.

No installation keeps the hashes of the archives it came from, so they are not in these files. A resolver adds them, and
keeps the versions that it finds in the file. Until then `pip install --require-hashes` refuses the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution

from reconciler import __version__
from reconciler.model.expressions import expression

PACKAGE = "dlc-reconciler"
_NAME = expression(r"[A-Za-z0-9._-]+")


def fill_command(folder: str) -> str:
    """Return the command that adds the hashes, and later brings newer versions of what is required."""
    files = f"--output-file {folder}/dlc-requirements.txt {folder}/dlc-requirements.in"
    return f"uv pip compile --generate-hashes --universal --python-version 3.11 {files}"


def requirement_files(folder: str) -> dict[str, str]:
    """Return the file that people edit and the pinned one made of it, by their paths."""
    command = fill_command(folder)
    asked = f"# What CI installs. After a change: {command}\n{PACKAGE}=={__version__}\n"
    pinned = (
        "# The versions that wrote this file. The hashes are still missing, and CI installs nothing without them.\n"
        f"# This adds them: {command}\n"
    )
    lines = "".join(f"{name}=={version}\n" for name, version in sorted(installed().items()))
    return {f"{folder}/dlc-requirements.in": asked, f"{folder}/dlc-requirements.txt": pinned + lines}


def installed() -> dict[str, str]:
    """Return name and version of this program and of everything it requires that is installed here."""
    found = {PACKAGE: __version__}
    waiting = [PACKAGE]
    while waiting:
        for name in _required(waiting.pop()):
            if name not in found and (version := _version(name)):
                found[name] = version
                waiting.append(name)
    return found


def _required(name: str) -> Iterator[str]:
    """Names of what a package requires, whatever its markers say; those of extras are left out."""
    for line in distribution(name).requires or ():
        requirement, _, marker = line.partition(";")
        named = _NAME.match(requirement)
        if named and "extra ==" not in marker:
            yield re.sub(r"[-_.]+", "-", named[0]).lower()


def _version(name: str) -> str:
    try:
        return distribution(name).version
    except PackageNotFoundError:
        return ""
