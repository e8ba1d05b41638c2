"""Good starting points: packaged templates."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from importlib import resources
from pathlib import Path

from reconciler.authoring.schemas import FILES, modeline
from reconciler.kinds import KINDS
from reconciler.kinds.base import by_name
from reconciler.model.quick import dataclass

STARTERS = (
    "single-gpu", "pytorch-multinode", "tf-ps-worker", "ray", "mpi", "quota", "verified", "family", "tensorboard",
)  # fmt: skip
"""The packaged templates, the simplest first."""


def starter_file(starter: str, name: str = "") -> tuple[str, str]:
    """Return file name and text of a packaged template, under another name if one is given."""
    text = resources.files("reconciler").joinpath("starters", f"{starter}.yaml").read_text(encoding="utf-8")
    kind = re.search(r"^kind: (\w+)$", text, re.MULTILINE)
    assert kind is not None  # nosec B101 # a test reads every starter
    if name:
        suffix = "-${matrix.size}" if starter == "family" else ""
        text = re.sub(r"(?m)^  name: .*$", lambda _: f"  name: {_scalar(name + suffix)}", text, count=1)
    folder = by_name(KINDS)[kind[1]].folder
    stem = re.sub(r"[^A-Za-z0-9._-]+", "-", name or starter).strip("-.") or starter
    return f"{folder}/{stem}.yaml", modeline(f"../schemas/{FILES[kind[1]]}") + text


def _scalar(text: str) -> str:
    """Return a name as YAML: in quotes where it could be read as something else."""
    plain = re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.-]*(\$\{matrix\.size\})?", text) and text.lower() not in _WORDS
    return text if plain else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})


@dataclass(frozen=True, slots=True)
class Fresh:
    """Which files of a set have to be written: new ones, and those that differ from existing ones."""

    new: Mapping[Path, str]
    differing: Mapping[Path, str]


def compared(files: Mapping[Path, str]) -> Fresh:
    """Return what writing the files would do. A file that already has the same text is left out."""
    new = {file: text for file, text in files.items() if not os.path.lexists(file)}
    differing = {file: text for file, text in files.items() if file not in new and not _says(file, text)}
    return Fresh(new, differing)


def _says(file: Path, text: str) -> bool:
    try:
        return file.read_text(encoding="utf-8") == text
    except (OSError, UnicodeDecodeError):
        return False


def starters_text(starters: Iterable[str] = STARTERS) -> str:
    """Return one line for each starter: its name and what it is for."""
    width = max(map(len, STARTERS))
    first_lines = ((each, starter_file(each)[1].splitlines()[1].removeprefix("# ")) for each in starters)
    return "".join(f"{name:<{width}}  {text}\n" for name, text in first_lines)
